/*
 * verify - is this certificate chain the server's we want?
 *
 * BearSSL's checker (signatures, dates, chain, least key sizes) with more
 * around it: the name or address, the use as a server's, the pins. It stands
 * in BearSSL's place for a checker and cannot be told to look away.
 *
 * Owns:    one certificate at a time, as it comes in, and short words on
 *          those that matter, for verify_explain.
 * Borrows: the trust anchors and the subject.
 * Bounds:  VERIFY_CERTIFICATE_OCTETS for the server's own certificate; larger
 *          ones of issuers are checked as well, but not described.
 */
#ifndef TLS_VERIFY_H
#define TLS_VERIFY_H

#include "base/text.h"
#include "tls/settings.h"
#include "tls/tls.h"
#include "tls/trust.h"

enum { VERIFY_CERTIFICATE_OCTETS = 12288 };

/* Whom the certificate must be for. */
struct verify_subject {
	const char *name;    /* for words, and the DNS name to be found */
	struct span address; /* to be found instead, if not empty */
	const struct tls_pin *pins;
	size_t pin_count;
};

struct verify;
struct br_x509_class_;

/* What a verify takes in memory, at an address fit for any object. */
size_t verify_size(void);

/* Makes one in `memory`. Dates are checked against `now`, seconds since 1970.
 * `trust` and `subject` must outlive it. */
struct verify *verify_init(void *memory, const struct trust *trust,
    const struct verify_subject *subject, int64_t now);

/* As BearSSL wants it. */
const struct br_x509_class_ **verify_class(struct verify *verify);

/* What was found wrong; TLS_FAULT_NONE while nothing was. */
enum tls_fault verify_fault(const struct verify *verify);

/* Appends what was found wrong, in words. */
void verify_explain(const struct verify *verify, struct text *words);

/* Appends whose certificate it is, who issued it, until when it is valid. */
void verify_describe(const struct verify *verify, struct text *words);

#endif
