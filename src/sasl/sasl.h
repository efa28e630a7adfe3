/*
 * sasl - one login as a series of steps, whatever the mechanism.
 *
 * The responses are spans, never copies: the caller encodes them to base64
 * piece by piece, so that a password or token exists in one place only.
 *
 * Borrows: user and secret, until the login is over.
 * Owns:    what a mechanism computes (a digest), wiped by sasl_finish.
 */
#ifndef SASL_SASL_H
#define SASL_SASL_H

#include "base/secret.h"
#include "sasl/mechanism.h"

enum {
	SASL_PARTS = 5,
	SASL_CHALLENGE_OCTETS = 2048, /* decoded */
	SASL_COMPUTED_OCTETS = 64,
};

struct sasl {
	enum sasl_mechanism mechanism;
	struct span user;
	const struct secret *secret;
	unsigned step;
	struct span parts[SASL_PARTS]; /* the response, in pieces */
	size_t part_count;
	char computed[SASL_COMPUTED_OCTETS];
};

enum sasl_verdict {
	SASL_RESPOND, /* `parts` is the response */
	SASL_REFUSED, /* the challenge tells of a failure: respond all the
			 same, the server then says so (XOAUTH2's 334 leg) */
	SASL_BROKEN,  /* a challenge that the mechanism does not know: cancel */
};

/* Begins a login with an implemented mechanism. */
void sasl_begin(struct sasl *sasl, enum sasl_mechanism mechanism,
    struct span user, const struct secret *secret);

/* Does the client speak first? Then `parts` is the initial response. */
bool sasl_initial(struct sasl *sasl);

/* Answers a challenge (decoded; empty for the "334 " that asks for an initial
 * response not sent yet). */
enum sasl_verdict sasl_challenge(struct sasl *sasl, struct span challenge);

/* Length of the response in `parts`. */
size_t sasl_length(const struct sasl *sasl);

/* Wipes what was computed and forgets the secret. */
void sasl_finish(struct sasl *sasl);

/* For the mechanisms' rooms: sets the response, piece after piece. */
void sasl_respond(struct sasl *sasl, struct span part);

#endif
