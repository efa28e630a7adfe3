/*
 * link - one connection to a provider: socket, TLS and the upstream engine.
 *
 * Where the account says so, a poplink logs in by POP3 before it is dialled.
 *
 * Owns:    dial, stream, TLS engine, upstream engine, and its credential; one
 *          block, freed when its last handle is closed. The poplink, while
 *          there is one.
 * Borrows: its account's settings, from the pool, which outlives it.
 * Bounds:  about 60 KiB with TLS; one copied TLS record more while the
 *          provider is slower than the device, and two when it becomes so.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "net/channel.h"
#include "net/contexts.h"
#include "net/credential.h"
#include "net/dial.h"
#include "net/poplink.h"
#include "net/settings.h"
#include "relay/upstream.h"

struct link;

/*
 * Whoever has the link: the pool, or a device's connection that leases it.
 * `turn` is called when anything happened to it; the owner then calls
 * link_pump until nothing moves, and looks at the upstream's stage.
 */
struct link_owner {
	void (*turn)(struct link *link);
};

/* Whoever made it, told when its memory is gone. */
struct link_keeper {
	void (*buried)(struct link_keeper *keeper);
};

enum {
	LINK_NONCE_OCTETS = 24, /* 144 bits */
	LINK_POP_S = 180,	/* a login by POP3 lets in for so long */
};

struct link {
	struct link *next; /* in the pool's list */
	struct link *previous;
	struct loop *loop;
	uint64_t id;
	const struct link_owner *owner;
	void *lessee; /* for the owner */
	struct link_keeper *keeper;
	const struct account_settings *account;
	struct contexts contexts;
	struct poplink *poplink; /* NULL: none, or it is done */
	struct dial *dial;
	struct credential credential;
	char nonce[LINK_NONCE_OCTETS]; /* for the login, in base64 */
	struct channel channel;
	struct upstream upstream;
	uv_timer_t alarm;
	unsigned holds; /* open handles */
	bool is_closing;
	bool is_settled; /* link_settle was called */
	bool has_lent;	 /* the upstream writes into a record of TLS */
	uint64_t idle_since;
	uint64_t admitted_at; /* by POP3; 0: not */
	char out[UPSTREAM_OUT_OCTETS];
};

/* Begins to dial. NULL when there is no memory. */
struct link *link_new(struct loop *loop, struct link_keeper *keeper,
    const struct account_settings *account, const struct contexts *contexts,
    const struct link_owner *owner);

/* Moves octets between its neighbours until none can be moved; returns
 * whether any did. */
bool link_pump(struct link *link);

/* It is logged in: lets go of what only the handshake needed. */
void link_settle(struct link *link);

/* Sets its alarm: call it when the pumping is done. */
void link_rest(struct link *link);

/*
 * Was it let in by POP3 so long ago that the server may have forgotten? Most
 * providers write of ten minutes, some of less; and what is said to RCPT then
 * is a refusal for good. One that was not used yet is fine.
 */
bool link_is_stale(const struct link *link);

/* Asks for the end. It is off its owner's hands: `turn` is called no more. */
void link_close(struct link *link);

#endif
