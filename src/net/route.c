#include "net/route.h"

#include "base/ensure.h"
#include "net/loan.h"
#include "net/server.h"

/* see route.h */
struct pool *route_pool(const struct conn *conn)
{
	return server_pool(conn->server,
	    &conn->settings->accounts[conn->device->accounts[conn->account]]);
}

/* see route.h */
struct span route_host(const struct conn *conn)
{
	size_t i = conn->device->accounts[conn->account];

	return span_of(conn->settings->accounts[i].host);
}

static void on_link_turn(struct link *link)
{
	conn_turn(link->lessee);
}

static const struct link_owner link_owner = { on_link_turn };

/*
 * A message goes by its link's account, and after a reload that may lie in
 * another configuration than the device's. It is held until the message is
 * over, since the pool may be gone before.
 */
static void hold_lender(struct conn *conn, struct settings *lender)
{
	struct settings *before = conn->lender;

	conn->lender = lender ? settings_hold(lender) : NULL;
	settings_drop(before);
}

static void adopt(struct conn *conn, struct link *link)
{
	const struct pool *pool =
	    container_of(link->keeper, struct pool, keeper);

	if (!loan_take(&conn->loan, &conn->policy,
		server_receipts(conn->server), loop_id(conn->loop))) {
		link->lessee = conn;
		pool_release(link);
		session_no_link(
		    &conn->session, FAIL_NO_MEMORY, route_host(conn));
		return;
	}
	/* The message before may have ended in this very turn. */
	if (!session_is_busy(&conn->session))
		spool_close(&conn->spool);
	conn->link = link;
	link->lessee = conn;
	link->owner = &link_owner;
	session_provider_size(&conn->session, link->upstream.offers.max_size);
	session_lease(&conn->session, &link->upstream, &conn->loan);
	hold_lender(conn, pool->settings);
}

/* ---- which account ---- */

enum { MOST_CANDIDATES = 64 };

static bool is_candidate(const struct conn *conn, size_t account)
{
	return account >= MOST_CANDIDATES ||
	       (conn->candidates >> account & 1) != 0;
}

/* The first account from this one on that may be tried; account_count when
 * there is none. */
static size_t next_candidate(const struct conn *conn, size_t account)
{
	while (account < conn->device->account_count &&
	       !is_candidate(conn, account))
		account++;
	return account;
}

/* Which accounts may send for the sender of the MAIL that waits. */
static void find_candidates(struct conn *conn)
{
	const struct device_settings *device = conn->device;
	char storage[ADDRESS_MAX_OCTETS];
	struct text sender;

	conn->candidates = UINT64_MAX;
	if (!device->is_by_sender)
		return;
	text_init(&sender, storage, sizeof(storage));
	address_put(&sender, session_sender(&conn->session));
	for (size_t i = 0; i < device->account_count && i < MOST_CANDIDATES;
	     i++)
		if (!account_is_for(
			&conn->settings->accounts[device->accounts[i]],
			text_span(&sender)))
			conn->candidates &= ~(UINT64_C(1) << i);
}

/* Who is to be named for the failure: at a server that only lets in, that one;
 * a reload may have taken it away. */
static struct span failed_host(const struct conn *conn, bool at_pop)
{
	size_t i = conn->device->accounts[conn->account];
	struct span host = conn->settings->accounts[i].policy.pop_host;

	return at_pop && host.len > 0 ? host : route_host(conn);
}

/* This account cannot be had: the next one, if the message may go there. */
static bool try_next_account(
    struct conn *conn, enum failure failure, bool at_pop)
{
	size_t next = next_candidate(conn, conn->account + 1);

	if (failure_permits_next(failure) &&
	    !session_is_bound(&conn->session) &&
	    next < conn->device->account_count) {
		conn->account = next;
		return true;
	}
	session_no_link(&conn->session, failure, failed_host(conn, at_pop));
	if (!session_is_bound(&conn->session))
		conn->account = 0;
	return false;
}

/* A connection, or a place in the queue, or the reason why neither. */
static struct link *lease(struct conn *conn, enum failure *failure)
{
	struct pool *pool = route_pool(conn);
	size_t i = conn->device->accounts[conn->account];

	session_aim(&conn->session, span_of(conn->settings->accounts[i].name));
	/* A message is one message, however often it needs a connection. */
	conn->waiter.is_begun = session_is_bound(&conn->session);
	if (pool)
		return pool_lease(pool, &conn->waiter,
		    session_wants_fresh(&conn->session), failure);
	/* A reload took the account away. */
	*failure = FAIL_SHUTTING_DOWN;
	return NULL;
}

/* Once a message: the first account that may be tried. */
static bool choose_account(struct conn *conn)
{
	if (session_is_bound(&conn->session))
		return true;
	find_candidates(conn);
	conn->account = next_candidate(conn, 0);
	if (conn->account < conn->device->account_count)
		return true;
	conn->account = 0;
	session_no_link(&conn->session, FAIL_NO_ACCOUNT, route_host(conn));
	return false;
}

static void ask_pools(struct conn *conn)
{
	enum failure failure;

	do {
		struct link *link;

		link = lease(conn, &failure);
		if (link)
			adopt(conn, link);
	} while (
	    failure != FAIL_NONE && try_next_account(conn, failure, false));
	conn->waits_since = loop_now(conn->loop);
}

/* see route.h */
void route_ask(struct conn *conn)
{
	if (choose_account(conn))
		ask_pools(conn);
}

static void on_leased(struct waiter *waiter, struct link *link)
{
	struct conn *conn = container_of(waiter, struct conn, waiter);

	adopt(conn, link);
	conn_turn(conn);
}

static void on_failed(struct waiter *waiter, enum failure failure, bool at_pop)
{
	struct conn *conn = container_of(waiter, struct conn, waiter);

	/* A reload has changed the account: its new pool is asked instead. */
	if ((failure == FAIL_SHUTTING_DOWN && route_pool(conn)) ||
	    try_next_account(conn, failure, at_pop))
		ask_pools(conn);
	conn_turn(conn);
}

static const struct waiter_ops waiter_ops = { on_leased, on_failed };

/* see route.h */
uint64_t route_deadline(const struct conn *conn)
{
	if (!conn->waiter.queue)
		return 0;
	return conn->waits_since +
	       1000 * (uint64_t)conn->policy.command_timeout_s;
}

/* see route.h */
void route_tick(struct conn *conn)
{
	struct queue *queue = conn->waiter.queue;

	if (!queue || loop_now(conn->loop) < route_deadline(conn))
		return;
	queue_leave(&conn->waiter);
	session_no_link(&conn->session,
	    pool_is_dialling(container_of(queue, struct pool, queue))
		? FAIL_TIMEOUT
		: FAIL_BUSY,
	    route_host(conn));
}

/* see route.h */
void route_give_back(struct conn *conn)
{
	struct link *link = conn->link;

	conn->link = NULL;
	if (link)
		pool_release(link);
}

/* see route.h */
void route_end(struct conn *conn)
{
	hold_lender(conn, NULL);
}

/* see route.h */
void route_init(struct conn *conn)
{
	conn->waiter.ops = &waiter_ops;
}
