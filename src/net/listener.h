/*
 * listener - one listening socket: who may come in.
 *
 * Owns:   its handle; freed when it is closed.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "net/loop.h"
#include "net/settings.h"

struct server;

struct listener {
	struct listener *next; /* in the server's list */
	struct server *server;
	struct settings *settings; /* held; what `listen` lies in */
	const struct listen_settings *listen;
	const struct listen_address *address;
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} uv;
};

/*
 * Binds and listens; takes a hold on `settings`. NULL when that fails: `why`
 * then says what is wrong and what to do; of LISTEN_FD nothing when there is
 * no socket of that name, or no more.
 */
struct listener *listener_open(struct server *server, struct settings *settings,
    const struct listen_settings *listen, const struct listen_address *address,
    struct text *why);

/* After a reload that left the address alone: its settings now. */
void listener_update(struct listener *listener, struct settings *settings,
    const struct listen_settings *listen, const struct listen_address *address);

/* Stops listening, and frees itself. */
void listener_close(struct listener *listener);

#endif
