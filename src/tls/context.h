/*
 * context - what the connections of one account share.
 *
 * The contract of its functions is in tls.h; this is what they are made of,
 * for the engine.
 *
 * Owns:    the trust anchors (a hold), our own certificate, the pins, the last
 *          session.
 * Borrows: nothing once it is made.
 */
#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include "tls/identity.h"
#include "tls/resume.h"
#include "tls/tls.h"
#include "tls/verify.h"

enum {
	CONTEXT_NAME_OCTETS = 253, /* RFC 1035 2.3.4, as text without the dot */
	CONTEXT_ADDRESS_OCTETS = 16,
};

struct tls_context {
	unsigned holds;
	struct trust *trust;
	struct identity *identity; /* NULL: none */
	struct resume *resume;	   /* the last session; NULL: none is kept */
	struct verify_subject subject;
	struct tls_pin *pins;		    /* the subject's; NULL: none */
	char name[CONTEXT_NAME_OCTETS + 1]; /* as checked and as sent */
	char address[CONTEXT_ADDRESS_OCTETS];
};

/* The name to be sent with the ClientHello; NULL for an address, which must
 * not be (RFC 6066 3). */
const char *context_server_name(const struct tls_context *context);

#endif
