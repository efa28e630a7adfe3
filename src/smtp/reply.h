/*
 * reply - octets in, whole replies out; and replies composed.
 *
 * An SMTP reply may span many lines ("250-a", "250-b", "250 c"). This room
 * gathers them, so that nothing above it ever acts on half a reply: the last
 * line is the one without a hyphen behind its code (RFC 5321 4.2.1), and a
 * relay that acts sooner can be led out of step by a hostile server.
 *
 * Owns:   the reply being gathered, in place. Nothing is allocated.
 * Bounds: 8 KiB a line, 128 lines, 64 KiB in all; of these the first
 *         REPLY_TEXT_OCTETS of text are kept.
 * Faults: REPLY_MALFORMED is final: the stream cannot be trusted afterwards.
 */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include "base/text.h"

enum {
	REPLY_LINE_OCTETS = 8192,
	REPLY_LINES = 128,
	REPLY_OCTETS = 65536,
	REPLY_TEXT_OCTETS = 4096, /* kept */
	REPLY_SAID_OCTETS = 510,  /* one line to a device, its CRLF not counted
				     (RFC 5321 4.5.3.1.5) */
};

/* One whole reply. */
struct reply {
	unsigned code; /* 200 to 599 */
	unsigned lines;
	size_t len;
	char text[REPLY_TEXT_OCTETS]; /* without codes; each line ends in LF */
};

struct reply_reader {
	struct reply reply;
	char code[4]; /* code and separator of the line being read */
	size_t line_octets;
	size_t octets;
	bool is_over; /* the reply is whole: the next octet begins anew */
	bool is_malformed;
};

enum reply_verdict {
	REPLY_MORE,	 /* all of `*in` was used; the reply is not whole yet */
	REPLY_READY,	 /* reader->reply is a whole reply */
	REPLY_MALFORMED, /* no SMTP: bad code, mixed codes, or over the bounds
			  */
};

/*
 * Reads until one reply is whole and not one octet further. What follows a
 * "220" to STARTTLS is therefore still the caller's and can never be taken
 * for SMTP (RFC 3207 4.2; CVE-2021-22947 is what reading ahead looks like).
 */
enum reply_verdict reply_read(struct reply_reader *reader, struct span *in);

/* Was some of a reply read, but not all? */
bool reply_is_begun(const struct reply_reader *reader);

/* Forgets a half-read reply. */
void reply_reader_init(struct reply_reader *reader);

/* The first digit: 2, 3, 4 or 5. */
unsigned reply_class(const struct reply *reply);

/* Text of the reply, lines ended by LF. */
struct span reply_text(const struct reply *reply);

/* The enhanced status code at the front of the first line ("5.7.139"), or an
 * empty span (RFC 3463). */
struct span reply_enhanced(const struct reply *reply);

/* Does the text hold `words`, whatever the case? */
bool reply_mentions(const struct reply *reply, struct span words);

/*
 * Appends the reply as a device may hear it: one line, its code, ASCII only,
 * 510 octets at most; the lines of a long reply are joined by blanks, with the
 * enhanced code repeated on each of them left out. No CRLF is added.
 */
void reply_put(struct text *text, const struct reply *reply);

#endif
