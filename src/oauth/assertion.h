/*
 * assertion - a signed statement of who asks: RFC 7523, as a JWT (RFC 7519)
 * with RS256 (RFC 7515, RFC 7518 3.3).
 *
 * An application with a certificate proves by it that it is the application
 * (RFC 7523 2.2); a service account, that it may act for a user (2.1).
 */
#ifndef OAUTH_ASSERTION_H
#define OAUTH_ASSERTION_H

#include "base/text.h"
#include "oauth/task.h"
#include "tls/identity.h"

enum { ASSERTION_OCTETS = 8 * STORE_TEXT_OCTETS };

/* Composes the one the account's grant wants at `now`. False, with words, when
 * the key or the certificate cannot be used. */
bool assertion_make(const struct task *task, int64_t now,
    struct text *assertion, struct text *why);

/* header.payload.signature of two JSON texts; for the tests, too. */
bool assertion_sign(const struct identity *identity, struct span header,
    struct span payload, struct text *assertion, struct text *why);

#endif
