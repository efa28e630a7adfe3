/*
 * plain - the mechanisms that show what they are given: PLAIN (RFC 4616),
 * LOGIN, XOAUTH2 and OAUTHBEARER (RFC 7628); and EXTERNAL (RFC 4422 appendix
 * A), which is given nothing. They go through TLS only.
 */
#ifndef SASL_PLAIN_H
#define SASL_PLAIN_H

#include "sasl/sasl.h"

/* One step each; `sasl->step` counts the responses given. */
enum sasl_verdict plain_step(struct sasl *sasl, struct span challenge);
enum sasl_verdict external_step(struct sasl *sasl, struct span challenge);
enum sasl_verdict login_step(struct sasl *sasl, struct span challenge);
enum sasl_verdict xoauth2_step(struct sasl *sasl, struct span challenge);
enum sasl_verdict oauthbearer_step(struct sasl *sasl, struct span challenge);

#endif
