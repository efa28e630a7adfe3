/*
 * digest - the server's side of DIGEST-MD5 (RFC 2831), qop=auth alone.
 *
 * The realm is the domain of the user's address, if it has one; the digest is
 * computed from the part before it.
 */
#ifndef PROVIDER_DIGEST_H
#define PROVIDER_DIGEST_H

#include "provider/login.h"

enum verdict digest_md5(
    struct talk *talk, const char *initial, struct answer *answer);

#endif
