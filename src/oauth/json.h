/*
 * json - fields of a JSON object of a stranger, by cJSON.
 *
 * Bounds: the fields' sizes. A value that does not fit, or is not printable
 *         ASCII, is as if it were not there.
 */
#ifndef OAUTH_JSON_H
#define OAUTH_JSON_H

#include "base/span.h"
#include "base/text.h"

enum { JSON_MOST_SECONDS = 10 * 366 * 86400 };

/* The object, to be freed by cJSON_Delete, or NULL, with words; behind it only
 * blanks may stand. */
struct cJSON *json_parse(struct span body, struct text *why);

/* A string into a field of fixed size; true when there is one and it fits. */
bool json_text(
    const struct cJSON *object, const char *name, char *field, size_t size);

/* A string, or the strings of an array with blanks between them. */
bool json_words(
    const struct cJSON *object, const char *name, char *field, size_t size);

/* A number of seconds, or of seconds since 1970; 0: none. Some servers write
 * it as a string. JSON_MOST_SECONDS is the most a duration can be. */
int64_t json_seconds(const struct cJSON *object, const char *name);
int64_t json_time(const struct cJSON *object, const char *name);

#endif
