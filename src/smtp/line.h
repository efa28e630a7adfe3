/*
 * line - octets in, one command line out.
 *
 * Nothing is stored: a line that is not whole yet stays with the caller, who
 * offers it again with more behind it. So a reader never uses more than the
 * line it gives.
 *
 * CRLF ends a line (RFC 5321 2.3.8). Devices that send a bare LF get through
 * as well: between commands that hides nothing, since every command is parsed
 * by itself. Message content has rules of its own (smtp/body).
 *
 * Bounds: the caller's maximum; what is longer is dropped up to its end.
 */
#ifndef SMTP_LINE_H
#define SMTP_LINE_H

#include "base/span.h"

struct line_reader {
	bool is_dropping; /* the rest of a line that was too long */
};

enum line_verdict {
	LINE_MORE,  /* no whole line yet; `*in` is unchanged or was dropped */
	LINE_READY, /* `*line` is a line without its end */
	LINE_LONG,  /* a line over the maximum has just ended; it is gone */
};

/*
 * Looks for one line of at most `max` octets, its end not counted. On
 * LINE_READY `*line` lies in `*in` and `*used` octets belong to it: the caller
 * advances when it has acted on the line. On the other verdicts what cannot
 * be part of a line any more is cut off `*in` here.
 */
enum line_verdict line_read(struct line_reader *reader, struct span *in,
    size_t max, struct span *line, size_t *used);

#endif
