/*
 * digest - DIGEST-MD5 (RFC 2831), the client's side: authentication only, no
 * layer of its own. The server proves itself by `rspauth`.
 *
 * The RFC was withdrawn (RFC 6331), since MD5 is weak and no two programs read
 * it alike; it is here for old servers, behind TLS, where nothing depends on
 * its strength.
 *
 * Bounds:  a challenge of SASL_CHALLENGE_OCTETS with DIGEST_REALMS realms, and
 *          SASL_COMPUTED_OCTETS for the response.
 * Faults:  SASL_BROKEN with a reason in words; SASL_IMPOSTOR for a server
 *          that does not know the password.
 */
#ifndef SASL_DIGEST_H
#define SASL_DIGEST_H

#include "sasl/sasl.h"

enum { DIGEST_REALMS = 16 };

enum sasl_verdict digest_md5_step(struct sasl *sasl, struct span challenge);

/* Is this the server's proof that it knows the password ("rspauth=...")? */
bool digest_md5_prove(const struct sasl *sasl, struct span data);

#endif
