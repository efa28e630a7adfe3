/*
 * mechanism - the SASL mechanisms by name, and sets of them.
 *
 * The order is the order of preference: with `auth = auto` the first one that
 * the server offers and the credential allows is used.
 */
#ifndef SASL_MECHANISM_H
#define SASL_MECHANISM_H

#include "base/span.h"

enum sasl_mechanism {
	SASL_EXTERNAL,	    /* RFC 4422 appendix A */
	SASL_SCRAM_SHA_256, /* RFC 7677 */
	SASL_SCRAM_SHA_1,   /* RFC 5802 */
	SASL_CRAM_MD5,	    /* RFC 2195 */
	SASL_DIGEST_MD5,    /* RFC 2831 */
	SASL_PLAIN,	    /* RFC 4616 */
	SASL_LOGIN,	    /* draft-murchison-sasl-login */
	SASL_XOAUTH2,	    /* Google's and Microsoft's protocol */
	SASL_OAUTHBEARER,   /* RFC 7628 */
	SASL_MECHANISM_COUNT,
};

/* What a mechanism is fed with, and whether it may go without TLS. */
enum sasl_credential {
	SASL_NEEDS_PASSWORD,
	SASL_NEEDS_TOKEN,
	SASL_NEEDS_CERTIFICATE,
};

/* A set of mechanisms is a uint32_t of these bits. */
#define SASL_BIT(mechanism) (UINT32_C(1) << (mechanism))

/* "PLAIN", "CRAM-MD5", ...: as in the AUTH command. */
struct span sasl_name(enum sasl_mechanism mechanism);

/* The mechanism of that name, whatever its case; COUNT when there is none. */
enum sasl_mechanism sasl_find(struct span name);

/* What kind of credential it takes. */
enum sasl_credential sasl_needs(enum sasl_mechanism mechanism);

/*
 * May it go through TLS only? Those that show the password or token to who
 * listens; DIGEST-MD5, which is too weak to stand alone (RFC 6331); and
 * EXTERNAL, which is TLS's own login.
 */
bool sasl_needs_tls(enum sasl_mechanism mechanism);

/* All mechanisms that take this kind of credential. */
uint32_t sasl_all(enum sasl_credential credential);

#endif
