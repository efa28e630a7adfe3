/*
 * buf - a queue of octets in storage of fixed size.
 *
 * Written at the back, read at the front. The room is known before anything
 * is put: a put that does not fit is our bug, and traps.
 *
 * Borrows: the storage, from whoever called buf_init; it outlives the buf.
 * Bounds:  the capacity given at init, or by buf_move; it never grows by
 *          itself.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/span.h"

struct buf {
	char *data;
	size_t cap;
	size_t head; /* first octet not yet taken */
	size_t tail; /* behind the last octet put */
};

/* An empty queue over `cap` octets at `data`. A zeroed buf has no room. */
void buf_init(struct buf *buf, char *data, size_t cap);

/* Octets waiting; octets that may still be put. */
size_t buf_len(const struct buf *buf);
size_t buf_room(const struct buf *buf);

/*
 * How many of them may be put without moving more octets than were taken since
 * the last move: less than buf_room while little was taken. Whoever passes a
 * stream through a large buffer asks for this, so that a reader who takes
 * little at a time does not have all the rest moved each time.
 */
size_t buf_ready(const struct buf *buf);

/* Puts all of `octets`; there must be room. */
void buf_put(struct buf *buf, struct span octets);

/* Puts as much of `octets` as there is room for; returns how much. */
size_t buf_put_some(struct buf *buf, struct span octets);

/*
 * A place of buf_room(buf) octets to write into directly, and the word that
 * so many of them were written.
 */
char *buf_space(struct buf *buf);
void buf_wrote(struct buf *buf, size_t len);

/* What waits, oldest first; and the word that so much of it was taken. */
struct span buf_peek(const struct buf *buf);
void buf_took(struct buf *buf, size_t len);

/*
 * Other storage, of at least as many octets as wait. They lie at its front
 * already: copied there by the caller, or seen there a second time. Nothing
 * may have been taken of them.
 */
void buf_move(struct buf *buf, char *data, size_t cap);

/* Forgets what waits. */
void buf_clear(struct buf *buf);

#endif
