#include "smtp/header.h"

/* see header.h */
size_t header_line_length(struct span rest)
{
	size_t end = span_find(rest, '\n');

	return end < rest.len ? end + 1 : rest.len;
}

/* Length of the name at the front, or 0 when no colon follows it. Blanks
 * before the colon are obsolete, and still seen (RFC 5322 4.5). */
static size_t name_length(struct span line, size_t *colon)
{
	size_t len = 0;

	while (len < line.len && is_print(line.ptr[len]) &&
	       line.ptr[len] != ' ' && line.ptr[len] != ':')
		len++;
	*colon = len;
	while (*colon < line.len && is_blank(line.ptr[*colon]))
		(*colon)++;
	return *colon < line.len && line.ptr[*colon] == ':' ? len : 0;
}

static bool is_blank_line(struct span line)
{
	return line.len == 2 && line.ptr[0] == '\r';
}

/* Length of a field at the front with its continuations; 0 when its end is
 * not there yet. */
static size_t field_length(struct span rest, bool is_whole)
{
	size_t len = header_line_length(rest);

	while (len < rest.len && is_blank(rest.ptr[len]))
		len += header_line_length(span_from(rest, len));
	if (len == rest.len && !is_whole)
		return 0;
	return len;
}

/* see header.h */
enum header_verdict header_next(
    struct span *rest, bool is_whole, struct field *field)
{
	struct span line = span_first(*rest, header_line_length(*rest));
	size_t colon;
	size_t name;
	size_t len;

	if (line.len == 0)
		return is_whole ? HEADER_BODY : HEADER_MORE;
	if (line.ptr[line.len - 1] != '\n' && !is_whole)
		return HEADER_MORE;
	if (is_blank_line(line))
		return HEADER_BLANK;
	name = name_length(line, &colon);
	if (name == 0)
		return HEADER_BODY;
	len = field_length(*rest, is_whole);
	if (len == 0)
		return HEADER_MORE;
	field->whole = span_first(*rest, len);
	field->name = span_first(line, name);
	field->value = span_from(field->whole, colon + 1);
	if (field->value.len >= 2)
		field->value.len -= 2;
	*rest = span_from(*rest, len);
	return HEADER_FIELD;
}

/* see header.h */
bool header_is_separator(struct span line)
{
	return (line.len > 5 &&
		   span_equal(span_first(line, 5), SPAN("From "))) ||
	       (line.len > 6 &&
		   span_equal(span_first(line, 6), SPAN(">From ")));
}
