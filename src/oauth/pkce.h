/*
 * pkce - RFC 7636: proof that whoever brings a code also asked for it.
 */
#ifndef OAUTH_PKCE_H
#define OAUTH_PKCE_H

#include "base/span.h"

enum {
	PKCE_RANDOM_OCTETS = 32,   /* RFC 7636 7.1 */
	PKCE_VERIFIER_OCTETS = 43, /* of base64url, without padding */
};

/* base64url without padding (RFC 4648 5) and a NUL: `out` has room for
 * base64_length(octets.len) + 1. Returns the length without the NUL. */
size_t pkce_base64url(struct span octets, char *out);

/* A new secret of PKCE_VERIFIER_OCTETS and a NUL; false when the system has
 * no randomness to give. */
bool pkce_random(char *verifier);

/* The challenge of a verifier, by S256; as long as a verifier. */
void pkce_challenge(struct span verifier, char *challenge);

#endif
