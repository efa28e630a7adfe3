/*
 * span - borrowed views of octets: a pointer and a length, by value.
 *
 * A span owns nothing and ends with nothing: there is no NUL to rely on. It
 * dies at the next put, read or took on what it looks into; whoever keeps the
 * octets copies them. All comparisons are ASCII, whatever the locale.
 *
 * What stands in the header is what content passes through, a line at a time.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *ptr;
	size_t len;
};

/* A span over a string literal, without its NUL. */
#define SPAN(literal) ((struct span){ "" literal, sizeof(literal) - 1 })

/* A span over a NUL-ended string; NULL gives the empty span. */
struct span span_of(const char *string);

/* A span over `len` octets at `ptr`. */
static inline struct span span_make(const char *ptr, size_t len)
{
	return (struct span){ ptr, len };
}

/* The octets of `span` from `from` on, and the first `len` of them. Both
 * clamp: asking for more than there is gives what there is. */
static inline struct span span_from(struct span span, size_t from)
{
	if (from > span.len)
		from = span.len;
	if (from == 0)
		return span;
	return span_make(span.ptr + from, span.len - from);
}

static inline struct span span_first(struct span span, size_t len)
{
	return span_make(span.ptr, len < span.len ? len : span.len);
}

/* Without blanks (space, tab) at both ends, or at the front only. */
struct span span_trim(struct span span);
struct span span_trim_front(struct span span);

/* Equal octet for octet; equal but for ASCII case. */
bool span_equal(struct span a, struct span b);
bool span_equal_nocase(struct span a, struct span b);
bool span_starts_nocase(struct span span, struct span prefix);

/* Does it hold `part` anywhere, but for ASCII case? */
bool span_holds_nocase(struct span span, struct span part);

/* Index of the first `octet`, or span.len when there is none. */
static inline size_t span_find(struct span span, char octet)
{
	const char *at;

	if (span.len == 0)
		return 0;
	at = memchr(span.ptr, octet, span.len);
	return at ? (size_t)(at - span.ptr) : span.len;
}

/* Does it match the pattern, in which "*" stands for any octets? ASCII case
 * does not matter. */
bool span_matches(struct span span, struct span pattern);

/* Does it hold an octet above 0x7F? */
bool span_has_eight_bit(struct span span);

/*
 * Cuts the first word off `*rest`: what stands before the first blank, blanks
 * in front of it skipped. `*rest` is left behind the word. An empty span means
 * there are no more words.
 */
struct span span_word(struct span *rest);

/*
 * Cuts `*rest` at the first `separator` and gives what stood before it, blanks
 * at both ends removed. False when `*rest` was empty.
 */
bool span_split(struct span *rest, char separator, struct span *part);

/* Reads all of `span` as a decimal number. False when it is empty, holds
 * anything but digits, or is above `max`. */
bool span_number(struct span span, uint64_t max, uint64_t *number);

/* ASCII only, so that no locale and no sign extension can matter. is_print is
 * 0x20 to 0x7E. */
static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool is_print(char c)
{
	return c >= 0x20 && c <= 0x7e;
}

static inline char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static inline char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

#endif
