/*
 * header - the header section of a message, field by field (RFC 5322 2.2).
 *
 * It reads what devices send: a field is a name of printable characters, a
 * colon, and all lines that begin with a blank behind it. Whatever is no field
 * ends the section.
 *
 * Bounds: none of its own; nothing is stored, fields are spans.
 */
#ifndef SMTP_HEADER_H
#define SMTP_HEADER_H

#include "base/span.h"

struct field {
	struct span whole; /* name to its last CRLF */
	struct span name;
	struct span value; /* behind the colon; folded as it came, its last
			      CRLF left out */
};

enum header_verdict {
	HEADER_FIELD, /* `*field`, and `*rest` is behind it */
	HEADER_BLANK, /* the empty line; `*rest` still has it */
	HEADER_BODY,  /* a line that is no field: the empty line is missing */
	HEADER_MORE,  /* the section does not end in `*rest` */
};

/*
 * Reads one field of content with canonical lines. `is_whole` says that no
 * more content follows `*rest`.
 */
enum header_verdict header_next(
    struct span *rest, bool is_whole, struct field *field);

/* Is the line an mbox separator, "From user date" or ">From "? */
bool header_is_separator(struct span line);

/* Length of the first line, its CRLF included; all of it when it has none. */
size_t header_line_length(struct span rest);

#endif
