#define _GNU_SOURCE /* POLLRDHUP */
#include "net/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/ensure.h"

/* Where the system cannot tell, a closed side shows when it is read. */
#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

static struct stream *of_handle(const uv_handle_t *handle)
{
	return handle->data;
}

/* see stream.h */
void stream_init(
    struct stream *stream, struct loop *loop, const struct stream_owner *owner)
{
	*stream = (struct stream){
		.loop = loop,
		.owner = owner,
		.appetite = STREAM_CHUNK_OCTETS,
	};
}

/* ---- reading ---- */

/* Keeps what the turn did not use of a fresh chunk. */
static void keep_fresh(struct stream *stream)
{
	size_t have = stream->kept_len - stream->kept_at;
	size_t len = have + stream->fresh.len;
	char *kept;

	if (stream->fresh.len == 0)
		return;
	kept = malloc(len);
	if (!kept) {
		stream->is_ended = true; /* nothing can be kept: give up */
		return;
	}
	if (have > 0)
		memcpy(kept, stream->kept + stream->kept_at, have);
	memcpy(kept + have, stream->fresh.ptr, stream->fresh.len);
	free(stream->kept);
	stream->kept = kept;
	stream->kept_len = len;
	stream->kept_at = 0;
	stream->fresh = (struct span){ 0 };
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct stream *stream = of_handle(handle);
	size_t size = stream->appetite;

	(void)suggested;
	if (size < STREAM_CHUNK_OCTETS)
		size = STREAM_CHUNK_OCTETS;
	if (size > LOOP_READ_OCTETS)
		size = LOOP_READ_OCTETS;
	*buf = uv_buf_init(stream->loop->read, (unsigned)size);
}

/*
 * A client that writes the end of its content by itself, and has left Nagle's
 * algorithm on, sends it only when what came before is acknowledged: 40 ms
 * later, as a rule, unless that is hurried. The kernel forgets it each time.
 */
static void acknowledge(const struct stream *stream)
{
#ifdef TCP_QUICKACK
	uv_os_fd_t fd;
	int on = 1;

	if (stream->acks_now && stream->handle->type == UV_TCP &&
	    uv_fileno((const uv_handle_t *)stream->handle, &fd) == 0)
		(void)setsockopt(
		    fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
#else
	(void)stream;
#endif
}

static void on_read(uv_stream_t *handle, ssize_t len, const uv_buf_t *buf)
{
	struct stream *stream = of_handle((uv_handle_t *)handle);

	/* Nothing to read after all (EAGAIN): news only if more was thought to
	 * be here. */
	if (len == 0 && !stream->is_flowing)
		return;
	stream->is_flowing = len == (ssize_t)buf->len;
	if (len < 0) {
		stream->is_ended = true;
		stream->is_reset |= len == UV_ECONNRESET;
		stream->is_reading = false;
		uv_read_stop(handle);
	} else if (len > 0) {
		stream->octets += (uint64_t)len;
		stream->fresh = span_make(buf->base, (size_t)len);
		if (stream->kept)
			keep_fresh(stream);
	}
	stream->owner->turn(stream);
	keep_fresh(stream);
	/* Of a peer that has more to send, the rest is here already. */
	if (!stream->is_closing && !stream->is_flowing)
		acknowledge(stream);
	if (stream->is_reading && !stream->is_closing &&
	    stream_peek(stream).len >= STREAM_KEEP_OCTETS) {
		stream->is_reading = false;
		uv_read_stop(handle);
	}
}

static void read_on(struct stream *stream)
{
	if (stream->is_reading || stream->is_ended || stream->is_closing ||
	    !stream->handle)
		return;
	stream->is_reading =
	    uv_read_start(stream->handle, on_alloc, on_read) == 0;
	if (!stream->is_reading)
		stream->is_ended = true;
}

/* see stream.h */
void stream_open(struct stream *stream, uv_stream_t *handle)
{
	ENSURE(!stream->handle && !stream->is_closing);
	stream->handle = handle;
	handle->data = stream;
	read_on(stream);
}

/* see stream.h */
struct span stream_peek(const struct stream *stream)
{
	if (stream->kept)
		return span_make(stream->kept + stream->kept_at,
		    stream->kept_len - stream->kept_at);
	return stream->fresh;
}

/* see stream.h */
void stream_took(struct stream *stream, size_t len)
{
	if (!stream->kept) {
		stream->fresh = span_from(stream->fresh, len);
		return;
	}
	ENSURE(len <= stream->kept_len - stream->kept_at);
	stream->kept_at += len;
	if (stream->kept_at == stream->kept_len) {
		free(stream->kept);
		stream->kept = NULL;
		stream->kept_len = stream->kept_at = 0;
	}
	if (stream->kept_len - stream->kept_at < STREAM_KEEP_OCTETS)
		read_on(stream);
}

/* ---- writing ---- */

static void on_written(uv_write_t *write, int status)
{
	struct stream *stream = container_of(write, struct stream, write);

	free(stream->flying);
	stream->flying = NULL;
	if (status < 0)
		stream->is_ended = stream->is_broken = true;
	if (!stream->is_closing)
		stream->owner->turn(stream);
}

static bool write_rest(struct stream *stream, struct span rest)
{
	uv_buf_t buf;

	stream->flying = malloc(rest.len);
	if (!stream->flying)
		return false;
	memcpy(stream->flying, rest.ptr, rest.len);
	buf = uv_buf_init(stream->flying, (unsigned)rest.len);
	if (uv_write(&stream->write, stream->handle, &buf, 1, on_written) == 0)
		return true;
	free(stream->flying);
	stream->flying = NULL;
	return false;
}

static void write_out(struct stream *stream, struct span octets)
{
	uv_buf_t buf = uv_buf_init((char *)octets.ptr, (unsigned)octets.len);
	int len = uv_try_write(stream->handle, &buf, 1);

	if (len == UV_EAGAIN)
		len = 0;
	if (len == (int)octets.len) {
		stream->streak++;
		return;
	}
	stream->streak = 0;
	if (len < 0 || !write_rest(stream, span_from(octets, (size_t)len)))
		stream->is_ended = stream->is_broken = true;
}

static bool can_write(const struct stream *stream)
{
	return !stream->flying && !stream->is_closing && !stream->is_shut &&
	       stream->handle;
}

/* Ahead of all that the stream writes or does next. */
static void write_gathered(struct loop *loop)
{
	struct stream *writer = loop->writer;

	loop->writer = NULL;
	write_out(writer, buf_peek(&loop->gathered));
	buf_clear(&loop->gathered);
}

/* see stream.h */
void stream_gather(struct loop *loop)
{
	loop->gathers = true;
}

/* see stream.h */
bool stream_flush(struct loop *loop)
{
	bool has_some = loop->writer;

	loop->gathers = has_some;
	if (has_some)
		write_gathered(loop);
	return has_some;
}

/* Is it worth waiting for the next write? Of what does not leave at once, the
 * more would lie in memory. */
static bool may_wait(const struct stream *stream, struct span octets)
{
	const struct loop *loop = stream->loop;

	return loop->gathers && !loop->writer &&
	       stream->streak >= STREAM_STREAK &&
	       octets.len >= STREAM_GATHER_OCTETS &&
	       octets.len <= buf_room(&loop->gathered);
}

/* see stream.h */
size_t stream_write(struct stream *stream, struct span octets)
{
	struct loop *loop = stream->loop;

	if (octets.len == 0 || !can_write(stream))
		return 0;
	if (loop->writer == stream) {
		size_t len = buf_put_some(&loop->gathered, octets);

		write_gathered(loop);
		return len;
	}
	if (may_wait(stream, octets)) {
		loop->writer = stream;
		buf_put(&loop->gathered, octets);
	} else {
		write_out(stream, octets);
	}
	return octets.len;
}

static void let_go(struct stream *stream)
{
	if (stream->loop->writer == stream)
		write_gathered(stream->loop);
}

/* The socket, while there is one that is not being closed. */
static bool find_socket(const struct stream *stream, uv_os_fd_t *fd)
{
	return stream->handle &&
	       uv_fileno((const uv_handle_t *)stream->handle, fd) == 0;
}

/* see stream.h */
bool stream_is_left(const struct stream *stream)
{
	struct pollfd look = { .events = POLLRDHUP };
	uv_os_fd_t fd;

	if (stream->is_ended || !find_socket(stream, &fd))
		return true;
	look.fd = fd;
	return poll(&look, 1, 0) > 0;
}

/* see stream.h */
size_t stream_unread(const struct stream *stream)
{
	int unread = 0;
	uv_os_fd_t fd;

	if (!find_socket(stream, &fd) || ioctl(fd, FIONREAD, &unread) != 0)
		return 0;
	return (size_t)unread;
}

/* see stream.h */
enum stream_fate stream_fate(struct stream *stream)
{
	int waiting = 0;
	int error = 0;
	socklen_t len = sizeof(error);
	uv_os_fd_t fd;

	if (stream->is_broken || !find_socket(stream, &fd))
		return STREAM_UNHEARD;
	/* What a Unix socket counts is memory, until it was read. */
	if (stream->handle->type != UV_TCP)
		return stream_is_flushed(stream) ? STREAM_HEARD : STREAM_OPEN;
	/* Octets that are not acknowledged; also told of a dead socket. */
	if (stream_is_flushed(stream) && ioctl(fd, TIOCOUTQ, &waiting) == 0 &&
	    waiting == 0)
		return STREAM_HEARD;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 &&
	    error == 0)
		return STREAM_OPEN;
	/* Asking clears it. With EPIPE the peer's end has come, and waits to be
	 * read; all others are silence. */
	stream->is_broken = true;
	stream->is_reset = error == ECONNRESET && !stream->is_ended;
	return STREAM_UNHEARD;
}

/* see stream.h */
bool stream_is_flushed(const struct stream *stream)
{
	return !stream->flying && stream->loop->writer != stream;
}

static void on_shut(uv_shutdown_t *shutdown, int status)
{
	(void)shutdown;
	(void)status; /* whoever has left already need not be told */
}

/* see stream.h */
void stream_shut(struct stream *stream)
{
	if (stream->is_shut || stream->is_closing || !stream->handle)
		return;
	let_go(stream);
	stream->is_shut = true;
	if (uv_shutdown(&stream->shutdown, stream->handle, on_shut) < 0)
		stream->is_ended = true;
}

/* ---- closing ---- */

static void on_closed(uv_handle_t *handle)
{
	struct stream *stream = of_handle(handle);

	free(handle);
	stream->handle = NULL;
	free(stream->kept);
	stream->kept = NULL;
	free(stream->flying);
	stream->flying = NULL;
	stream->owner->closed(stream);
}

/* see stream.h */
void stream_close(struct stream *stream)
{
	if (stream->is_closing || !stream->handle)
		return;
	let_go(stream);
	stream->is_closing = true;
	stream->fresh = (struct span){ 0 };
	uv_close((uv_handle_t *)stream->handle, on_closed);
}

/* see stream.h */
void stream_reset(struct stream *stream)
{
	if (stream->is_closing || !stream->handle)
		return;
	let_go(stream);
	if (stream->handle->type != UV_TCP || stream->is_shut ||
	    uv_tcp_close_reset((uv_tcp_t *)stream->handle, on_closed) != 0) {
		stream_close(stream);
		return;
	}
	stream->is_closing = true;
	stream->fresh = (struct span){ 0 };
}
