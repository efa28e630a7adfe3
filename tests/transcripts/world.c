#include "transcripts/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "fuzz/program.h"

static void make_buf(struct buf *buf)
{
	char *storage = malloc(WORLD_OCTETS);

	ENSURE(storage);
	buf_init(buf, storage, WORLD_OCTETS);
}

/* see world.h */
void world_begin(struct world *world)
{
	make_buf(&world->from_client);
	make_buf(&world->from_upstream);
	make_buf(&world->to_client);
	make_buf(&world->to_upstream);
	world->out = malloc(UPSTREAM_OUT_OCTETS);
	world->loan_envelope = malloc(world->envelope);
	world->loan_hold = malloc(world->hold);
	ENSURE(world->out && world->loan_envelope && world->loan_hold);
	world->now = 1000000;
	facts_init(&world->facts, world->log);
	session_init(&world->session, &world->client_policy, &world->facts,
	    SPAN("192.0.2.17"), world->now);
	world_turn(world);
}

/* see world.h */
void world_end(struct world *world)
{
	free(world->from_client.data);
	free(world->from_upstream.data);
	free(world->to_client.data);
	free(world->to_upstream.data);
	free(world->out);
	free(world->loan_envelope);
	free(world->loan_hold);
	free(world->room);
}

static size_t piece(const struct world *world, size_t len)
{
	return world->grain && world->grain < len ? world->grain : len;
}

static struct loan make_loan(struct world *world)
{
	return (struct loan){ world->loan_envelope, world->envelope,
		world->loan_hold, world->hold, world->loan_fields,
		sizeof(world->loan_fields), 1795256108, SPAN("<unique@relay>"),
		&world->receipts };
}

static void lease(struct world *world)
{
	struct loan loan = make_loan(world);

	session_provider_size(&world->session, world->upstream.offers.max_size);
	session_lease(&world->session, &world->upstream, &loan);
}

/* Twice as much as there was: memory of exactly its size, the one before is
 * gone. */
static void give_room(struct world *world)
{
	struct span held = session_held(&world->session);
	struct loan loan = make_loan(world);
	char *before = world->room;

	if (world->has_no_room) {
		session_no_room(&world->session, FAIL_NO_ROOM, &loan);
		world->room = NULL;
	} else {
		world->room_size =
		    2 * (before ? world->room_size : loan.hold_size);
		world->room = malloc(world->room_size);
		ENSURE(world->room && held.len <= world->room_size);
		memcpy(world->room, held.ptr, held.len);
		session_more_room(
		    &world->session, world->room, world->room_size);
	}
	free(before);
}

/* A message is over: so is what was lent for it. */
static void end_room(struct world *world)
{
	if (session_is_busy(&world->session))
		return;
	free(world->room);
	world->room = NULL;
}

/* What the pool does: leases what is ready, takes back what is released. */
static void do_pool(struct world *world)
{
	struct upstream *upstream = &world->upstream;

	if (session_wants(&world->session) & WANT_RELEASE) {
		session_released(&world->session);
		world->was_released = true;
		if (upstream->stage == STAGE_OPEN)
			upstream_reset(upstream);
	}
	if (world->has_upstream && !world->was_released &&
	    !world->session.upstream && upstream_is_ready(upstream) &&
	    (session_wants(&world->session) & WANT_LINK))
		lease(world);
}

static void keep_receipt(struct world *world)
{
	uint64_t receipt = session_take_receipt(&world->session);

	if (receipt)
		world->receipt = receipt;
}

static size_t hear_upstream(struct world *world)
{
	struct span in = buf_peek(&world->from_upstream);
	size_t used = in.len > 0 ? upstream_put(&world->upstream, in) : 0;

	buf_took(&world->from_upstream, used);
	return used;
}

/* As long as octets are used, or wishes come and go. */
static void move(struct world *world)
{
	unsigned wants;
	size_t used;

	do {
		struct span in = buf_peek(&world->from_client);
		size_t heard = hear_upstream(world);

		if (world->has_upstream && !world->is_secret_late &&
		    world->upstream.stage == STAGE_CREDENTIAL)
			upstream_credential(
			    &world->upstream, &world->secret, NONCE);
		used = session_put(&world->session, in);
		buf_took(&world->from_client, used);
		used += heard;
		keep_receipt(world);
		wants = session_wants(&world->session);
		if (wants & WANT_ROOM)
			give_room(world);
		end_room(world);
		do_pool(world);
		session_put(&world->session, (struct span){ 0 });
	} while (used > 0 || (wants & WANT_RELEASE) ||
		 wants != session_wants(&world->session));
}

static bool take_client(struct world *world)
{
	struct span out = session_peek(&world->session);

	if (world->is_client_slow)
		return false;
	out = span_first(out, piece(world, out.len));
	buf_put(&world->to_client, out);
	session_took(&world->session, out.len);
	return out.len > 0;
}

static bool take_upstream(struct world *world)
{
	struct span out;

	if (!world->has_upstream || world->is_provider_slow)
		return false;
	out = upstream_peek(&world->upstream);
	out = span_first(out, piece(world, out.len));
	buf_put(&world->to_upstream, out);
	upstream_took(&world->upstream, out.len);
	return out.len > 0;
}

/* see world.h */
void world_turn(struct world *world)
{
	do {
		move(world);
	} while (take_client(world) || take_upstream(world));
}

/* see world.h */
void world_client_says(struct world *world, struct span octets)
{
	while (octets.len > 0) {
		size_t len = piece(world, octets.len);

		buf_put(&world->from_client, span_first(octets, len));
		octets = span_from(octets, len);
		world_turn(world);
	}
}

/* Within a segment nothing leaves: it arrives before we can have spoken. */
void world_upstream_says(struct world *world, struct span octets)
{
	while (octets.len > 0) {
		size_t len = piece(world, octets.len);

		buf_put(&world->from_upstream, span_first(octets, len));
		octets = span_from(octets, len);
		move(world);
	}
	world_turn(world);
}

/* see world.h */
void world_dial(struct world *world)
{
	buf_clear(&world->from_upstream);
	upstream_init(&world->upstream, &world->upstream_policy, &world->facts,
	    world->now, world->out, UPSTREAM_OUT_OCTETS);
	world->has_upstream = true;
	world->was_released = false;
}

/* see world.h */
void world_link(struct world *world)
{
	world_dial(world);
	upstream_connected(&world->upstream, SPAN("[192.0.2.1]"));
	world_turn(world);
}

/* Logs in without showing it: the conversation begins behind it. */
static void log_in(struct world *world, struct span keywords)
{
	char storage[1024];
	struct text ehlo;
	struct span line;

	text_init(&ehlo, storage, sizeof(storage));
	text_puts(&ehlo, "250-mx\r\n");
	while (span_split(&keywords, '\n', &line)) {
		text_puts(&ehlo, "250-");
		text_put(&ehlo, line);
		text_puts(&ehlo, "\r\n");
	}
	text_puts(&ehlo, "250 AUTH PLAIN\r\n");
	upstream_secured(&world->upstream);
	upstream_put(&world->upstream, SPAN("220 mx\r\n"));
	buf_clear(&world->upstream.out);
	upstream_put(&world->upstream, text_span(&ehlo));
	upstream_credential(&world->upstream, &world->secret, NONCE);
	buf_clear(&world->upstream.out);
	upstream_put(&world->upstream, SPAN("235 ok\r\n"));
}

/* see world.h */
void world_warm(struct world *world, struct span keywords)
{
	world->upstream_policy.security = UPSTREAM_IMPLICIT;
	world_dial(world);
	upstream_connected(&world->upstream, SPAN("[192.0.2.1]"));
	log_in(world, keywords);
	ENSURE(upstream_is_ready(&world->upstream));
	world->upstream.has_idled = true;
	world_turn(world);
}

/* see world.h */
void world_again(struct world *world)
{
	world->was_released = false;
	world->upstream.has_idled = true;
	world_turn(world);
}

/* What came in the clear would be taken for TLS, and is no part of it.
 *
 * see world.h */
void world_secure(struct world *world)
{
	ENSURE(session_wants(&world->session) & WANT_TLS);
	buf_clear(&world->from_client);
	session_secured(&world->session);
	world_turn(world);
}

/* see world.h */
void world_wait(struct world *world, uint64_t ms)
{
	world->now += ms;
	if (world->has_upstream)
		upstream_tick(&world->upstream, world->now);
	session_tick(&world->session, world->now);
	world_turn(world);
}
