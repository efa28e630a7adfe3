#include "base/text.h"

#include <string.h>

#include "base/ensure.h"

/* Escaped it is four times as long at most, which a log line still holds. */
enum { VALUE_MAX_OCTETS = 400 };

/* see text.h */
void text_init(struct text *text, char *ptr, size_t cap)
{
	*text = (struct text){ .ptr = ptr, .cap = cap };
}

/* see text.h */
void text_put(struct text *text, struct span octets)
{
	size_t room = text->cap - text->len;

	if (octets.len > room)
		text->cut = true;
	octets = span_first(octets, room);
	if (octets.len == 0)
		return;
	memcpy(text->ptr + text->len, octets.ptr, octets.len);
	text->len += octets.len;
}

/* see text.h */
void text_puts(struct text *text, const char *string)
{
	text_put(text, span_of(string));
}

/* see text.h */
void text_putc(struct text *text, char octet)
{
	text_put(text, span_make(&octet, 1));
}

/* see text.h */
void text_number(struct text *text, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	text_put(text, span_make(digits + at, sizeof(digits) - at));
}

static void put_hex(struct text *text, unsigned char octet)
{
	static const char hex[] = "0123456789abcdef";

	text_put(text, SPAN("\\x"));
	text_putc(text, hex[octet >> 4]);
	text_putc(text, hex[octet & 15]);
}

static void put_escaped(struct text *text, char octet)
{
	static const char special[] = "\r\n\t\"\\";
	static const char letter[] = "rnt\"\\";
	const char *at = memchr(special, octet, sizeof(special) - 1);

	if (at) {
		text_putc(text, '\\');
		text_putc(text, letter[at - special]);
	} else if (is_print(octet)) {
		text_putc(text, octet);
	} else {
		put_hex(text, (unsigned char)octet);
	}
}

/* see text.h */
void text_escaped(struct text *text, struct span octets, size_t max)
{
	struct span shown = span_first(octets, max);

	for (size_t i = 0; i < shown.len; i++)
		put_escaped(text, shown.ptr[i]);
	if (shown.len < octets.len)
		text_put(text, SPAN("..."));
}

static bool is_plain(struct span octets)
{
	if (octets.len == 0 || octets.len > VALUE_MAX_OCTETS)
		return false;
	for (size_t i = 0; i < octets.len; i++) {
		char c = octets.ptr[i];

		if (!is_print(c) || c == ' ' || c == '"' || c == '\\' ||
		    c == '=')
			return false;
	}
	return true;
}

/* see text.h */
void text_value(struct text *text, struct span octets)
{
	if (is_plain(octets)) {
		text_put(text, octets);
		return;
	}
	text_putc(text, '"');
	text_escaped(text, octets, VALUE_MAX_OCTETS);
	text_putc(text, '"');
}

/* see text.h */
struct span text_span(const struct text *text)
{
	return span_make(text->ptr, text->len);
}

/* see text.h */
const char *text_end(struct text *text)
{
	ENSURE(text->cap > 0);
	if (text->len == text->cap) {
		text->len--;
		text->cut = true;
	}
	text->ptr[text->len] = '\0';
	return text->ptr;
}
