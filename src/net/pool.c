#include "net/pool.h"

#include <stdlib.h>

#include "base/ensure.h"
#include "net/loss.h"

static void on_link_turn(struct link *link);

static struct pool *pool_of(const struct link *link)
{
	return container_of(link->keeper, struct pool, keeper);
}

static const struct link_owner link_owner = { on_link_turn };

/* ---- dialling and retiring ---- */

static void bury(struct pool *pool, struct link *link)
{
	links_remove(&pool->links, link);
	link_close(link);
}

/* One that idled knows no time since: what it says next has its patience from
 * now on. */
static void wake(struct link *link)
{
	link->idle_since = 0;
	upstream_tick(&link->upstream, loop_now(link->loop));
}

/* An idle one leaves with a QUIT; its answer is not waited for long. */
static void retire(struct link *link)
{
	wake(link);
	upstream_quit(&link->upstream);
	on_link_turn(link);
}

/* By POP3 one after the other: most servers let a mailbox be opened once. */
static bool may_dial(const struct pool *pool)
{
	return !pool->is_closed &&
	       links_count(&pool->links, links_is_staying) <
		   pool->account->connections &&
	       !links_any(&pool->links, links_is_at_pop);
}

static bool dial(struct pool *pool)
{
	struct link *link;

	if (!may_dial(pool))
		return false;
	link = link_new(pool->loop, &pool->keeper, pool->account,
	    &pool->contexts, &link_owner);
	if (!link)
		return false;
	link->credential.renews = pool->renewal == RENEWAL_WANTED;
	links_add(&pool->links, link);
	pool->alive++;
	return true;
}

static bool is_held(struct pool *pool)
{
	return holddown_stands(&pool->holddown, loop_now(pool->loop),
	    pool->settings->state_directory, pool->account->name);
}

/* see pool.h */
void pool_warm(struct pool *pool)
{
	if (pool->account->keep_warm_s > 0 && !is_held(pool) &&
	    !links_any(&pool->links, links_is_coming) &&
	    !links_any(&pool->links, links_is_idle))
		dial(pool);
}

/* One connection under way for each who waits, as far as the cap allows: where
 * many wait that is reached, and they are not counted. */
static void dial_for_waiters(struct pool *pool)
{
	unsigned coming;

	if (!may_dial(pool))
		return;
	coming = links_count(&pool->links, links_is_coming) +
		 links_count(&pool->links, links_is_idle);
	while (coming < pool->queue.count && dial(pool))
		coming++;
}

/* ---- leasing ---- */

static void hand_out(const struct pool *pool, struct link *link)
{
	wake(link);
	link->upstream.avoids_chunks = pool->avoids_chunks;
}

static void lease(struct pool *pool, struct link *link)
{
	struct waiter *waiter = pool->queue.first;

	queue_leave(waiter);
	hand_out(pool, link);
	waiter->ops->leased(waiter, link);
}

static void on_alarm(uv_timer_t *timer);

/* Does the rate allow one more message now? If not, who waits is thought of
 * again when it does. */
static bool may_begin(struct pool *pool)
{
	uint64_t now = loop_now(pool->loop);

	if (rate_take(&pool->rate, now))
		return true;
	uv_timer_start(
	    &pool->alarm, on_alarm, rate_next(&pool->rate, now) - now, 0);
	return false;
}

/* Gives what is ready to who waits longest. */
static void assign(struct pool *pool)
{
	struct link *link;

	while (pool->queue.first && (link = links_freshest(&pool->links)) &&
	       (pool->queue.first->is_begun || may_begin(pool)))
		lease(pool, link);
}

static void on_alarm(uv_timer_t *timer)
{
	assign(container_of(timer, struct pool, alarm));
}

/* see pool.h */
struct link *pool_lease(struct pool *pool, struct waiter *waiter,
    bool wants_fresh, enum failure *failure)
{
	struct link *link;

	*failure = FAIL_NONE;
	while (wants_fresh && (link = links_freshest(&pool->links)))
		retire(link);
	link = pool->queue.first ? NULL : links_freshest(&pool->links);
	if (link && (waiter->is_begun || may_begin(pool))) {
		hand_out(pool, link);
		return link;
	}
	if (pool->is_closed)
		*failure = FAIL_SHUTTING_DOWN;
	else if (is_held(pool))
		*failure = FAIL_HELD_DOWN;
	if (*failure != FAIL_NONE)
		return NULL;
	queue_join(&pool->queue, waiter);
	dial_for_waiters(pool);
	if (links_any(&pool->links, links_is_staying))
		return NULL;
	queue_leave(waiter); /* no connection exists, and none could be made */
	*failure = FAIL_NO_MEMORY;
	return NULL;
}

/* see pool.h */
bool pool_is_dialling(const struct pool *pool)
{
	return links_any(&pool->links, links_is_coming);
}

/* see pool.h */
void pool_release(struct link *link)
{
	ENSURE(link->lessee);
	link->lessee = NULL;
	link->owner = &link_owner;
	if (link->upstream.stage == STAGE_OPEN)
		upstream_reset(&link->upstream);
	on_link_turn(link);
}

/* ---- what becomes of a connection ---- */

static void fail_first(struct pool *pool, enum failure failure, bool at_pop)
{
	struct waiter *waiter = pool->queue.first;

	queue_leave(waiter);
	waiter->ops->failed(waiter, failure, at_pop);
}

/*
 * A connection could not be made. Whoever waits longest hears it. The others
 * go on waiting while connections exist that may still come or come back.
 */
static void fail_waiters(struct pool *pool, enum failure failure, bool at_pop)
{
	if (pool->queue.first)
		fail_first(pool, failure, at_pop);
	while (pool->queue.first &&
	       (is_held(pool) || !links_any(&pool->links, links_is_staying)))
		fail_first(pool, failure, at_pop);
}

/* A login was refused. Others on their way would only be refused, too, and
 * count against the mailbox. */
static void bury_coming(struct pool *pool)
{
	struct link *link = pool->links.first;

	while (link) {
		struct link *next = link->next;

		if (links_is_unready(link))
			bury(pool, link);
		link = next;
	}
}

static void tell_renewal(struct pool *pool, const struct link *link)
{
	struct facts *facts = &pool->loop->facts;

	if (!fact_begin(facts, LOG_LEVEL_WARN, "token-refused"))
		return;
	fact_word(facts, "account", link->upstream.policy->account);
	fact_word(facts, "host", link->upstream.policy->host);
	fact_word(facts, "detail", text_span(&link->upstream.detail));
	fact_word(facts, "doing", SPAN("asking for a new one"));
	fact_end(facts);
}

/* May a new token mend what became of this connection? Who waits goes on
 * waiting then. */
static bool renews(struct pool *pool, const struct link *link)
{
	if (link->upstream.failure != FAIL_AUTH_REFUSED ||
	    !pool->account->renew_command || pool->renewal != RENEWAL_NONE)
		return false;
	pool->renewal = RENEWAL_WANTED;
	tell_renewal(pool, link);
	return true;
}

static void hold_down(struct pool *pool)
{
	holddown_begin(&pool->holddown, loop_now(pool->loop));
	if (pool->renewal == RENEWAL_WANTED)
		pool->renewal = RENEWAL_DONE;
	bury_coming(pool);
}

static void on_lost(struct pool *pool, struct link *link)
{
	enum failure failure = link->upstream.failure;
	bool was_coming = link->upstream.failed_in < STAGE_READY;
	bool was_at_pop = loss_of(link).is_pop;

	if (renews(pool, link)) {
		loop_journal(pool->loop, "link", link->id);
		bury(pool, link);
		bury_coming(pool);
		dial_for_waiters(pool);
		return;
	}
	if (failure == FAIL_CHUNKING)
		pool->avoids_chunks = true;
	loss_tell(link, &pool->loop->facts);
	loop_journal(pool->loop, "link", link->id);
	bury(pool, link);
	if (was_coming && failure_holds_down(failure))
		hold_down(pool);
	if (was_coming)
		fail_waiters(pool, failure, was_at_pop);
	dial_for_waiters(pool);
}

static void on_ready(struct pool *pool, struct link *link)
{
	uint64_t now = loop_now(pool->loop);

	/* That a login of long ago still holds proves nothing. */
	if (!link->is_settled) {
		holddown_end(&pool->holddown);
		pool->renewal = RENEWAL_NONE;
		link_settle(link);
	}
	pool->provider_size = link->upstream.offers.max_size;
	if (link->idle_since == 0)
		link->idle_since = now;
	assign(pool);
	if (link->is_closing || link->lessee)
		return;
	link->upstream.has_idled = true;
	if (!pool->is_closed && !link_is_stale(link) &&
	    now - link->idle_since <
		1000 * (uint64_t)pool->account->keep_warm_s) {
		link_rest(link);
		return;
	}
	retire(link);
	/* One that is stale may have been waited for. */
	dial_for_waiters(pool);
}

/* Its login by POP3 is over, if there was one: the next one may begin. */
static void on_dialling(struct pool *pool, struct link *link)
{
	link_rest(link);
	dial_for_waiters(pool);
}

/* Given back in the middle of something. */
static void on_useless(struct pool *pool, struct link *link)
{
	bury(pool, link);
	dial_for_waiters(pool);
}

/* One that is nobody's has moved. */
static void on_link_turn(struct link *link)
{
	struct pool *pool = pool_of(link);

	link_pump(link);
	loop_journal(pool->loop, "link", link->id);
	if (link->upstream.stage == STAGE_LOST)
		on_lost(pool, link);
	else if (link->upstream.stage == STAGE_READY)
		on_ready(pool, link);
	else if (link->upstream.stage == STAGE_DIAL)
		on_dialling(pool, link);
	else if (links_is_coming(link) || link->upstream.stage == STAGE_QUIT)
		link_rest(link);
	else
		on_useless(pool, link);
}

/* ---- life and death ---- */

/* see pool.h */
void pool_renew(struct pool *pool, const struct contexts *contexts)
{
	struct contexts before = pool->contexts;

	pool->contexts = contexts_hold(contexts);
	contexts_drop(&before);
}

/* see pool.h */
void pool_forgive(struct pool *pool)
{
	holddown_end(&pool->holddown);
	pool->renewal = RENEWAL_NONE;
	pool->avoids_chunks = false;
}

static void report_empty(struct pool *pool)
{
	void (*emptied)(struct pool *) = pool->emptied;

	if (!pool->is_closed || pool->alive > 0 || !emptied)
		return;
	pool->emptied = NULL;
	emptied(pool);
}

static void on_buried(struct link_keeper *keeper)
{
	struct pool *pool = container_of(keeper, struct pool, keeper);

	pool->alive--;
	/* The alarm alone is left: most devices have gone as well. */
	if (pool->alive == 1)
		loop_slim();
	report_empty(pool);
}

/* see pool.h */
struct pool *pool_new(struct loop *loop, struct settings *settings,
    const struct account_settings *account, const struct contexts *contexts)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->keeper.buried = on_buried;
	pool->loop = loop;
	pool->settings = settings_hold(settings);
	pool->account = account;
	pool->contexts = contexts_hold(contexts);
	pool->rate.per_minute = account->rate;
	uv_timer_init(&loop->uv, &pool->alarm);
	pool->alive = 1;
	return pool;
}

static void on_alarm_closed(uv_handle_t *handle)
{
	struct pool *pool = container_of(handle, struct pool, alarm);

	pool->alive--;
	report_empty(pool);
}

/* see pool.h */
void pool_close(struct pool *pool, void (*emptied)(struct pool *pool))
{
	struct link *link;

	pool->is_closed = true;
	pool->emptied = emptied;
	while (pool->queue.first)
		fail_first(pool, FAIL_SHUTTING_DOWN, false);
	bury_coming(pool);
	while ((link = links_freshest(&pool->links)))
		retire(link);
	uv_close((uv_handle_t *)&pool->alarm, on_alarm_closed);
}

/* see pool.h */
void pool_free(struct pool *pool)
{
	ENSURE(!pool->links.first && !pool->queue.first && pool->alive == 0);
	contexts_drop(&pool->contexts);
	settings_drop(pool->settings);
	free(pool);
}
