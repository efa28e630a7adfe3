/*
 * text - composing words into storage of fixed size.
 *
 * What does not fit is cut off and `cut` says so: right for log lines and
 * replies. Whoever must not lose an octet asks for `cut` afterwards.
 *
 * Borrows: the storage, from whoever called text_init.
 * Bounds:  the capacity given at init. No NUL is added but by text_end.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/span.h"

struct text {
	char *ptr;
	size_t cap;
	size_t len;
	bool cut;
};

/* Empty text over `cap` octets at `ptr`. */
void text_init(struct text *text, char *ptr, size_t cap);

/* Appends octets, a NUL-ended string, one octet, a decimal number. */
void text_put(struct text *text, struct span octets);
void text_puts(struct text *text, const char *string);
void text_putc(struct text *text, char octet);
void text_number(struct text *text, uint64_t number);

/*
 * Appends what a peer said, fit to be read on a terminal: blanks and printable
 * ASCII as they are, all else (quote and backslash too) as \xHH, \r, \n, \t,
 * \" or \\. At most `max` octets of `octets` are shown, then "...".
 */
void text_escaped(struct text *text, struct span octets, size_t max);

/*
 * Appends a value of a log line: as it is when it is one plain word, else in
 * double quotes and escaped. Peers' words go no other way into a log.
 */
void text_value(struct text *text, struct span octets);

/* What was composed so far. */
struct span text_span(const struct text *text);

/* Ends the text with a NUL (cutting the last octet off if it must) and gives
 * it as a string. The capacity must not be zero. */
const char *text_end(struct text *text);

#endif
