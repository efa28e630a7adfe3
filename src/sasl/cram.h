/*
 * cram - CRAM-MD5 (RFC 2195): a keyed digest of the server's challenge. The
 * password itself is not shown, so it may go without TLS.
 */
#ifndef SASL_CRAM_H
#define SASL_CRAM_H

#include "sasl/sasl.h"

enum sasl_verdict cram_md5_step(struct sasl *sasl, struct span challenge);

#endif
