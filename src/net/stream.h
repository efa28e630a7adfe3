/*
 * stream - one connected socket: octets in, octets out, closing.
 *
 * Reading: a chunk is shown to the owner's turn where it was read; what the
 * turn leaves is kept, and reading goes on only while little is kept. So a
 * stream at rest keeps nothing, and an owner that takes less slows its peer.
 *
 * Writing: tried at once. What the socket does not take is copied and in
 * flight; until it has left, stream_write takes nothing more. In a turn that
 * gathers, large writes leave in twos: that spares the kernel a segment, and
 * the peer a waking, for each other one.
 *
 * Every callback of libuv stores what happened and calls the owner's `turn`.
 *
 * Owns:   the handle, what was read and not used, what is in flight.
 * Bounds: STREAM_KEEP_OCTETS and one chunk kept; one write in flight.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/span.h"
#include "net/loop.h"

enum {
	STREAM_KEEP_OCTETS = 16384, /* no reading while so much is kept */
	STREAM_CHUNK_OCTETS = 4096, /* read at once, unless more is asked for */
	STREAM_GATHER_OCTETS = 8192, /* written at once: a large write */
	STREAM_STREAK = 32, /* writes taken whole before any is gathered */
};

struct stream;

/* What became of all that was written. */
enum stream_fate {
	STREAM_HEARD,	/* the peer's system has it */
	STREAM_UNHEARD, /* and never will have it all */
	STREAM_OPEN,	/* it is on its way */
};

/* What the owner does. `closed` is the last call: the stream may be freed. */
struct stream_owner {
	void (*turn)(struct stream *stream);
	void (*closed)(struct stream *stream);
};

struct stream {
	const struct stream_owner *owner;
	struct loop *loop;
	uv_stream_t *handle; /* allocated by itself; NULL before and after */
	size_t appetite;     /* octets worth reading at once */
	bool acks_now;	     /* the peer may be waiting for that to go on */
	bool is_flowing;     /* the last read gave all that it could take */
	struct span fresh;   /* read just now, in the loop's buffer */
	char *kept;	     /* read and not used */
	size_t kept_len;
	size_t kept_at;
	char *flying; /* copied, and being written */
	uv_write_t write;
	uv_shutdown_t shutdown;
	unsigned streak; /* writes in a row that the socket took whole */
	bool is_reading;
	uint64_t octets; /* read, in all */
	bool is_ended;	 /* the peer has closed, or the socket broke */
	bool is_broken;	 /* what was written reached nobody */
	bool is_reset;	 /* by the peer, which had not ended in order */
	bool is_shut;	 /* stream_shut was called */
	bool is_closing;
};

/* An empty stream; finish is by stream_close. */
void stream_init(
    struct stream *stream, struct loop *loop, const struct stream_owner *owner);

/* Takes a connected handle, allocated by malloc, and begins to read. */
void stream_open(struct stream *stream, uv_stream_t *handle);

/* What was read and not used yet; and the word that so much was used. */
struct span stream_peek(const struct stream *stream);
void stream_took(struct stream *stream, size_t len);

/* Writes; returns how much was taken: all of it or nothing, and in a turn that
 * gathers perhaps a front of it. */
size_t stream_write(struct stream *stream, struct span octets);

/*
 * From here until stream_flush returns false, large writes on the loop's
 * streams may wait for the next one. stream_flush writes what waits; when
 * nothing does, it returns false and ends the gathering.
 */
void stream_gather(struct loop *loop);
bool stream_flush(struct loop *loop);

/* Octets of the peer that wait in its socket. */
size_t stream_unread(const struct stream *stream);

/* Is nothing gathered or in flight? */
bool stream_is_flushed(const struct stream *stream);

/* Says that nothing more will be written, behind what is in flight. */
void stream_shut(struct stream *stream);

/* Has the peer closed its side, be it that nobody was told yet? */
bool stream_is_left(const struct stream *stream);

/* Has the peer's system acknowledged all that was written? */
enum stream_fate stream_fate(struct stream *stream);

/* Asks for the end; `closed` is called later, never from here. */
void stream_close(struct stream *stream);

/* Ends with a reset, for a peer that must not take what it got for whole. */
void stream_reset(struct stream *stream);

#endif
