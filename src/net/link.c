#include "net/link.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/ensure.h"

/* ---- life and death ---- */

static void drop(struct link *link)
{
	struct link_keeper *keeper = link->keeper;

	if (--link->holds > 0)
		return;
	upstream_finish(&link->upstream); /* its place may be the channel's */
	channel_finish(&link->channel);
	contexts_drop(&link->contexts);
	free(link);
	keeper->buried(keeper);
}

static void on_alarm_closed(uv_handle_t *handle)
{
	drop(container_of(handle, struct link, alarm));
}

static void on_stream_closed(struct stream *stream)
{
	drop(container_of(stream, struct link, channel.stream));
}

/* see link.h */
void link_close(struct link *link)
{
	if (link->is_closing)
		return;
	link->is_closing = true;
	channel_part(&link->channel);
	if (link->dial)
		dial_cancel(link->dial);
	link->dial = NULL;
	if (link->poplink) {
		link->holds++;
		poplink_close(link->poplink);
	}
	credential_forget(&link->credential);
	if (link->channel.stream.handle) {
		link->holds++;
		stream_close(&link->channel.stream);
	}
	uv_close((uv_handle_t *)&link->alarm, on_alarm_closed);
}

static void turn(struct link *link)
{
	if (link->is_closing)
		return;
	upstream_tick(&link->upstream, loop_now(link->loop));
	link->owner->turn(link);
}

static void on_stream_turn(struct stream *stream)
{
	turn(container_of(stream, struct link, channel.stream));
}

static void on_alarm(uv_timer_t *timer)
{
	turn(container_of(timer, struct link, alarm));
}

static const struct stream_owner stream_owner = { on_stream_turn,
	on_stream_closed };

/* ---- dialling ---- */

static void on_dialled(
    void *owner, uv_tcp_t *socket, enum failure failure, struct span detail)
{
	struct link *link = owner;
	char storage[UPSTREAM_HELLO_OCTETS];
	struct text hello;

	link->dial = NULL;
	if (!socket) {
		upstream_lose(&link->upstream, failure, detail);
	} else {
		text_init(&hello, storage, sizeof(storage));
		dial_put_address(socket, &hello);
		upstream_connected(&link->upstream, text_span(&hello));
		stream_open(&link->channel.stream, (uv_stream_t *)socket);
	}
	turn(link);
}

static const struct dial_owner dial_owner = { on_dialled };

/* Two servers must see the same address of ours, if POP3 came before. */
static bool begin_dial(struct link *link)
{
	const struct account_settings *account = link->account;

	link->dial = dial_new(link->loop, account->host, account->policy.port,
	    account->pop_host ? DIAL_SAME : DIAL_BOTH, &dial_owner, link);
	return link->dial != NULL;
}

/* ---- POP3 before it ---- */

static void on_pop_turn(void *owner)
{
	struct link *link = owner;
	const struct pop *pop = &link->poplink->pop;

	if (pop->stage == POP_LOST) {
		upstream_lose(
		    &link->upstream, pop->failure, text_span(&pop->detail));
		link->upstream.advice = pop->advice;
	}
	if ((pop->stage == POP_QUIT || pop->stage == POP_OVER) &&
	    link->admitted_at == 0)
		link->admitted_at = loop_now(link->loop);
	turn(link);
}

static void on_pop_closed(void *owner)
{
	struct link *link = owner;

	link->poplink = NULL;
	if (link->is_closing) {
		drop(link);
		return;
	}
	upstream_admitted(&link->upstream);
	if (!begin_dial(link))
		upstream_lose(
		    &link->upstream, FAIL_NO_MEMORY, (struct span){ 0 });
	turn(link);
}

static const struct poplink_owner poplink_owner = { on_pop_turn,
	on_pop_closed };

static bool begin_pop(struct link *link)
{
	link->poplink = poplink_new(link->loop, link->account,
	    link->contexts.pop, &poplink_owner, link);
	return link->poplink != NULL;
}

/* ---- the credential ---- */

static void on_credential(void *owner, bool is_there, struct span why)
{
	struct link *link = owner;

	if (!is_there)
		upstream_lose(&link->upstream, FAIL_CREDENTIAL, why);
	turn(link);
}

static const struct credential_owner credential_owner = { on_credential };

/* Begins the login; each one, also on the same connection, by a nonce of its
 * own. */
static void log_in(struct link *link, const struct secret *secret)
{
	char chance[LINK_NONCE_OCTETS / 4 * 3];

	if (getentropy(chance, sizeof(chance)) != 0) {
		upstream_lose(&link->upstream, FAIL_CREDENTIAL,
		    SPAN("the system gives no random octets"));
		return;
	}
	base64_encode(span_make(chance, sizeof(chance)), link->nonce);
	upstream_credential(&link->upstream, secret,
	    span_make(link->nonce, sizeof(link->nonce)));
}

/* Gives the password, or the token, or sees to it that there will be one. */
static bool give_credential(struct link *link)
{
	const struct secret *secret;

	switch (credential_ask(&link->credential, &secret)) {
	case CREDENTIAL_AWAITED:
		return false;
	case CREDENTIAL_THERE:
		log_in(link, secret);
		break;
	case CREDENTIAL_NO_MEMORY:
		upstream_lose(
		    &link->upstream, FAIL_NO_MEMORY, (struct span){ 0 });
		break;
	}
	return true;
}

/* ---- TLS ---- */

static bool begin_tls(struct link *link)
{
	if (link->channel.tls)
		return false;
	/* Octets that came behind the answer to STARTTLS, in the clear. */
	if (stream_peek(&link->channel.stream).len > 0 &&
	    link->account->policy.security == UPSTREAM_STARTTLS) {
		upstream_lose(&link->upstream, FAIL_STARTTLS_INJECTED,
		    SPAN("octets behind the answer to STARTTLS"));
		return true;
	}
	channel_secure(&link->channel, tls_client_new(link->contexts.smtp));
	if (!link->channel.tls)
		upstream_lose(
		    &link->upstream, FAIL_NO_MEMORY, (struct span){ 0 });
	return true;
}

static void lose_tls(struct link *link)
{
	char storage[UPSTREAM_DETAIL_OCTETS];
	struct text words;
	bool is_open = link->upstream.stage != STAGE_HANDSHAKE;

	text_init(&words, storage, sizeof(storage));
	tls_explain(link->channel.tls, &words);
	upstream_lose(&link->upstream,
	    is_open ? FAIL_CLOSED : channel_failure(&link->channel),
	    text_span(&words));
}

/* Tells the upstream what has become of TLS. */
static bool follow_tls(struct link *link)
{
	enum stage before = link->upstream.stage;

	if (!link->channel.tls || before == STAGE_LOST)
		return false;
	switch (tls_state(link->channel.tls)) {
	case TLS_HANDSHAKE:
		break;
	case TLS_OPEN:
		upstream_secured(&link->upstream);
		break;
	case TLS_CLOSED:
		if (tls_plain(link->channel.tls).len == 0)
			upstream_closed(&link->upstream);
		break;
	case TLS_FAILED:
		if (tls_plain(link->channel.tls).len == 0)
			lose_tls(link);
		break;
	}
	return link->upstream.stage != before;
}

/* ---- the pump ---- */

/* What came goes to the upstream, under TLS only once that was told to it. */
static bool hear(struct link *link)
{
	struct span in = channel_peek(&link->channel);
	size_t used;

	if (in.len == 0 || link->upstream.stage == STAGE_HANDSHAKE)
		return false;
	used = upstream_put(&link->upstream, in);
	channel_took(&link->channel, used);
	return used > 0;
}

static bool say(struct link *link)
{
	struct span out = upstream_peek(&link->upstream);
	size_t sent;

	if (link->channel.tls && !link->upstream.is_secure)
		return false;
	sent = channel_write(&link->channel, out);
	upstream_took(&link->upstream, sent);
	return sent > 0;
}

/* The socket has ended, and all that it gave was heard. */
static bool follow_stream(struct link *link)
{
	enum stage before = link->upstream.stage;

	if (!link->channel.stream.is_ended ||
	    stream_peek(&link->channel.stream).len > 0 || before == STAGE_LOST)
		return false;
	if (link->channel.tls && tls_state(link->channel.tls) < TLS_CLOSED) {
		tls_end_of_stream(link->channel.tls);
		return true;
	}
	if (!link->channel.tls)
		upstream_closed(&link->upstream);
	return link->upstream.stage != before;
}

static bool obey(struct link *link)
{
	unsigned wants = upstream_wants(&link->upstream);

	if (wants & UPSTREAM_WANTS_TLS)
		return begin_tls(link);
	if (wants & UPSTREAM_WANTS_CREDENTIAL)
		return give_credential(link);
	return false;
}

/*
 * Content is written into the record of TLS that it leaves in: between two
 * calls of link_pump, while nobody else may want that place. What is said
 * before, or while a record waits, goes through `out`.
 */
static void lend(struct link *link)
{
	size_t room;
	char *place;

	if (!upstream_is_sending(&link->upstream) ||
	    upstream_peek(&link->upstream).len > 0)
		return;
	place = channel_space(&link->channel, &room);
	if (place)
		upstream_lend(&link->upstream, place, room);
	link->has_lent = place;
}

/* What the provider said before it knew of this is heard before it leaves: see
 * upstream_dot. So then it has to wait in `out`. */
static bool take_back(struct link *link)
{
	struct upstream *upstream = &link->upstream;
	struct span said = upstream_peek(upstream);

	if (!link->has_lent)
		return false;
	link->has_lent = false;
	if (!channel_is_quiet(&link->channel)) {
		memcpy(link->out, said.ptr, said.len);
		channel_wrote(&link->channel, 0);
		buf_move(&upstream->out, link->out, sizeof(link->out));
		return false;
	}
	channel_wrote(&link->channel, said.len);
	upstream_took(upstream, said.len);
	upstream_lend(upstream, link->out, sizeof(link->out));
	return said.len > 0;
}

/* see link.h */
bool link_pump(struct link *link)
{
	bool has_moved;

	if (link->is_closing)
		return false;
	has_moved = take_back(link);
	while (channel_pump(&link->channel) || hear(link) || follow_tls(link) ||
	       follow_stream(link) || obey(link) || say(link))
		has_moved = true;
	lend(link);
	if (link->upstream.stage >= STAGE_READY)
		credential_forget(&link->credential);
	return has_moved;
}

/* see link.h */
void link_settle(struct link *link)
{
	link->is_settled = true;
	if (link->channel.tls)
		tls_shed(link->channel.tls);
}

/* Until when its login by POP3 is relied on. */
static uint64_t pop_end(const struct link *link)
{
	return link->admitted_at + 1000 * (uint64_t)LINK_POP_S;
}

/* see link.h */
bool link_is_stale(const struct link *link)
{
	return link->admitted_at > 0 && upstream_is_warm(&link->upstream) &&
	       loop_now(link->loop) >= pop_end(link);
}

/* see link.h */
void link_rest(struct link *link)
{
	uint64_t deadline = upstream_deadline(&link->upstream);
	uint64_t now = loop_now(link->loop);

	if (link->is_closing)
		return;
	if (link->upstream.stage == STAGE_READY && link->idle_since > 0) {
		deadline = link->idle_since +
			   1000 * (uint64_t)link->account->keep_warm_s;
		if (link->admitted_at > 0 && deadline > pop_end(link))
			deadline = pop_end(link);
	}
	if (deadline == 0)
		uv_timer_stop(&link->alarm);
	else
		uv_timer_start(&link->alarm, on_alarm,
		    deadline > now ? deadline - now : 0, 0);
}

/* see link.h */
struct link *link_new(struct loop *loop, struct link_keeper *keeper,
    const struct account_settings *account, const struct contexts *contexts,
    const struct link_owner *owner)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->loop = loop;
	link->keeper = keeper;
	link->account = account;
	link->contexts = contexts_hold(contexts);
	link->owner = owner;
	link->id = loop_id(loop);
	if (account->pop_host ? !begin_pop(link) : !begin_dial(link)) {
		contexts_drop(&link->contexts);
		free(link);
		return NULL;
	}
	credential_init(
	    &link->credential, loop, account, &credential_owner, link);
	channel_init(&link->channel, loop, &stream_owner);
	upstream_init(&link->upstream, &account->policy, &loop->facts,
	    loop_now(loop), link->out, sizeof(link->out));
	uv_timer_init(&loop->uv, &link->alarm);
	link->holds = 1;
	link_rest(link);
	return link;
}
