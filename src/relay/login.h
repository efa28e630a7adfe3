/*
 * login - AUTH as the provider's client: which mechanism, and its responses
 * on the wire (RFC 4954).
 *
 * Borrows: the terms (user, secret), from login_begin to login_finish.
 * Owns:    the mechanism's state. A response is encoded from the secret into
 *          `out` piece by piece, as room allows; a token may be longer.
 */
#ifndef RELAY_LOGIN_H
#define RELAY_LOGIN_H

#include "base/buf.h"
#include "sasl/sasl.h"
#include "smtp/reply.h"

struct login {
	enum sasl_mechanism mechanism; /* the last one begun with */
	struct sasl sasl;
	uint32_t turned_away; /* mechanisms that were listed, but not taken */
	bool is_answering;    /* a response is being written */
	size_t part;	      /* how far */
	size_t part_at;
};

/*
 * The mechanisms that may be used now: offered (names separated by blanks),
 * allowed by the policy, not turned away, and none that needs TLS
 * while the connection is not secure.
 */
uint32_t login_usable(const struct login *login, uint32_t allowed,
    struct span offered, bool is_secure);

/* Begins with the most preferred of `usable` that can express user and
 * password; false when there is none. */
bool login_begin(
    struct login *login, uint32_t usable, const struct sasl_terms *terms);
enum sasl_mechanism login_mechanism(const struct login *login);

/* Says the AUTH command, with the initial response where it fits. */
void login_say(struct login *login, struct buf *out);

/* The challenge of a 334, decoded into `storage`; empty where a server writes
 * plain words instead of base64. */
struct span login_decode(const struct reply *reply, char *storage, size_t size);

/* Does it repeat what only we should know? See echo. */
bool login_is_echoed(const struct login *login, struct span said);

/* Answers a challenge, or cancels when there is no answer to it; an impostor
 * hears nothing more. */
enum sasl_verdict login_challenge(
    struct login *login, struct span challenge, struct buf *out);

/* The server takes the login: may that be believed? Where the mechanism has
 * the server prove itself, only when it did. */
bool login_succeeds(struct login *login, const struct reply *reply);

/* What was wrong with the last challenge, in words; empty when nothing was. */
struct span login_why(const struct login *login);

/* Writes on, where a response did not fit into `out` at once. */
void login_pour(struct login *login, struct buf *out);

/* The mechanism cannot be used with this server after all. */
void login_turned_away(struct login *login);

/* Forgets the secret; what was turned away is remembered. */
void login_finish(struct login *login);

#endif
