/*
 * sasl - one login as a series of steps, whatever the mechanism.
 *
 * The responses are spans, never copies: the caller encodes them to base64
 * piece by piece, so that a password or token exists in one place only.
 * Nothing here is left to chance: the nonce comes from outside.
 *
 * Borrows: what `struct sasl_terms` names, until the login is over.
 * Owns:    what a mechanism computes, wiped by sasl_finish. The parts and
 *          reasons look into it: a struct sasl stays where it began.
 */
#ifndef SASL_SASL_H
#define SASL_SASL_H

#include "base/secret.h"
#include "base/text.h"
#include "sasl/mechanism.h"

enum {
	SASL_PARTS = 10,
	SASL_CHALLENGE_OCTETS = 2048, /* decoded */
	SASL_COMPUTED_OCTETS = 2048,
	SASL_EXPECTED_OCTETS = 32, /* a SHA-256, or an MD5 in hex */
};

/* What a login is given. */
struct sasl_terms {
	struct span user;
	const struct secret *secret; /* password or token */
	struct span nonce; /* another one each login: printable, no comma */
	struct span host;  /* the server, by the name we know it by */
	unsigned port;
	struct span service; /* what it is to RFC 4422: "smtp" */
};

struct sasl {
	enum sasl_mechanism mechanism;
	struct sasl_terms terms;
	unsigned step;
	struct span parts[SASL_PARTS]; /* the response, in pieces */
	size_t part_count;
	struct text computed;		     /* over `storage` */
	struct span first;		     /* SCRAM: its first message */
	char expected[SASL_EXPECTED_OCTETS]; /* the server's own proof */
	size_t expected_len;
	bool is_proven;	 /* it came */
	struct span why; /* what is wrong with a challenge, in words */
	char storage[SASL_COMPUTED_OCTETS];
};

enum sasl_verdict {
	SASL_RESPOND,  /* `parts` is the response */
	SASL_REFUSED,  /* the challenge tells of a failure: respond all the
			  same, the server then says so (XOAUTH2's 334 leg) */
	SASL_BROKEN,   /* a challenge that has no answer: cancel; `why` may say
			  what is wrong with it */
	SASL_IMPOSTOR, /* the server was to prove that it knows the password,
			  and did not: leave */
};

/* Begins a login with an implemented mechanism. */
void sasl_begin(struct sasl *sasl, enum sasl_mechanism mechanism,
    const struct sasl_terms *terms);

/*
 * Can the mechanism express this user and password? Those that digest them
 * want them prepared by SASLprep (RFC 4013), which is done for printable ASCII
 * only, where it changes nothing.
 */
bool sasl_takes(enum sasl_mechanism mechanism, const struct sasl_terms *terms);

/* Does the client speak first? Then `parts` is the initial response. */
bool sasl_initial(struct sasl *sasl);

/* Answers a challenge (decoded; empty for the "334 " that asks for an initial
 * response not sent yet). */
enum sasl_verdict sasl_challenge(struct sasl *sasl, struct span challenge);

/*
 * May the server's success be believed? Some mechanisms have the server prove
 * itself, in its last challenge or beside its success: `data` is what may be
 * that proof, decoded, or empty.
 */
bool sasl_succeeds(struct sasl *sasl, struct span data);

/* Length of the response in `parts`. */
size_t sasl_length(const struct sasl *sasl);

/* Wipes what was computed and forgets the secret. */
void sasl_finish(struct sasl *sasl);

/* ---- for the mechanisms' rooms ---- */

/* Sets the response, piece after piece. */
void sasl_respond(struct sasl *sasl, struct span part);

/* An empty text of SASL_COMPUTED_OCTETS to compose in; what was composed
 * before is gone. */
struct text *sasl_compose(struct sasl *sasl);

/* SASL_BROKEN, for this reason; there is no response. */
enum sasl_verdict sasl_break(struct sasl *sasl, struct span why);

/* Appends a saslname (RFC 5802 5.1): "=2C" for a comma, "=3D" for "=". */
void sasl_put_name(struct text *text, struct span name);

#endif
