/*
 * spool - a message's content in a file without a name, seen as memory: for
 * devices with `hold = all`, whose messages are collected whole.
 *
 * The file lies in the first of these folders where one can be made: the
 * [state] directory, $TMPDIR, /var/tmp, /tmp. It is 0600 and unlinked before
 * anything is written, so that nobody else ever reads it and nothing is left
 * behind, whatever ends the program. What is asked for is taken from the disk
 * at once (posix_fallocate): a full disk is an answer here, and not a SIGBUS
 * when the content is written later.
 *
 * Owns:   the file and its mapping, from the first spool_grow to spool_close.
 * Bounds: SPOOL_MOST_OCTETS a message; steps of SPOOL_STEP_OCTETS at most.
 * Faults: a disk that cannot be read back raises SIGBUS, as it would for a
 *         program's own text.
 */
#ifndef NET_SPOOL_H
#define NET_SPOOL_H

#include "relay/session.h"

enum {
	SPOOL_FIRST_OCTETS = 1 << 20,
	SPOOL_STEP_OCTETS = 16 << 20,
	/* A 32-bit process sees the file twice while it grows, and has other
	 * devices, too. */
	SPOOL_MOST_OCTETS = sizeof(size_t) > 4 ? 1 << 30 : 1 << 28,
};

struct spool {
	int fd;
	char *map; /* NULL: there is no file, and `fd` is none */
	size_t size;
	const char *folder; /* the last one tried, for the log */
};

/*
 * Gives the session the room that it wishes for (WANT_ROOM), or tells it and
 * the log why there is none. `folder` is the [state] directory; `loan` is the
 * one that the session has. A zeroed spool is an empty one, as it must be when
 * a message begins.
 */
void spool_serve(struct spool *spool, struct session *session,
    const struct loan *loan, const char *folder);

/* The content is not needed any more, and no session looks at it: the file
 * goes. Fine for an empty one. */
void spool_close(struct spool *spool);

#endif
