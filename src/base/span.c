#include "base/span.h"

#include <string.h>

/* see span.h */
struct span span_of(const char *string)
{
	return span_make(string, string ? strlen(string) : 0);
}

/* see span.h */
struct span span_trim_front(struct span span)
{
	while (span.len > 0 && is_blank(span.ptr[0]))
		span = span_from(span, 1);
	return span;
}

/* see span.h */
struct span span_trim(struct span span)
{
	span = span_trim_front(span);
	while (span.len > 0 && is_blank(span.ptr[span.len - 1]))
		span.len--;
	return span;
}

/* see span.h */
bool span_equal(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	return a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* see span.h */
bool span_starts_nocase(struct span span, struct span prefix)
{
	if (span.len < prefix.len)
		return false;
	for (size_t i = 0; i < prefix.len; i++)
		if (to_lower(span.ptr[i]) != to_lower(prefix.ptr[i]))
			return false;
	return true;
}

/* see span.h */
bool span_equal_nocase(struct span a, struct span b)
{
	return a.len == b.len && span_starts_nocase(a, b);
}

/* see span.h */
bool span_holds_nocase(struct span span, struct span part)
{
	for (size_t i = 0; i + part.len <= span.len; i++)
		if (span_starts_nocase(span_from(span, i), part))
			return true;
	return false;
}

/*
 * After a star any number of octets may be skipped; when the rest does not
 * match, the last star takes one octet more. Earlier ones need not.
 *
 * see span.h
 */
bool span_matches(struct span span, struct span pattern)
{
	struct span rest = { 0 };
	struct span behind_star = { 0 };
	bool has_star = false;

	while (span.len > 0 || pattern.len > 0) {
		if (pattern.len > 0 && pattern.ptr[0] == '*') {
			pattern = span_from(pattern, 1);
			behind_star = pattern;
			rest = span;
			has_star = true;
		} else if (span.len > 0 && pattern.len > 0 &&
			   to_lower(span.ptr[0]) == to_lower(pattern.ptr[0])) {
			span = span_from(span, 1);
			pattern = span_from(pattern, 1);
		} else if (has_star && rest.len > 0) {
			rest = span_from(rest, 1);
			span = rest;
			pattern = behind_star;
		} else {
			return false;
		}
	}
	return true;
}

/* see span.h */
bool span_has_eight_bit(struct span span)
{
	unsigned char all = 0;

	/* A fixed length, so that compilers make vector instructions of it. */
	for (; span.len >= 64; span = span_from(span, 64))
		for (size_t i = 0; i < 64; i++)
			all |= (unsigned char)span.ptr[i];
	for (size_t i = 0; i < span.len; i++)
		all |= (unsigned char)span.ptr[i];
	return all >= 0x80;
}

/* see span.h */
struct span span_word(struct span *rest)
{
	struct span word;
	size_t len = 0;

	*rest = span_trim_front(*rest);
	while (len < rest->len && !is_blank(rest->ptr[len]))
		len++;
	word = span_first(*rest, len);
	*rest = span_from(*rest, len);
	return word;
}

/* see span.h */
bool span_split(struct span *rest, char separator, struct span *part)
{
	size_t at;

	if (rest->len == 0)
		return false;
	at = span_find(*rest, separator);
	*part = span_trim(span_first(*rest, at));
	*rest = span_from(*rest, at + 1);
	return true;
}

/* see span.h */
bool span_number(struct span span, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	if (span.len == 0)
		return false;
	for (size_t i = 0; i < span.len; i++) {
		unsigned digit = (unsigned)(span.ptr[i] - '0');

		if (!is_digit(span.ptr[i]) || digit > max ||
		    value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}
