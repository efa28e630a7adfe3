/*
 * words - BearSSL's numbers, TLS alerts and dates in plain words.
 *
 * Facts only; what to do about them is said elsewhere.
 */
#ifndef TLS_WORDS_H
#define TLS_WORDS_H

#include "base/text.h"
#include "tls/tls.h"

/* What kind of fault a number of BearSSL's is, as far as the number tells.
 * Zero is a protocol fault: an end where none belongs. */
enum tls_fault words_fault(int error);

/* Is the number an alert the peer sent? */
bool words_is_alert(int error);

/* Appends what the number means; numbers nobody knows are shown. */
void words_put_error(struct text *text, int error);

/* Appends "2026-11-21", in UTC. */
void words_put_date(struct text *text, int64_t seconds);

#endif
