/*
 * certificate - what has to be known of one X.509 certificate.
 *
 * BearSSL checks signatures, dates and the chain. It neither shows what a
 * certificate says nor looks at everything that matters, so the rest is read
 * here: the names it is for, its dates, its uses, its key.
 *
 * Borrows: the DER octets; all spans point into them.
 * Bounds:  reads inside the octets only, in one pass.
 */
#ifndef TLS_CERTIFICATE_H
#define TLS_CERTIFICATE_H

#include "base/span.h"
#include "base/text.h"
#include "tls/settings.h"

struct certificate {
	struct span issuer;  /* Name, DER */
	struct span subject; /* Name, DER */
	struct span key;     /* SubjectPublicKeyInfo, DER */
	struct span names;   /* GeneralNames, for certificate_next_name */
	int64_t not_before;  /* seconds since 1970 */
	int64_t not_after;
	bool has_names;	     /* there is a subjectAltName extension */
	bool is_ca;	     /* basicConstraints say so */
	bool is_for_servers; /* serverAuth, any use, or no word on its use */
	bool is_weak_signed; /* by a digest nobody should trust: MD5, SHA-1 */
};

enum certificate_name_kind {
	CERTIFICATE_NAME_OTHER,
	CERTIFICATE_NAME_DNS,
	CERTIFICATE_NAME_ADDRESS, /* 4 or 16 octets */
};

/* Reads the certificate that fills all of `der`. False when it is not one. */
bool certificate_read(struct span der, struct certificate *certificate);

/* Cuts the next name off `*names`, a copy of certificate.names. False when
 * there is none left, or none that can be read. */
bool certificate_next_name(
    struct span *names, struct span *name, enum certificate_name_kind *kind);

/*
 * Does one of the certificate's names say `host`? Equal but for case, or "*."
 * in place of the one left-most label, in front of at least two others. The
 * subject's common name does not count (RFC 9525 2).
 */
bool certificate_is_for_host(
    const struct certificate *certificate, struct span host);

/* Is one of the names this address, 4 or 16 octets in network order? */
bool certificate_is_for_address(
    const struct certificate *certificate, struct span address);

/* The SHA-256 of its public key, as pins are made of. */
struct tls_pin certificate_pin(const struct certificate *certificate);

/* Appends a Name as "C=US, O=Example, CN=mail.example", escaped. */
void certificate_put_subject(struct text *text, struct span name);

/* Appends the names it is for, the first `max` of them, escaped, and how many
 * more there are. */
void certificate_put_names(
    struct text *text, const struct certificate *certificate, unsigned max);

#endif
