/*
 * pool - the connections of one account: kept warm, capped, and shared.
 *
 * A connection is leased for one message and comes back. Idle ones stay for
 * `keep_warm`; at most `connections` exist; who comes when all are busy waits
 * in order. A refused login holds the account down for a time that doubles,
 * so that no mailbox is locked by retries.
 *
 * Owns:   its links, a hold on the settings and on the TLS contexts.
 * Bounds: `connections` links, and those whose QUIT is not answered yet.
 */
#ifndef NET_POOL_H
#define NET_POOL_H

#include "base/rate.h"
#include "net/holddown.h"
#include "net/links.h"
#include "net/queue.h"

/* A token may end before its time, when its user's password was changed or
 * the login was withdrawn. One that is refused is renewed, once. */
enum renewal {
	RENEWAL_NONE,
	RENEWAL_WANTED, /* whoever logs in next does it with a new token */
	RENEWAL_DONE,	/* that was refused as well, since the last success */
};

struct pool {
	struct link_keeper keeper;
	struct loop *loop;
	struct settings *settings;
	const struct account_settings *account;
	struct contexts contexts;
	struct links links;
	unsigned alive; /* those in the list, and those still closing */
	struct queue queue;
	struct holddown holddown;
	enum renewal renewal;
	struct rate rate;	/* of messages begun */
	uv_timer_t alarm;	/* for who waits for the rate's sake */
	uint64_t provider_size; /* the last known SIZE; 0: none */
	bool avoids_chunks;	/* BDAT was offered, and not known */
	bool is_closed;
	void (*emptied)(struct pool *pool); /* after pool_close */
};

/* For the account; takes holds of its own. NULL when there is no memory. */
struct pool *pool_new(struct loop *loop, struct settings *settings,
    const struct account_settings *account, const struct contexts *contexts);

/* A device is there: dials ahead, unless a connection is ready or coming. */
void pool_warm(struct pool *pool);

/*
 * Leases a connection now, or begins to wait. `wants_fresh` says that an idle
 * one was just found dead: the other idle ones are then not trusted either.
 * NULL with FAIL_NONE: the waiter waits; NULL with a failure: it does not.
 */
struct link *pool_lease(struct pool *pool, struct waiter *waiter,
    bool wants_fresh, enum failure *failure);

/* Takes a leased connection back, in whatever state. */
void pool_release(struct link *link);

/* Is a connection on its way? Then who waits does not wait for others. */
bool pool_is_dialling(const struct pool *pool);

/* The trust anchors and the client's certificate were read anew: for the
 * connections made from now on. Takes a hold. */
void pool_renew(struct pool *pool, const struct contexts *contexts);

/* Ends the hold-down, and trusts the server's EHLO again: the operator has
 * mended something. */
void pool_forgive(struct pool *pool);

/* No more leases; idle connections say QUIT; `emptied` is called when the last
 * one is gone, never from here. It frees the pool with pool_free. */
void pool_close(struct pool *pool, void (*emptied)(struct pool *pool));
void pool_free(struct pool *pool);

#endif
