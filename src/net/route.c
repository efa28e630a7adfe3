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

static void adopt(struct conn *conn, struct link *link)
{
	if (!loan_take(&conn->loan, &conn->policy, loop_id(conn->loop))) {
		link->lessee = conn;
		pool_release(link);
		session_no_link(
		    &conn->session, FAIL_NO_MEMORY, route_host(conn));
		return;
	}
	conn->link = link;
	link->lessee = conn;
	link->owner = &link_owner;
	session_provider_size(&conn->session, link->upstream.offers.max_size);
	session_lease(&conn->session, &link->upstream, &conn->loan);
}

/* This account cannot be had: the next one, if the message may go there. */
static bool try_next_account(struct conn *conn, enum failure failure)
{
	bool may_next = failure_permits_next(failure) &&
			!session_is_bound(&conn->session) &&
			conn->account + 1 < conn->device->account_count;

	if (may_next) {
		conn->account++;
		return true;
	}
	session_no_link(&conn->session, failure, route_host(conn));
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
	if (pool)
		return pool_lease(pool, &conn->waiter,
		    session_wants_fresh(&conn->session), failure);
	/* A reload took the account away. */
	*failure = FAIL_SHUTTING_DOWN;
	return NULL;
}

/* see route.h */
void route_ask(struct conn *conn)
{
	enum failure failure;

	do {
		struct link *link;

		link = lease(conn, &failure);
		if (link)
			adopt(conn, link);
	} while (failure != FAIL_NONE && try_next_account(conn, failure));
	conn->waits_since = loop_now(conn->loop);
}

static void on_leased(struct waiter *waiter, struct link *link)
{
	struct conn *conn = container_of(waiter, struct conn, waiter);

	adopt(conn, link);
	conn_turn(conn);
}

static void on_failed(struct waiter *waiter, enum failure failure)
{
	struct conn *conn = container_of(waiter, struct conn, waiter);

	if (try_next_account(conn, failure))
		route_ask(conn);
	conn_turn(conn);
}

static const struct waiter_ops waiter_ops = { on_leased, on_failed };

/* see route.h */
uint64_t route_deadline(const struct conn *conn)
{
	if (!conn->waiter.pool)
		return 0;
	return conn->waits_since +
	       1000 * (uint64_t)conn->policy.command_timeout_s;
}

/* see route.h */
void route_tick(struct conn *conn)
{
	struct pool *pool = conn->waiter.pool;

	if (!pool || loop_now(conn->loop) < route_deadline(conn))
		return;
	pool_cancel(&conn->waiter);
	session_no_link(&conn->session,
	    pool_is_dialling(pool) ? FAIL_TIMEOUT : FAIL_BUSY,
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
void route_init(struct conn *conn)
{
	conn->waiter.ops = &waiter_ops;
}
