/*
 * body - message content, from a device's DATA and to a provider's.
 *
 * In:  octets as a device sends them -> content: lines that all end in CRLF,
 *      dots unstuffed, no CR, LF or NUL inside a line.
 * Out: content -> octets of a DATA, dots stuffed, lines over 998 octets parted
 *      by CRLF and a blank (RFC 5321 4.5.3.1.6), ended by CRLF.CRLF; or of
 *      BDATs (smtp/chunk), where dots are left as they are.
 *
 * Only CRLF.CRLF ends a message (RFC 5321 4.1.1.4). A bare LF is a line end, a
 * bare CR becomes a blank, a NUL is dropped; none of them can end a message,
 * alone or together: that is how mail is smuggled (CVE-2023-51764 and kin).
 * And whatever came in, what goes out is canonical, so that a provider more
 * lenient than we are finds nothing to be lenient about.
 *
 * Owns:   a state of a few octets; nothing of the message is kept.
 */
#ifndef SMTP_BODY_H
#define SMTP_BODY_H

#include "base/buf.h"

enum body_state {
	BODY_LINE_START, /* behind a CRLF, or at the beginning */
	BODY_SOFT_START, /* behind a bare LF: no end can begin here */
	BODY_DOT,	 /* a dot at a line's start, not yet judged */
	BODY_SOFT_DOT,
	BODY_DOT_RETURN, /* a dot and a CR, likewise */
	BODY_SOFT_DOT_RETURN,
	BODY_TEXT,
	BODY_RETURN, /* a CR in the text: line end or blank? */
	BODY_OVER,   /* the end was read */
};

struct body {
	enum body_state state;
	bool takes_any_end; /* LF.LF, LF.CRLF and CRLF.LF end it as well */
	bool is_wrong_end;  /* such a one did */
	uint64_t octets;    /* of content given so far */
	uint64_t nuls;	    /* dropped */
	uint64_t returns;   /* bare CR made blanks */
	uint64_t feeds;	    /* bare LF made line ends */
};

/*
 * At the beginning of a message. `takes_any_end` is for devices that cannot
 * end one rightly: whoever sets it hears nothing more from the device after
 * such an end, so that nothing smuggled behind it is ever a command.
 */
void body_init(struct body *body, bool takes_any_end);

enum body_verdict {
	BODY_MORE, /* `*in` is used up, or `content` is full */
	BODY_END,  /* the final dot was read; `*in` is left behind its LF */
};

enum { BODY_LINE_OCTETS = 998 }; /* in a line that leaves, without CRLF */

enum { BODY_STEP_OCTETS = 4 }; /* room without which body_read does nothing */

/* Reads a device's octets, as many as there is room for in `content`; at least
 * one where more than BODY_STEP_OCTETS are ready (buf_ready). */
enum body_verdict body_read(
    struct body *body, struct span *in, struct buf *content);

/* Writes content as the provider wants it. */
struct stuffing {
	bool keeps_dots; /* no dot ends it */
	size_t column;	 /* octets of the line that was begun */
	uint64_t folds;	 /* lines parted because they were too long */
};

enum { STUFFING_STEP_OCTETS = 5 }; /* room without which nothing is put */

/* Stuffs as much of `*content` into `out` as there is room for, and advances
 * it. This and stuffing_end are the only writers of a message's octets. */
void stuffing_put(
    struct stuffing *stuffing, struct span *content, struct buf *out);

/* Passes over content as if it were put; returns the octets it would become. */
uint64_t stuffing_length(struct stuffing *stuffing, struct span content);

/* Writes the end of data: needs STUFFING_END_OCTETS of room. */
enum { STUFFING_END_OCTETS = 3 };
void stuffing_end(struct stuffing *stuffing, struct buf *out);

#endif
