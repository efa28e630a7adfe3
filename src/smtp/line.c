#include "smtp/line.h"

/* Drops up to the end of the line that was too long. */
static enum line_verdict drop(struct line_reader *reader, struct span *in)
{
	size_t end = span_find(*in, '\n');

	if (end == in->len) {
		*in = span_from(*in, in->len);
		return LINE_MORE;
	}
	*in = span_from(*in, end + 1);
	reader->is_dropping = false;
	return LINE_LONG;
}

/* see line.h */
enum line_verdict line_read(struct line_reader *reader, struct span *in,
    size_t max, struct span *line, size_t *used)
{
	size_t end;
	size_t len;

	if (reader->is_dropping)
		return drop(reader, in);
	end = span_find(*in, '\n');
	if (end == in->len && end <= max + 1)
		return LINE_MORE;
	len = end;
	if (end < in->len && end > 0 && in->ptr[end - 1] == '\r')
		len--;
	if (len > max) {
		reader->is_dropping = true;
		return drop(reader, in);
	}
	*line = span_first(*in, len);
	*used = end + 1;
	return LINE_READY;
}
