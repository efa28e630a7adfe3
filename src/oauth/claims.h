/*
 * claims - what an access token says of itself, where it is a JWT (RFC 7519,
 * RFC 9068). To a client it is opaque (RFC 6749 1.4): this is for people who
 * look for the reason why a token is refused, and nothing depends on it.
 *
 * Bounds: the fields' sizes, as in json.h. The signature is not looked at.
 */
#ifndef OAUTH_CLAIMS_H
#define OAUTH_CLAIMS_H

#include "oauth/store.h"

enum { CLAIMS_WORD_OCTETS = 256 };

/* Empty, or 0: it does not say. */
struct claims {
	char audience[STORE_TEXT_OCTETS];
	char scopes[STORE_TEXT_OCTETS];	      /* or an application's roles */
	char application[CLAIMS_WORD_OCTETS]; /* its client ID */
	char user[CLAIMS_WORD_OCTETS];
	int64_t ends;
};

/* Reads them. False when the token is no JWT, as most of Google's are not. */
bool claims_read(struct span token, struct claims *claims);

#endif
