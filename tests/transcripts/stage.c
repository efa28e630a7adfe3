#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

static void make_buf(struct buf *buf)
{
	char *storage = malloc(STAGE_OCTETS);

	ENSURE(storage);
	buf_init(buf, storage, STAGE_OCTETS);
}

/* see stage.h */
void stage_begin(struct stage_play *play)
{
	make_buf(&play->from_client);
	make_buf(&play->to_client);
	make_buf(&play->to_upstream);
	play->out = malloc(UPSTREAM_OUT_OCTETS);
	play->loan_envelope = malloc(STAGE_LOAN_OCTETS);
	play->loan_hold = malloc(play->hold);
	ENSURE(play->out && play->loan_envelope && play->loan_hold);
	play->now = 1000000;
	facts_init(&play->facts, LOG_LEVEL_INFO);
	session_init(&play->session, &play->client_policy, &play->facts,
	    SPAN("192.0.2.17"), play->now);
	stage_turn(play);
}

/* see stage.h */
void stage_end(struct stage_play *play)
{
	free(play->from_client.data);
	free(play->to_client.data);
	free(play->to_upstream.data);
	free(play->out);
	free(play->loan_envelope);
	free(play->loan_hold);
}

static size_t piece(const struct stage_play *play, size_t len)
{
	return play->grain && play->grain < len ? play->grain : len;
}

/* What the pool does: leases what is ready, takes back what is released. */
static void do_pool(struct stage_play *play)
{
	struct upstream *upstream = &play->upstream;
	struct loan loan = { play->loan_envelope, STAGE_LOAN_OCTETS,
		play->loan_hold, play->hold };

	if (session_wants(&play->session) & WANT_RELEASE) {
		session_released(&play->session);
		play->was_released = true;
		if (upstream->stage == STAGE_OPEN)
			upstream_reset(upstream);
	}
	if (play->has_upstream && !play->was_released &&
	    !play->session.upstream && upstream_is_ready(upstream) &&
	    (session_wants(&play->session) & WANT_LINK))
		session_lease(&play->session, upstream, &loan);
}

static void move(struct stage_play *play)
{
	size_t before;

	do {
		struct span in = buf_peek(&play->from_client);

		before = play->from_client.head + play->facts.len;
		if (play->has_upstream &&
		    play->upstream.stage == STAGE_CREDENTIAL)
			upstream_credential(&play->upstream, &play->secret);
		buf_took(&play->from_client, session_put(&play->session, in));
		do_pool(play);
		session_put(&play->session, (struct span){ 0 });
	} while (session_wants(&play->session) & WANT_RELEASE ||
	    (buf_len(&play->from_client) > 0 &&
		before != play->from_client.head + play->facts.len));
}

static bool take_client(struct stage_play *play)
{
	struct span out = session_peek(&play->session);

	out = span_first(out, piece(play, out.len));
	buf_put(&play->to_client, out);
	session_took(&play->session, out.len);
	return out.len > 0;
}

static bool take_upstream(struct stage_play *play)
{
	struct span out;

	if (!play->has_upstream)
		return false;
	out = upstream_peek(&play->upstream);
	out = span_first(out, piece(play, out.len));
	buf_put(&play->to_upstream, out);
	upstream_took(&play->upstream, out.len);
	return out.len > 0;
}

/* see stage.h */
void stage_turn(struct stage_play *play)
{
	do {
		move(play);
	} while (take_client(play) || take_upstream(play));
}

/* see stage.h */
void stage_client_says(struct stage_play *play, struct span octets)
{
	while (octets.len > 0) {
		size_t len = piece(play, octets.len);

		buf_put(&play->from_client, span_first(octets, len));
		octets = span_from(octets, len);
		stage_turn(play);
	}
}

/* Within a segment nothing leaves: it arrives before we can have spoken. */
void stage_upstream_says(struct stage_play *play, struct span octets)
{
	while (octets.len > 0) {
		size_t len = piece(play, octets.len);

		upstream_put(&play->upstream, span_first(octets, len));
		octets = span_from(octets, len);
		move(play);
	}
	stage_turn(play);
}

static void make_upstream(struct stage_play *play)
{
	upstream_init(&play->upstream, &play->upstream_policy, &play->facts,
	    play->now, play->out, UPSTREAM_OUT_OCTETS);
	play->has_upstream = true;
	play->was_released = false;
	upstream_connected(&play->upstream, SPAN("[192.0.2.1]"));
}

/* see stage.h */
void stage_link(struct stage_play *play)
{
	make_upstream(play);
	stage_turn(play);
}

/* Logs in without showing it: the conversation begins behind it. */
static void log_in(struct stage_play *play, struct span keywords)
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
	upstream_secured(&play->upstream);
	upstream_put(&play->upstream, SPAN("220 mx\r\n"));
	buf_clear(&play->upstream.out);
	upstream_put(&play->upstream, text_span(&ehlo));
	upstream_credential(&play->upstream, &play->secret);
	buf_clear(&play->upstream.out);
	upstream_put(&play->upstream, SPAN("235 ok\r\n"));
}

/* see stage.h */
void stage_warm(struct stage_play *play, struct span keywords)
{
	play->upstream_policy.security = UPSTREAM_IMPLICIT;
	make_upstream(play);
	log_in(play, keywords);
	ENSURE(upstream_is_ready(&play->upstream));
	play->upstream.has_idled = true;
	stage_turn(play);
}

/* see stage.h */
void stage_again(struct stage_play *play)
{
	play->was_released = false;
	play->upstream.has_idled = true;
	stage_turn(play);
}

/* see stage.h */
void stage_wait(struct stage_play *play, uint64_t ms)
{
	play->now += ms;
	if (play->has_upstream)
		upstream_tick(&play->upstream, play->now);
	session_tick(&play->session, play->now);
	stage_turn(play);
}
