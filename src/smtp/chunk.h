/*
 * chunk - content as BDAT sends it (RFC 3030): the number of octets, then so
 * many octets as they are.
 *
 * Lines are canonical and parted when they are too long, as for DATA, but no
 * dot is stuffed and none ends a message: the word LAST does. The number is
 * said first, so what a chunk will hold is counted before it begins, and
 * whoever puts content puts what was counted.
 *
 * Owns:   the place in the lines; nothing of the message is kept.
 */
#ifndef SMTP_CHUNK_H
#define SMTP_CHUNK_H

#include "smtp/body.h"

enum { CHUNK_COMMAND_OCTETS = 32 }; /* the longest BDAT command */

struct chunk {
	struct stuffing lines; /* of the message, through all its chunks */
	uint64_t content;      /* still to be put into this one */
	uint64_t octets;       /* that it becomes */
	bool is_last;
};

/* Before the first chunk of a message. */
void chunk_init(struct chunk *chunk);

/* Counts content that will be put, piece by piece, into a copy of the chunk
 * before: what it was counted to be is said by chunk_begin. */
void chunk_count(struct chunk *next, struct span content);

/* The copy takes its place, and its command is said: needs room of
 * CHUNK_COMMAND_OCTETS. The one before is over. */
void chunk_begin(struct chunk *chunk, const struct chunk *next, bool is_last,
    struct buf *out);

/* Puts content as far as it belongs to this chunk and there is room, and
 * advances it. */
void chunk_put(struct chunk *chunk, struct span *content, struct buf *out);

/* Was all of it put? */
bool chunk_is_over(const struct chunk *chunk);

#endif
