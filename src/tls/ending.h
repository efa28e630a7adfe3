/*
 * ending - how a TLS connection went wrong, in words.
 *
 * Both roles: the peer is a provider's server, or a device. What a checker
 * found of a certificate is not told here but in finding.h.
 *
 * Bounds: ENDING_OPENING_OCTETS of the peer's first words are kept.
 */
#ifndef TLS_ENDING_H
#define TLS_ENDING_H

#include "base/text.h"
#include "tls/tls.h"

enum { ENDING_OPENING_OCTETS = 80 };

struct ending {
	bool is_server; /* we are; the peer is a device */
	enum tls_fault fault;
	int error; /* BearSSL's number, when it was its fault */
	bool was_open;
	bool is_truncated; /* the stream ended without a goodbye */
	bool is_asked;	   /* for a client certificate that we do not have */

	/* What the peer said first, in case it is no TLS, or too old. */
	char opening[ENDING_OPENING_OCTETS];
	size_t opening_len;
};

enum opening {
	OPENING_TLS,
	OPENING_MORE,  /* it is no TLS, but not enough to be quoted */
	OPENING_OTHER, /* it is no TLS */
};

/* Hears octets of the peer: may they be TLS? */
enum opening ending_hear(struct ending *ending, struct span octets);

/* Do the first octets look like a TLS record? */
bool ending_is_tls(const struct ending *ending);

/* Appends what is wrong; false when its fault is nothing that is told here. */
bool ending_explain(const struct ending *ending, struct text *words);

#endif
