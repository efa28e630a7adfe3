/*
 * wire - one connection's octets, plain or under TLS, blocking.
 *
 * What is said waits in `out` until wire_flush, which wire_line and wire_fill
 * call before they would wait: so the replies to a flight of commands leave
 * together. What was heard waits in `in`, in order, and may hold more than
 * was asked for: whoever starts TLS must mind that (wire_drop).
 *
 * Owns:   the socket and its TLS session, until wire_close or wire_reset.
 * Bounds: WIRE_IN_OCTETS, WIRE_OUT_OCTETS, WIRE_LINE_OCTETS a line.
 * Faults: once anything failed, `broken` is set and all else does nothing.
 */
#ifndef PROVIDER_WIRE_H
#define PROVIDER_WIRE_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	WIRE_IN_OCTETS = 128 * 1024,
	WIRE_OUT_OCTETS = 16 * 1024,
	WIRE_LINE_OCTETS = 24 * 1024, /* a token of 16 KiB in base64 */
};

struct wire {
	int fd;
	SSL *ssl; /* NULL: plain text */
	const atomic_bool *stop;
	unsigned delay_ms; /* held back before each flight */
	bool broken;
	bool watch;  /* flush looks for a client that does not wait */
	bool early;  /* and found one; whoever sees it clears it */
	size_t head; /* of `in`: the first octet not yet used */
	size_t tail; /* behind the last octet heard */
	size_t out_len;
	char in[WIRE_IN_OCTETS];
	char out[WIRE_OUT_OCTETS];
};

/* Plain text over the connected socket `fd`. */
void wire_init(struct wire *wire, int fd, const atomic_bool *stop);

/* Flushes, then waits for more octets. False at the end of the connection,
 * and when `in` is full of what nobody used. */
bool wire_fill(struct wire *wire);

/*
 * The next line, LF included, waiting for it. It is there until the next
 * wire_fill or wire_line. False when the connection ended or the line is too
 * long.
 */
bool wire_line(struct wire *wire, char **line, size_t *len);

/* How many octets were heard and not used; and uses them all up. */
size_t wire_waiting(const struct wire *wire);
size_t wire_drop(struct wire *wire);

/* Says; and sends all that was said. */
void wire_put(struct wire *wire, const char *octets, size_t len);
bool wire_flush(struct wire *wire);

/* Has the client said nothing for `ms`? Hanging up is saying something. */
bool wire_quiet(struct wire *wire, unsigned ms);

/* Waits until the client says something, which it leaves to be read. */
void wire_await(struct wire *wire);

/* Sleeps, but not beyond the provider's end. */
void wire_sleep(const struct wire *wire, unsigned ms);

/* Waits, reading nothing, until the client hangs up. */
void wire_stall(struct wire *wire);

/* Octets beside TLS, as if there were none. */
void wire_raw(struct wire *wire, const void *octets, size_t len);

/*
 * Ends it. wire_close says FIN, throws away what still comes for a second at
 * most, so that the FIN is not overtaken by a reset, and leaves out TLS's
 * close_notify unless wire_bye said it before; wire_reset sends RST.
 */
void wire_bye(struct wire *wire);
void wire_close(struct wire *wire);
void wire_reset(struct wire *wire);

#endif
