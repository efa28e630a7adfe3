/* For POLLRDHUP: a client that hung up while its octets wait unread. */
#define _GNU_SOURCE
#include "provider/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

enum { SLICE_MS = 50, LINGER_MS = 1000 };

/* see wire.h */
void wire_init(struct wire *wire, int fd, const atomic_bool *stop)
{
	int on = 1;

	wire->fd = fd;
	wire->ssl = NULL;
	wire->stop = stop;
	wire->delay_ms = 0;
	wire->broken = wire->watch = wire->early = false;
	wire->head = wire->tail = wire->out_len = 0;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static ssize_t receive(struct wire *wire, char *to, size_t room)
{
	ssize_t got;

	if (wire->ssl) {
		ERR_clear_error();
		return SSL_read(
		    wire->ssl, to, room > INT_MAX ? INT_MAX : (int)room);
	}
	do
		got = recv(wire->fd, to, room, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

/* see wire.h */
bool wire_fill(struct wire *wire)
{
	ssize_t got;

	if (!wire_flush(wire))
		return false;
	if (wire->head > 0) {
		memmove(wire->in, wire->in + wire->head, wire_waiting(wire));
		wire->tail -= wire->head;
		wire->head = 0;
	}
	if (wire->tail == WIRE_IN_OCTETS)
		return false;
	got = receive(wire, wire->in + wire->tail, WIRE_IN_OCTETS - wire->tail);
	if (got <= 0) {
		wire->broken = true;
		return false;
	}
	wire->tail += (size_t)got;
	return true;
}

/* see wire.h */
bool wire_line(struct wire *wire, char **line, size_t *len)
{
	size_t seen = 0;

	for (;;) {
		char *start = wire->in + wire->head;
		size_t waiting = wire_waiting(wire);
		char *end = memchr(start + seen, '\n', waiting - seen);

		if (end) {
			*line = start;
			*len = (size_t)(end - start) + 1;
			wire->head += *len;
			return *len <= WIRE_LINE_OCTETS;
		}
		seen = waiting;
		if (seen >= WIRE_LINE_OCTETS || !wire_fill(wire))
			return false;
	}
}

/* see wire.h */
size_t wire_waiting(const struct wire *wire)
{
	return wire->tail - wire->head;
}

/* see wire.h */
size_t wire_drop(struct wire *wire)
{
	size_t waiting = wire_waiting(wire);

	wire->head = wire->tail = 0;
	return waiting;
}

static bool send_all(struct wire *wire, const char *octets, size_t len)
{
	while (len > 0 && !wire->broken) {
		ssize_t sent;

		ERR_clear_error();
		sent = wire->ssl ? SSL_write(wire->ssl, octets, (int)len)
				 : send(wire->fd, octets, len, 0);
		if (sent < 0 && !wire->ssl && errno == EINTR)
			continue;
		if (sent <= 0) {
			wire->broken = true;
			break;
		}
		octets += sent;
		len -= (size_t)sent;
	}
	return !wire->broken;
}

/*
 * Anything to read right now? Under TLS the socket's octets may be a
 * close_notify or a ticket, so only what OpenSSL has opened counts.
 */
static bool has_spoken(struct wire *wire)
{
	char octet;
	int flags;
	bool spoken;

	if (wire_waiting(wire) > 0)
		return true;
	if (!wire->ssl)
		return recv(wire->fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
	flags = fcntl(wire->fd, F_GETFL);
	(void)fcntl(wire->fd, F_SETFL, flags | O_NONBLOCK);
	ERR_clear_error();
	spoken = SSL_peek(wire->ssl, &octet, 1) > 0;
	(void)fcntl(wire->fd, F_SETFL, flags);
	return spoken;
}

/* see wire.h */
bool wire_flush(struct wire *wire)
{
	size_t len = wire->out_len;

	if (wire->broken || len == 0)
		return !wire->broken;
	wire->out_len = 0;
	if (wire->delay_ms > 0)
		wire_sleep(wire, wire->delay_ms);
	if (wire->watch && has_spoken(wire))
		wire->early = true;
	return send_all(wire, wire->out, len);
}

/* see wire.h */
void wire_put(struct wire *wire, const char *octets, size_t len)
{
	while (len > 0 && !wire->broken) {
		size_t room = WIRE_OUT_OCTETS - wire->out_len;
		size_t part = len < room ? len : room;

		memcpy(wire->out + wire->out_len, octets, part);
		wire->out_len += part;
		octets += part;
		len -= part;
		if (wire->out_len == WIRE_OUT_OCTETS)
			(void)wire_flush(wire);
	}
}

/* see wire.h */
bool wire_quiet(struct wire *wire, unsigned ms)
{
	struct pollfd poller = { .fd = wire->fd, .events = POLLIN };

	if (wire_waiting(wire) > 0 || !wire_flush(wire))
		return false;
	if (wire->ssl && SSL_pending(wire->ssl) > 0)
		return false;
	return poll(&poller, 1, (int)ms) == 0;
}

/* see wire.h */
void wire_await(struct wire *wire)
{
	struct pollfd poller = { .fd = wire->fd, .events = POLLIN };

	if (wire_flush(wire))
		(void)poll(&poller, 1, -1);
}

/* see wire.h */
void wire_sleep(const struct wire *wire, unsigned ms)
{
	while (ms > 0 && !atomic_load(wire->stop)) {
		unsigned slice = ms < SLICE_MS ? ms : SLICE_MS;
		struct timespec nap = { .tv_nsec = slice * 1000000L };

		(void)nanosleep(&nap, NULL);
		ms -= slice;
	}
}

/* see wire.h */
void wire_stall(struct wire *wire)
{
	struct pollfd poller = { .fd = wire->fd, .events = POLLRDHUP };

	while (!atomic_load(wire->stop) && poll(&poller, 1, SLICE_MS) == 0)
		continue;
	wire->broken = true;
}

/* see wire.h */
void wire_raw(struct wire *wire, const void *octets, size_t len)
{
	if (wire_flush(wire))
		(void)!send(wire->fd, octets, len, 0);
}

/* see wire.h */
void wire_bye(struct wire *wire)
{
	(void)wire_flush(wire);
	ERR_clear_error();
	if (wire->ssl && !wire->broken)
		(void)SSL_shutdown(wire->ssl);
}

static void finish(struct wire *wire)
{
	if (wire->ssl)
		SSL_free(wire->ssl);
	ERR_clear_error();
	wire->ssl = NULL;
	wire->broken = true;
}

/* see wire.h */
void wire_close(struct wire *wire)
{
	struct pollfd poller = { .fd = wire->fd, .events = POLLIN };
	int slices = LINGER_MS / SLICE_MS;

	(void)wire_flush(wire);
	(void)shutdown(wire->fd, SHUT_WR);
	while (slices > 0 && !atomic_load(wire->stop)) {
		if (poll(&poller, 1, SLICE_MS) == 0)
			slices--;
		else if (recv(wire->fd, wire->in, WIRE_IN_OCTETS, 0) <= 0)
			break;
	}
	finish(wire);
	(void)close(wire->fd);
}

/* see wire.h */
void wire_reset(struct wire *wire)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)wire_flush(wire);
	(void)setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	finish(wire);
	(void)close(wire->fd);
}
