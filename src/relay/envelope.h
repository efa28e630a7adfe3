/*
 * envelope - who a message is from and for (RFC 5321 2.3.1), kept so that it
 * can be said again to another connection.
 *
 * The paths are kept in the order of the commands: the sender, then every
 * recipient. A cursor walks them; a connection that replaces a dead one walks
 * them from the start. One command of a device may bring several recipients:
 * a mark stands where its paths begin, so that they can be taken back.
 *
 * Borrows: the storage, for the time of a transaction.
 * Bounds:  the storage; a path that does not fit is refused.
 */
#ifndef RELAY_ENVELOPE_H
#define RELAY_ENVELOPE_H

#include "base/text.h"
#include "smtp/address.h"

struct envelope {
	struct text paths; /* each with LF behind */
	unsigned count;	   /* paths: 1 with the sender only */
	size_t mark;	   /* where the last command's paths begin */
	unsigned mark_count;
	struct mail_parameters parameters;
};

/* Empty, over storage of its own for each transaction. */
void envelope_init(struct envelope *envelope, char *storage, size_t size);

/* Adds the sender, or one more recipient. False when there is no room. */
bool envelope_add(struct envelope *envelope, const struct address *address);

/* A command's paths begin here; takes back those behind the mark. */
void envelope_mark(struct envelope *envelope);
void envelope_take_back(struct envelope *envelope);

/* Octets in use: the cursor's end. */
size_t envelope_end(const struct envelope *envelope);

/* The path at the cursor, "<a@b>", and the cursor behind it. */
struct span envelope_path(const struct envelope *envelope, size_t *cursor);

/* The sender without brackets, for the log. */
struct span envelope_sender(const struct envelope *envelope);

#endif
