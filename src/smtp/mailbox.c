#include "smtp/mailbox.h"

#include <string.h>

/* ---- skipping what belongs together ---- */

/* Behind the quoted string at the front, or the end when it has none. */
static size_t skip_quoted(struct span text, bool *is_closed)
{
	*is_closed = true;
	for (size_t i = 1; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '"')
			return i + 1;
	}
	*is_closed = false;
	return text.len;
}

/* Behind the comment at the front; comments nest (RFC 5322 3.2.2). */
static size_t skip_comment(struct span text, bool *is_closed)
{
	unsigned depth = 0;

	*is_closed = true;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '(')
			depth++;
		else if (text.ptr[i] == ')' && --depth == 0)
			return i + 1;
	}
	*is_closed = false;
	return text.len;
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

static struct span trim(struct span text)
{
	while (text.len > 0 && is_space(text.ptr[0]))
		text = span_from(text, 1);
	while (text.len > 0 && is_space(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* ---- one mailbox ---- */

/* What was found on the way through one element of the list. */
struct scan {
	size_t end;	/* its last octet's place, the comma not included */
	size_t bracket; /* "<", or SIZE_MAX */
	size_t close;	/* ">", or SIZE_MAX */
	struct span comment;
	bool is_open; /* a quote or comment without an end */
};

static struct scan scan_element(struct span text)
{
	struct scan scan = { .bracket = SIZE_MAX, .close = SIZE_MAX };
	size_t i = 0;

	while (i < text.len) {
		char c = text.ptr[i];
		bool is_closed = true;
		size_t len = 1;

		if (c == '"')
			len = skip_quoted(span_from(text, i), &is_closed);
		else if (c == '(')
			len = skip_comment(span_from(text, i), &is_closed);
		if (c == '(' && is_closed)
			scan.comment = span_make(text.ptr + i + 1, len - 2);
		scan.is_open |= !is_closed;
		if (c == '<' && scan.bracket == SIZE_MAX)
			scan.bracket = i;
		if (c == '>' && scan.bracket < i && scan.close == SIZE_MAX)
			scan.close = i;
		if ((c == ',' || c == ';') &&
		    (scan.bracket == SIZE_MAX || scan.close != SIZE_MAX))
			break;
		i += len;
	}
	scan.end = i < text.len ? i : text.len;
	return scan;
}

/* A group's name ends in a colon, before any address (RFC 5322 3.4). */
static void skip_group_name(struct span *rest)
{
	size_t i = 0;

	while (i < rest->len && !memchr("<>@,;", rest->ptr[i], 5)) {
		bool is_closed;

		if (rest->ptr[i] == ':') {
			*rest = span_from(*rest, i + 1);
			return;
		}
		if (rest->ptr[i] == '"')
			i += skip_quoted(span_from(*rest, i), &is_closed);
		else if (rest->ptr[i] == '(')
			i += skip_comment(span_from(*rest, i), &is_closed);
		else
			i++;
	}
}

/* Is the name a phrase that can be repeated: atoms, encoded words and closed
 * quoted strings, and no "@" anywhere? */
static bool is_phrase(struct span name)
{
	size_t i = 0;

	while (i < name.len) {
		char c = name.ptr[i];
		bool is_closed = true;
		size_t len = 1;

		if (c == '"')
			len = skip_quoted(span_from(name, i), &is_closed);
		else if (!is_space(c) &&
			 (memchr("()<>@,;:\\[]", c, 11) || !is_print(c)))
			return false;
		if (!is_closed)
			return false;
		i += len;
	}
	return span_find(name, '@') == name.len;
}

/* see mailbox.h */
bool mailbox_next(struct span *rest, struct mailbox *mailbox)
{
	struct span element;
	struct scan scan;

	*mailbox = (struct mailbox){ 0 };
	do {
		skip_group_name(rest);
		scan = scan_element(*rest);
		element = trim(span_first(*rest, scan.end));
		if (element.len > 0)
			break;
		*rest = span_from(*rest, scan.end + 1);
	} while (rest->len > 0);
	if (element.len == 0)
		return false;
	if (scan.bracket != SIZE_MAX) {
		size_t close = scan.close == SIZE_MAX ? scan.end : scan.close;

		mailbox->name = trim(span_first(*rest, scan.bracket));
		mailbox->address = trim(span_make(
		    rest->ptr + scan.bracket + 1, close - scan.bracket - 1));
	} else if (scan.comment.ptr) {
		mailbox->name = trim(scan.comment);
		mailbox->address =
		    trim(span_first(element, span_find(element, '(')));
	} else {
		mailbox->address = element;
	}
	mailbox->is_broken = scan.is_open || !is_phrase(mailbox->name);
	*rest = span_from(*rest, scan.end + 1);
	return true;
}

/* ---- the name again ---- */

static void put_unfolded(struct text *text, struct span name, size_t max)
{
	name = span_first(name, max);
	for (size_t i = 0; i < name.len; i++)
		if (!is_space(name.ptr[i]))
			text_putc(text, name.ptr[i]);
		else if (i == 0 || !is_space(name.ptr[i - 1]))
			text_putc(text, ' ');
}

/* Encoded words mean something only outside of quotes (RFC 2047 5). */
static void put_atoms(struct text *text, struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (is_space(c))
			c = ' ';
		if (is_print(c) && !memchr("()<>@,;:\\\".[]", c, 13))
			text_putc(text, c);
	}
}

/* A blank, unless one stands there already. */
static void put_blank(struct text *text)
{
	if (text->len > 0 && text->ptr[text->len - 1] != ' ')
		text_putc(text, ' ');
}

static void put_quoted(struct text *text, struct span name)
{
	text_putc(text, '"');
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c == '@') {
			put_blank(text);
			text_put(text, SPAN("at "));
		} else if (is_space(c)) {
			put_blank(text);
		} else if (c != '"' && c != '\\' && (unsigned char)c >= 0x20 &&
			   c != 0x7f) {
			text_putc(text, c);
		}
	}
	text_putc(text, '"');
}

static bool has_encoded_word(struct span name)
{
	for (size_t i = 0; i + 1 < name.len; i++)
		if (name.ptr[i] == '=' && name.ptr[i + 1] == '?')
			return true;
	return false;
}

/* see mailbox.h */
void mailbox_put_name(
    struct text *text, const struct mailbox *mailbox, size_t max)
{
	struct span name = mailbox->name;

	if (!mailbox->is_broken && name.len <= max) {
		put_unfolded(text, name, max);
		return;
	}
	name = span_first(name, max);
	if (has_encoded_word(name))
		put_atoms(text, name);
	else
		put_quoted(text, name);
}
