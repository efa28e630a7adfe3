#include "oauth/json.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "oauth/store.h"

/* The end of the year 9999. */
#define LAST_SECOND 253402300799

/* see json.h */
cJSON *json_parse(struct span body, struct text *why)
{
	const char *end = NULL;
	cJSON *object =
	    cJSON_ParseWithLengthOpts(body.ptr, body.len, &end, false);

	while (object && end < body.ptr + body.len && *end &&
	       strchr(" \t\r\n", *end))
		end++;
	if (cJSON_IsObject(object) && end == body.ptr + body.len)
		return object;
	cJSON_Delete(object);
	text_puts(why, "the answer is no JSON object");
	return NULL;
}

/* see json.h */
bool json_text(const cJSON *object, const char *name, char *field, size_t size)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	field[0] = '\0';
	return cJSON_IsString(item) && item->valuestring[0] &&
	       store_set(field, size, span_of(item->valuestring));
}

/* see json.h */
bool json_words(const cJSON *object, const char *name, char *field, size_t size)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, name);
	const cJSON *item;
	char octets[STORE_TEXT_OCTETS];
	struct text words;

	if (!cJSON_IsArray(list))
		return json_text(object, name, field, size);
	text_init(&words, octets, sizeof(octets));
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item))
			continue;
		if (words.len > 0)
			text_putc(&words, ' ');
		text_puts(&words, item->valuestring);
	}
	field[0] = '\0';
	return words.len > 0 && !words.cut &&
	       store_set(field, size, text_span(&words));
}

static int64_t get_number(const cJSON *object, const char *name, int64_t most)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	uint64_t number;

	if (cJSON_IsNumber(item) && item->valuedouble > 0)
		return item->valuedouble < (double)most
			   ? (int64_t)item->valuedouble
			   : most;
	if (cJSON_IsString(item) &&
	    span_number(span_of(item->valuestring), (uint64_t)most, &number))
		return (int64_t)number;
	return 0;
}

/* see json.h */
int64_t json_seconds(const cJSON *object, const char *name)
{
	return get_number(object, name, JSON_MOST_SECONDS);
}

/* see json.h */
int64_t json_time(const cJSON *object, const char *name)
{
	return get_number(object, name, LAST_SECOND);
}
