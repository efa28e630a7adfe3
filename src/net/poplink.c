#include "net/poplink.h"

#include <stdlib.h>

#include "base/ensure.h"

/* ---- life and death ---- */

static void drop(struct poplink *poplink)
{
	const struct poplink_owner *ops = poplink->ops;
	void *owner = poplink->owner;

	if (--poplink->holds > 0)
		return;
	channel_finish(&poplink->channel);
	tls_context_drop(poplink->context);
	pop_finish(&poplink->pop);
	free(poplink);
	ops->closed(owner);
}

static void on_alarm_closed(uv_handle_t *handle)
{
	drop(container_of(handle, struct poplink, alarm));
}

static void on_stream_closed(struct stream *stream)
{
	drop(container_of(stream, struct poplink, channel.stream));
}

/* see poplink.h */
void poplink_close(struct poplink *poplink)
{
	if (poplink->is_closing)
		return;
	poplink->is_closing = true;
	channel_part(&poplink->channel);
	if (poplink->dial)
		dial_cancel(poplink->dial);
	poplink->dial = NULL;
	credential_forget(&poplink->credential);
	if (poplink->channel.stream.handle) {
		poplink->holds++;
		stream_close(&poplink->channel.stream);
	}
	uv_close((uv_handle_t *)&poplink->alarm, on_alarm_closed);
}

/* ---- the pump ---- */

/* What came goes to the engine, under TLS only. */
static bool hear(struct poplink *poplink)
{
	struct span in = channel_peek(&poplink->channel);

	if (in.len == 0 || poplink->pop.stage <= POP_HANDSHAKE)
		return false;
	channel_took(&poplink->channel, pop_put(&poplink->pop, in));
	return true;
}

static bool say(struct poplink *poplink)
{
	size_t sent;

	if (poplink->pop.stage <= POP_HANDSHAKE)
		return false;
	sent = channel_write(&poplink->channel, pop_peek(&poplink->pop));
	pop_took(&poplink->pop, sent);
	return sent > 0;
}

static void lose_tls(struct poplink *poplink)
{
	char storage[POP_DETAIL_OCTETS];
	struct text words;
	bool is_open = poplink->pop.stage != POP_HANDSHAKE;

	text_init(&words, storage, sizeof(storage));
	tls_explain(poplink->channel.tls, &words);
	pop_lose(&poplink->pop,
	    is_open ? FAIL_CLOSED : channel_failure(&poplink->channel),
	    text_span(&words));
}

/* Tells the engine what has become of TLS. */
static bool follow_tls(struct poplink *poplink)
{
	enum pop_stage before = poplink->pop.stage;
	struct tls *tls = poplink->channel.tls;

	if (!tls || (tls_state(tls) > TLS_OPEN && tls_plain(tls).len > 0))
		return false; /* what came before its end is heard first */
	switch (tls_state(tls)) {
	case TLS_HANDSHAKE:
		break;
	case TLS_OPEN:
		pop_secured(&poplink->pop);
		break;
	case TLS_CLOSED:
		pop_closed(&poplink->pop);
		break;
	case TLS_FAILED:
		lose_tls(poplink);
		break;
	}
	return poplink->pop.stage != before;
}

/* The socket has ended, and all that it gave was heard. */
static bool follow_stream(struct poplink *poplink)
{
	const struct stream *stream = &poplink->channel.stream;
	struct tls *tls = poplink->channel.tls;

	if (!stream->is_ended || stream_peek(stream).len > 0 || !tls ||
	    tls_state(tls) >= TLS_CLOSED)
		return false;
	tls_end_of_stream(tls);
	return true;
}

static bool begin_tls(struct poplink *poplink)
{
	if (poplink->channel.tls)
		return false;
	channel_secure(&poplink->channel, tls_client_new(poplink->context));
	if (!poplink->channel.tls)
		pop_lose(&poplink->pop, FAIL_NO_MEMORY, (struct span){ 0 });
	return true;
}

static bool give_credential(struct poplink *poplink)
{
	const struct secret *secret;

	switch (credential_ask(&poplink->credential, &secret)) {
	case CREDENTIAL_AWAITED:
		return false;
	case CREDENTIAL_THERE:
		pop_credential(&poplink->pop, secret);
		break;
	case CREDENTIAL_NO_MEMORY:
		pop_lose(&poplink->pop, FAIL_NO_MEMORY, (struct span){ 0 });
		break;
	}
	return true;
}

static bool obey(struct poplink *poplink)
{
	unsigned wants = pop_wants(&poplink->pop);

	if (wants & POP_WANTS_TLS)
		return begin_tls(poplink);
	if (wants & POP_WANTS_CREDENTIAL)
		return give_credential(poplink);
	return false;
}

static void on_alarm(uv_timer_t *timer);

static void rest(struct poplink *poplink)
{
	uint64_t deadline = pop_deadline(&poplink->pop);
	uint64_t now = loop_now(poplink->loop);

	if (deadline == 0)
		uv_timer_stop(&poplink->alarm);
	else
		uv_timer_start(&poplink->alarm, on_alarm,
		    deadline > now ? deadline - now : 0, 0);
}

static void turn(struct poplink *poplink)
{
	if (poplink->is_closing)
		return;
	pop_tick(&poplink->pop, loop_now(poplink->loop));
	while (channel_pump(&poplink->channel) || hear(poplink) ||
	       follow_tls(poplink) || follow_stream(poplink) || obey(poplink) ||
	       say(poplink))
		;
	if (poplink->pop.stage >= POP_QUIT)
		credential_forget(&poplink->credential);
	rest(poplink);
	if (poplink->pop.stage == POP_OVER)
		poplink_close(poplink);
	poplink->ops->turn(poplink->owner);
}

/* ---- what happens to it ---- */

static void on_alarm(uv_timer_t *timer)
{
	turn(container_of(timer, struct poplink, alarm));
}

static void on_stream_turn(struct stream *stream)
{
	turn(container_of(stream, struct poplink, channel.stream));
}

static const struct stream_owner stream_owner = { on_stream_turn,
	on_stream_closed };

static void on_dialled(
    void *owner, uv_tcp_t *socket, enum failure failure, struct span detail)
{
	struct poplink *poplink = owner;

	poplink->dial = NULL;
	if (socket) {
		stream_open(&poplink->channel.stream, (uv_stream_t *)socket);
		pop_connected(&poplink->pop);
	} else {
		pop_lose(&poplink->pop, failure, detail);
	}
	turn(poplink);
}

static const struct dial_owner dial_owner = { on_dialled };

static void on_credential(void *owner, bool is_there, struct span why)
{
	struct poplink *poplink = owner;

	if (!is_there)
		pop_lose(&poplink->pop, FAIL_CREDENTIAL, why);
	turn(poplink);
}

static const struct credential_owner credential_owner = { on_credential };

/* see poplink.h */
struct poplink *poplink_new(struct loop *loop,
    const struct account_settings *account, struct tls_context *context,
    const struct poplink_owner *ops, void *owner)
{
	struct poplink *poplink = calloc(1, sizeof(*poplink));

	if (!poplink)
		return NULL;
	poplink->dial = dial_new(loop, account->pop_host,
	    account->policy.pop_port, DIAL_SAME, &dial_owner, poplink);
	if (!poplink->dial) {
		free(poplink);
		return NULL;
	}
	poplink->loop = loop;
	poplink->context = tls_context_hold(context);
	poplink->ops = ops;
	poplink->owner = owner;
	poplink->holds = 1;
	credential_init(
	    &poplink->credential, loop, account, &credential_owner, poplink);
	channel_init(&poplink->channel, loop, &stream_owner);
	pop_init(&poplink->pop, &account->policy, &loop->facts, loop_now(loop));
	uv_timer_init(&loop->uv, &poplink->alarm);
	rest(poplink);
	return poplink;
}
