#include "config/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/ensure.h"
#include "base/text.h"
#include "config/suggest.h"

/* see value.h */
enum value_verdict value_bad(struct reading *reading, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reading->why, sizeof(reading->why), format, args);
	va_end(args);
	return VALUE_BAD;
}

/* see value.h */
const char *value_shown(struct reading *reading, struct span value)
{
	struct text text;

	text_init(&text, reading->shown, sizeof(reading->shown));
	text_escaped(&text, value, sizeof(reading->shown) / 2);
	return text_end(&text);
}

/* see value.h */
bool value_next(struct reading *reading, struct span *rest, struct span *part,
    enum value_verdict *verdict)
{
	size_t comma = span_find(*rest, ',');
	bool is_last = comma == rest->len;

	if (!span_split(rest, ',', part))
		return false;
	if (part->len > 0 && (is_last || span_trim(*rest).len > 0))
		return true;
	*verdict = value_bad(reading, "an item of the list is empty");
	return false;
}

/* Looks a word up; on failure makes the words, with all that would do. */
static const struct value_word *find_word(
    struct reading *reading, struct span value, const struct value_words *words)
{
	struct suggestion near = suggestion_for(value);
	char all[VALUE_WHY_OCTETS / 2];
	struct text text;

	text_init(&text, all, sizeof(all));
	for (size_t i = 0; i < words->count; i++) {
		const char *name = words->list[i].name;

		if (span_equal_nocase(value, span_of(name)))
			return &words->list[i];
		suggestion_offer(&near, name);
		text_puts(&text, i > 0 ? ", " : "");
		text_puts(&text, name);
	}
	value_bad(reading, "%s is none of %s%s", value_shown(reading, value),
	    text_end(&text), suggestion_words(&near));
	return NULL;
}

/* see value.h */
enum value_verdict value_word(
    struct reading *reading, struct span value, const void *words, void *field)
{
	const struct value_word *word = find_word(reading, value, words);

	if (!word)
		return VALUE_BAD;
	*(int *)field = word->value;
	return VALUE_GOOD;
}

/* see value.h */
enum value_verdict value_bool(
    struct reading *reading, struct span value, const void *none, void *field)
{
	static const struct value_word answers[] = {
		{ "no", 0 },
		{ "yes", 1 },
	};
	static const struct value_words words = { answers, 2 };
	int answer = 0;
	enum value_verdict verdict;

	(void)none;
	verdict = value_word(reading, value, &words, &answer);
	if (verdict == VALUE_GOOD)
		*(bool *)field = answer != 0;
	return verdict;
}

/* see value.h */
enum value_verdict value_bits(
    struct reading *reading, struct span value, const void *words, void *field)
{
	enum value_verdict verdict = VALUE_GOOD;
	struct span part;

	while (value_next(reading, &value, &part, &verdict)) {
		const struct value_word *word = find_word(reading, part, words);

		if (!word)
			return VALUE_BAD;
		*(unsigned *)field |= (unsigned)word->value;
	}
	return verdict;
}

/* see value.h */
enum value_verdict value_number(
    struct reading *reading, struct span value, const void *about, void *field)
{
	const struct value_range *range = about;
	uint64_t number;

	ENSURE(range->max <= UINT32_MAX);
	if (!span_number(value, range->max, &number) || number < range->min)
		return value_bad(reading,
		    "%s is not a number from %llu to %llu",
		    value_shown(reading, value), (unsigned long long)range->min,
		    (unsigned long long)range->max);
	*(unsigned *)field = (unsigned)number;
	return VALUE_GOOD;
}

struct unit {
	char letter; /* 0: none is written */
	uint64_t factor;
};

/* Digits and perhaps the letter of a unit, up to `max` when multiplied. */
static bool read_measure(struct span value, const struct unit *units,
    uint64_t max, uint64_t *measure)
{
	char last = value.len > 0 ? value.ptr[value.len - 1] : '\0';
	struct span digits = value;
	uint64_t number;

	if (!is_digit(last))
		digits = span_first(value, value.len > 0 ? value.len - 1 : 0);
	else
		last = '\0';
	while (units->letter != last && units->factor > 0)
		units++;
	if (units->factor == 0 ||
	    !span_number(digits, max / units->factor, &number))
		return false;
	*measure = number * units->factor;
	return true;
}

/* see value.h */
enum value_verdict value_duration(
    struct reading *reading, struct span value, const void *about, void *field)
{
	static const struct unit units[] = {
		{ '\0', 1 },
		{ 's', 1 },
		{ 'm', 60 },
		{ 'h', 3600 },
		{ 0, 0 },
	};
	const struct value_range *range = about;
	uint64_t seconds;

	ENSURE(range->max <= UINT32_MAX);
	if (!read_measure(value, units, range->max, &seconds) ||
	    seconds < range->min)
		return value_bad(reading,
		    "%s is not a time from %llus to %llus (such as 30s, 5m, "
		    "1h)",
		    value_shown(reading, value), (unsigned long long)range->min,
		    (unsigned long long)range->max);
	*(unsigned *)field = (unsigned)seconds;
	return VALUE_GOOD;
}

/* "2028-11-30": digits and dashes in their places. */
static bool read_day(struct span value, struct tm *day)
{
	uint64_t year, month, date;

	if (value.len != 10 || value.ptr[4] != '-' || value.ptr[7] != '-' ||
	    !span_number(span_first(value, 4), 9999, &year) ||
	    !span_number(span_first(span_from(value, 5), 2), 12, &month) ||
	    !span_number(span_from(value, 8), 31, &date) || year < 1970)
		return false;
	*day = (struct tm){ .tm_year = (int)year - 1900,
		.tm_mon = (int)month - 1,
		.tm_mday = (int)date };
	return true;
}

/* see value.h */
enum value_verdict value_day(
    struct reading *reading, struct span value, const void *none, void *field)
{
	struct tm written, made;
	time_t at = -1;

	(void)none;
	if (read_day(value, &written)) {
		made = written;
		at = timegm(&made);
	}
	/* A day that there is not would be taken for another. */
	if (at < 0 || made.tm_mon != written.tm_mon ||
	    made.tm_mday != written.tm_mday)
		return value_bad(reading, "%s is no day such as 2028-11-30",
		    value_shown(reading, value));
	*(int64_t *)field = at;
	return VALUE_GOOD;
}

/* see value.h */
enum value_verdict value_size(
    struct reading *reading, struct span value, const void *about, void *field)
{
	static const struct unit units[] = {
		{ '\0', 1 },
		{ 'k', 1024 },
		{ 'M', 1024 * 1024 },
		{ 0, 0 },
	};
	const struct value_range *range = about;
	uint64_t octets;

	if (!read_measure(value, units, range->max, &octets) ||
	    octets < range->min)
		return value_bad(reading,
		    "%s is not a size from %llu to %llu octets (such as 64k, "
		    "10M)",
		    value_shown(reading, value), (unsigned long long)range->min,
		    (unsigned long long)range->max);
	*(uint64_t *)field = octets;
	return VALUE_GOOD;
}

/* see value.h */
enum value_verdict value_text(
    struct reading *reading, struct span value, const void *none, void *field)
{
	(void)none;
	*(const char **)field = arena_string(reading->arena, value);
	return VALUE_GOOD;
}

/* see value.h */
enum value_verdict value_path(
    struct reading *reading, struct span value, const void *none, void *field)
{
	size_t front = strlen(reading->directory);
	char *path;

	(void)none;
	if (value.len > 0 && value.ptr[0] == '/')
		return value_text(reading, value, NULL, field);
	path = arena_alloc(reading->arena, front + value.len + 1);
	memcpy(path, reading->directory, front);
	memcpy(path + front, value.ptr, value.len);
	*(const char **)field = path;
	return VALUE_GOOD;
}

/* see value.h */
enum value_verdict value_url(
    struct reading *reading, struct span value, const void *none, void *field)
{
	struct span scheme = SPAN("https://");

	(void)none;
	if (!span_starts_nocase(value, scheme) || value.len == scheme.len ||
	    span_find(value, ' ') < value.len)
		return value_bad(reading, "%s is not an https:// address",
		    value_shown(reading, value));
	return value_text(reading, value, NULL, field);
}

/* see value.h */
enum value_verdict value_texts(
    struct reading *reading, struct span value, const void *none, void *field)
{
	enum value_verdict verdict = VALUE_GOOD;
	struct value_texts *texts = field;
	struct span part;

	(void)none;
	while (value_next(reading, &value, &part, &verdict)) {
		texts->list = arena_grow(reading->arena, texts->list,
		    &texts->count, sizeof(*texts->list));
		texts->list[texts->count - 1] =
		    arena_string(reading->arena, part);
	}
	return verdict;
}
