/*
 * scram - SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677), the client's
 * side, without channel binding: a proof of the password goes out and one of
 * the server comes back, and neither can be used a second time.
 *
 * The names are those of RFC 5802 section 3.
 *
 * Bounds:  SCRAM_ROUNDS_MAX rounds of PBKDF2, about 60 ms, during which the
 *          caller waits; a server that asks for more is told off.
 *          Users and nonces that together exceed SASL_COMPUTED_OCTETS are too.
 * Faults:  SASL_BROKEN with a reason in words; SASL_IMPOSTOR for a server
 *          that does not know the password.
 */
#ifndef SASL_SCRAM_H
#define SASL_SCRAM_H

#include "sasl/sasl.h"

enum {
	/*
	 * RFC 7677 section 4 asks servers for at least 4096, and there is no
	 * older server of SHA-256: fewer are a trick, that the proof be easy
	 * to guess from. For SHA-1 the number is a SHOULD to servers (RFC 5802
	 * section 5.1), keys of older ones may have been made with less, and
	 * what `auto` would take instead, CRAM-MD5, has one round.
	 */
	SCRAM_SHA_256_ROUNDS_MIN = 4096,
	SCRAM_SHA_1_ROUNDS_MIN = 1,
	SCRAM_ROUNDS_MAX = 100000,
};

/* One step; which hash it is, `sasl->mechanism` says. */
enum sasl_verdict scram_step(struct sasl *sasl, struct span challenge);

/* Is this the server's proof that it knows the password ("v=...")? */
bool scram_prove(const struct sasl *sasl, struct span data);

#endif
