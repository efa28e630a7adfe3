/*
 * date - a point in time as a Date field has it (RFC 5322 3.3), in UTC.
 */
#ifndef SMTP_DATE_H
#define SMTP_DATE_H

#include "base/text.h"

/* Appends "Sat, 21 Nov 2026 10:15:08 +0000", from seconds since 1970, which
 * are not negative. */
void date_put(struct text *text, int64_t seconds);

#endif
