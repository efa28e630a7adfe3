/*
 * words - times as an operator reads them.
 */
#ifndef OAUTH_WORDS_H
#define OAUTH_WORDS_H

#include "base/text.h"

/* Seconds since 1970 as "2026-11-22 10:15 UTC". */
void words_put_time(struct text *text, int64_t at);

/* A duration: "43 minutes", "12 days". */
void words_put_length(struct text *text, uint64_t seconds);

/* How far it is from now: "in 43 minutes", "5 days ago". */
void words_put_distance(struct text *text, int64_t at, int64_t now);

#endif
