#include "base/buf.h"

#include <string.h>

#include "base/ensure.h"

/* see buf.h */
void buf_init(struct buf *buf, char *data, size_t cap)
{
	*buf = (struct buf){ .data = data, .cap = cap };
}

/* see buf.h */
size_t buf_len(const struct buf *buf)
{
	return buf->tail - buf->head;
}

/* see buf.h */
size_t buf_room(const struct buf *buf)
{
	return buf->cap - buf_len(buf);
}

/* see buf.h */
size_t buf_ready(const struct buf *buf)
{
	return buf->head < buf_len(buf) ? buf->cap - buf->tail : buf_room(buf);
}

/* Moves what waits to the front, so that all the room is in one piece. */
static void close_gap(struct buf *buf)
{
	if (buf->head == 0)
		return;
	memmove(buf->data, buf->data + buf->head, buf_len(buf));
	buf->tail -= buf->head;
	buf->head = 0;
}

/* see buf.h */
void buf_put(struct buf *buf, struct span octets)
{
	ENSURE(octets.len <= buf_room(buf));
	if (octets.len == 0)
		return;
	if (octets.len > buf->cap - buf->tail)
		close_gap(buf);
	memcpy(buf->data + buf->tail, octets.ptr, octets.len);
	buf->tail += octets.len;
}

/* see buf.h */
size_t buf_put_some(struct buf *buf, struct span octets)
{
	octets = span_first(octets, buf_room(buf));
	buf_put(buf, octets);
	return octets.len;
}

/* see buf.h */
char *buf_space(struct buf *buf)
{
	close_gap(buf);
	return buf->data + buf->tail;
}

/* see buf.h */
void buf_wrote(struct buf *buf, size_t len)
{
	ENSURE(len <= buf->cap - buf->tail);
	buf->tail += len;
}

/* see buf.h */
struct span buf_peek(const struct buf *buf)
{
	if (!buf->data)
		return (struct span){ 0 };
	return span_make(buf->data + buf->head, buf_len(buf));
}

/* see buf.h */
void buf_took(struct buf *buf, size_t len)
{
	ENSURE(len <= buf_len(buf));
	buf->head += len;
	if (buf->head == buf->tail)
		buf->head = buf->tail = 0;
}

/* see buf.h */
void buf_move(struct buf *buf, char *data, size_t cap)
{
	ENSURE(buf->head == 0 && buf->tail <= cap);
	buf->data = data;
	buf->cap = cap;
}

/* see buf.h */
void buf_clear(struct buf *buf)
{
	buf->head = buf->tail = 0;
}
