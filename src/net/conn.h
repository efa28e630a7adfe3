/*
 * conn - one device's connection.
 *
 * Owns:    its channel, its session, and for the time of a message the loan of
 *          large buffers and the file that they may grow into; one block,
 *          freed when its last handle is closed.
 * Borrows: a link, leased from a pool for a message.
 * Bounds:  a device that says nothing costs the block alone.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "net/channel.h"
#include "net/pool.h"
#include "net/settings.h"
#include "net/spool.h"
#include "relay/session.h"

enum {
	CONN_HEADER_MS = 10000, /* for a balancer's PROXY header */
	CONN_LEAVE_MS = 30000,	/* for our last words to be taken */
	CONN_LINGER_MS = 2000,	/* and then to be read */
	CONN_PEER_OCTETS = 64,
};

struct server;

struct conn {
	struct conn *next; /* in the server's list */
	struct conn *previous;
	struct server *server;
	struct loop *loop;
	uint64_t id;
	struct settings *settings;
	const struct device_settings *device;
	struct client_policy policy;
	struct channel channel;
	struct tls_server_context *served; /* held; NULL: no TLS here */
	struct session session;
	uv_timer_t alarm;
	unsigned holds;			      /* open handles */
	const struct listen_settings *listen; /* lies in `settings` */
	uint64_t header_until; /* a balancer's header is waited for; 0: none */
	uint64_t secure_until; /* TLS is being begun; 0: it is not */
	struct ip ip;
	char peer[CONN_PEER_OCTETS];
	/* the way to a provider */
	struct waiter waiter;
	uint64_t waits_since;
	struct link *link;
	struct settings *lender; /* held: what the link's account lies in */
	size_t login;	       /* the device is known by it; CLIENT_NO_LOGIN */
	uint64_t receipt;      /* of a message whose 250 may be unheard; or 0 */
	uint64_t receipt_at;   /* octets that had come by then */
	uint64_t receipt_look; /* when it is looked whether it was heard */
	bool is_doubtful;      /* others know that it may not be */
	bool was_late;	       /* the device had closed by then */
	bool has_left;	       /* the session knows that it has closed */
	unsigned mistakes;     /* refused logins that were counted */
	uint64_t candidates; /* bits: accounts that may send for this sender */
	size_t account;	     /* which of the device's accounts is tried */
	struct loan loan;
	struct spool spool;
	bool is_woken; /* a turn is owed: something was settled */
	bool is_closing;
	bool is_lingering;
	uint64_t leave_until; /* 0: the device is not leaving */
	uint64_t linger_until;
};

/* A device has connected: `handle` is the conn's from now on. `peer` names it
 * for the log. NULL when there is no memory; the handle is the caller's then.
 */
struct conn *conn_new(struct server *server,
    const struct listen_settings *listen, uv_stream_t *handle,
    const struct ip *ip, const char *peer);

/* Every callback stores what happened and ends here: moves what can be moved,
 * does what the session wishes. The first turn says the greeting; from then on
 * it runs, and ends, by itself. */
void conn_turn(struct conn *conn);

/* Has the device gone, with nothing left to be done for it? */
bool conn_is_left(const struct conn *conn);

/* Something was settled: if it waits with a second copy of a message, it looks
 * again soon. */
void conn_wake_second(struct conn *conn);

/* No new transaction; it ends by itself when the open one is done. */
void conn_drain(struct conn *conn);

/* Ends it now, whatever is open. */
void conn_close(struct conn *conn);

#endif
