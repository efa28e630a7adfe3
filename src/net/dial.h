/*
 * dial - a host name and a port -> one connected socket.
 *
 * All addresses are tried, IPv6 and IPv4 in turn, a new one every 250 ms or
 * as soon as one fails; the first that answers wins (RFC 8305). Where two
 * servers must see one address of ours, it is IPv4 only, if there is any. The
 * lookup has a deadline of its own, because it cannot be interrupted: a late
 * answer is thrown away.
 *
 * Owns:   itself, until `done` was called or dial_cancel: both end it. The
 *         memory goes when the last handle is closed.
 * Bounds: DIAL_ADDRESSES addresses; DIAL_LOOKUP_MS for the lookup. The time
 *         for connecting is the owner's to limit.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "base/text.h"
#include "net/loop.h"
#include "relay/failure.h"

enum {
	DIAL_ADDRESSES = 8,
	DIAL_STAGGER_MS = 250,
	DIAL_LOOKUP_MS = 10000,
};

struct dial;

/*
 * How it ended, called once and never from dial_new: a socket that is now the
 * owner's, allocated by malloc, TCP_NODELAY set; or NULL, with FAIL_RESOLVE or
 * FAIL_CONNECT and what exactly happened, in words.
 */
struct dial_owner {
	void (*done)(void *owner, uv_tcp_t *socket, enum failure failure,
	    struct span detail);
};

enum dial_families {
	DIAL_BOTH,
	DIAL_SAME, /* the same one each time */
};

/* Begins. NULL when there is no memory. */
struct dial *dial_new(struct loop *loop, const char *host, unsigned port,
    enum dial_families families, const struct dial_owner *ops, void *owner);

/* Ends it; `done` is not called any more. */
void dial_cancel(struct dial *dial);

/* Appends our own address on such a socket, as EHLO says it: "[192.0.2.1]" or
 * "[IPv6:...]" (RFC 5321 4.1.3). */
void dial_put_address(const uv_tcp_t *socket, struct text *text);

#endif
