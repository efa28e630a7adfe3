/*
 * cram - CRAM-MD5 (RFC 2195): a keyed digest of the server's challenge. The
 * password itself is not shown, so it may go without TLS. The client's step,
 * and the digest that a server compares it with.
 */
#ifndef SASL_CRAM_H
#define SASL_CRAM_H

#include "sasl/sasl.h"

enum { CRAM_DIGEST_OCTETS = 32 };

/* The digest of a challenge under this password, in lower-case hex; not ended
 * by NUL. */
void cram_md5_digest(const struct secret *password, struct span challenge,
    char digest[CRAM_DIGEST_OCTETS]);

enum sasl_verdict cram_md5_step(struct sasl *sasl, struct span challenge);

#endif
