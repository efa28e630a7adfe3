#include "relay/stage.h"

#include "base/ensure.h"
#include "relay/advice.h"
#include "relay/auth.h"

/* ---- losing ---- */

/* see stage.h */
void stage_lose(
    struct upstream *upstream, enum failure failure, struct span detail)
{
	if (upstream->stage == STAGE_LOST)
		return;
	upstream->failure = failure;
	upstream->failed_in = upstream->stage;
	upstream->detail.len = 0;
	text_put(&upstream->detail, detail);
	stage_enter(upstream, STAGE_LOST);
}

/* see stage.h */
enum stage stage_lost(
    struct upstream *upstream, enum failure failure, struct span detail)
{
	stage_lose(upstream, failure, detail);
	return STAGE_LOST;
}

/* see stage.h */
enum stage stage_lost_by_reply(
    struct upstream *upstream, enum failure failure, const struct reply *reply)
{
	char storage[REPLY_SAID_OCTETS];
	struct text words;

	text_init(&words, storage, sizeof(storage));
	if (login_is_echoed(&upstream->login, reply_text(reply)))
		text_number(&words, reply->code);
	else
		reply_put(&words, reply);
	upstream->advice = advice_for(reply, upstream->policy->identity);
	return stage_lost(upstream, failure, text_span(&words));
}

/* ---- saying ---- */

/* see stage.h */
void stage_say(struct upstream *upstream, struct span line)
{
	/* Nothing that could be read as a second command ever leaves. */
	ENSURE(span_find(line, '\r') == line.len);
	ENSURE(span_find(line, '\n') == line.len);
	ENSURE(span_find(line, '\0') == line.len);
	buf_put(&upstream->out, line);
	buf_put(&upstream->out, SPAN("\r\n"));
}

static void say_ehlo(struct upstream *upstream)
{
	char storage[300];
	struct text line;

	text_init(&line, storage, sizeof(storage));
	text_put(&line, SPAN("EHLO "));
	if (upstream->policy->hello.len > 0)
		text_put(&line, upstream->policy->hello);
	else
		text_puts(&line, upstream->hello);
	stage_say(upstream, text_span(&line));
}

static void say_starttls(struct upstream *upstream)
{
	stage_say(upstream, SPAN("STARTTLS"));
}

static void say_rset(struct upstream *upstream)
{
	stage_say(upstream, SPAN("RSET"));
}

static void say_quit(struct upstream *upstream)
{
	stage_say(upstream, SPAN("QUIT"));
}

static void say_data(struct upstream *upstream)
{
	stage_say(upstream, SPAN("DATA"));
}

/* ---- what each reply means, in the order they arrive ---- */

static enum stage on_greeting(
    struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) != 2)
		return stage_lost_by_reply(upstream, FAIL_GREETING, reply);
	return upstream->policy->security == UPSTREAM_STARTTLS ? STAGE_EHLO
							       : STAGE_EHLO_TLS;
}

/*
 * No STARTTLS on offer means no mail: going on in the clear is the one thing
 * this program exists to prevent, so there is no option for it.
 */
static enum stage on_ehlo(struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) != 2)
		return stage_lost_by_reply(upstream, FAIL_EHLO, reply);
	ehlo_read(&upstream->offers, reply);
	if (!upstream->offers.starttls)
		return stage_lost(upstream, FAIL_NO_STARTTLS,
		    SPAN("no STARTTLS in its EHLO"));
	return STAGE_STARTTLS;
}

static enum stage on_starttls(
    struct upstream *upstream, const struct reply *reply)
{
	if (reply->code != 220)
		return stage_lost_by_reply(upstream, FAIL_STARTTLS, reply);
	/* What was offered in the clear is forgotten (RFC 3207 4.2). */
	upstream->offers = (struct ehlo){ 0 };
	return STAGE_HANDSHAKE;
}

static enum stage on_ehlo_tls(
    struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) != 2)
		return stage_lost_by_reply(upstream, FAIL_EHLO, reply);
	ehlo_read(&upstream->offers, reply);
	return auth_begin(upstream);
}

/* An answer for the session: it waits until upstream_heard. */
static enum stage answered(
    struct upstream *upstream, const struct reply *reply, enum stage next)
{
	upstream->answered = upstream->stage;
	/* 421: the provider closes whatever we say (RFC 5321 3.8). */
	if (reply->code == 421)
		return stage_lost_by_reply(upstream, FAIL_CLOSED, reply);
	return next;
}

static enum stage on_mail(struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) == 3)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	return answered(upstream, reply,
	    reply_class(reply) == 2 ? STAGE_OPEN : STAGE_READY);
}

/* A RCPT was said behind it: its answer comes next, whatever this one is. */
static enum stage on_pair(struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) == 3)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	return answered(
	    upstream, reply, reply_class(reply) == 2 ? STAGE_RCPT : STAGE_DROP);
}

static enum stage on_rcpt(struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) == 3)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	return answered(upstream, reply, STAGE_OPEN);
}

static enum stage on_data(struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) < 4 && reply->code != 354)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	return answered(
	    upstream, reply, reply->code == 354 ? STAGE_BODY : STAGE_OPEN);
}

/*
 * Some providers refuse a message while it is still being sent. Their word
 * counts, and the connection is of no use any more: it stands in the middle
 * of a body. An acceptance is impossible here.
 */
static enum stage on_body(struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) < 4)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	upstream->answered = upstream->stage;
	return stage_lost_by_reply(upstream, FAIL_CLOSED, reply);
}

static enum stage on_dot(struct upstream *upstream, const struct reply *reply)
{
	/* It began before the dot had left: it is as good as one in BODY. */
	if (upstream->is_early)
		return on_body(upstream, reply);
	if (reply_class(reply) == 3)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	upstream->transactions++;
	return answered(upstream, reply, STAGE_READY);
}

/*
 * A server that offers BDAT and does not know it (500 to 504 are about the
 * command, RFC 5321 4.2.2) may have read the content as commands: it is left
 * at once. What it says is no answer for the message, which it would take
 * by DATA.
 */
static bool is_unknown(const struct reply *reply)
{
	return reply->code >= 500 && reply->code <= 504;
}

static enum stage on_unknown(
    struct upstream *upstream, const struct reply *reply)
{
	upstream->is_end_out = false; /* it was not taken: that is certain */
	return stage_lost_by_reply(upstream, FAIL_CHUNKING, reply);
}

/*
 * A chunk that is refused ends the message (RFC 3030 2), and the connection:
 * whoever refused it at its command, and does not drop its octets, reads them
 * as commands. Their answers would be taken for those to ours.
 */
static enum stage on_chunks(
    struct upstream *upstream, const struct reply *reply)
{
	if (is_unknown(reply))
		return on_unknown(upstream, reply);
	if (reply_class(reply) >= 4)
		return on_body(upstream, reply);
	if (reply_class(reply) == 3 || upstream->is_early)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	upstream->owed--;
	return upstream->stage;
}

/*
 * The only chunk of a message begins with its header section, of which no line
 * is a command: RSET shows whether its octets were dropped. One behind others
 * may begin with any line.
 */
static enum stage on_last(struct upstream *upstream, const struct reply *reply)
{
	if (is_unknown(reply))
		return on_unknown(upstream, reply);
	if (upstream->is_early ||
	    (reply_class(reply) >= 4 && upstream->has_chunks))
		return on_body(upstream, reply);
	if (reply_class(reply) == 3)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	upstream->transactions++;
	return answered(upstream, reply,
	    reply_class(reply) == 2 ? STAGE_READY : STAGE_OPEN);
}

static enum stage on_rset(struct upstream *upstream, const struct reply *reply)
{
	if (reply_class(reply) != 2)
		return stage_lost_by_reply(upstream, FAIL_CLOSED, reply);
	upstream->transactions++;
	return STAGE_READY;
}

/* It is no answer to anybody. Who took the recipient of a sender that was
 * refused has a transaction open, and must forget it. */
static enum stage on_drop(struct upstream *upstream, const struct reply *reply)
{
	if (reply->code == 421)
		return stage_lost_by_reply(upstream, FAIL_CLOSED, reply);
	return reply_class(reply) >= 4 ? STAGE_READY : STAGE_RSET;
}

/* Whatever it says: we have left. */
static enum stage on_quit(struct upstream *upstream, const struct reply *reply)
{
	(void)reply;
	return stage_lost(upstream, FAIL_CLOSED, SPAN("we have left"));
}

/* ---- the conversation, one row a stage ---- */

/* clang-format off */
static const struct stage_row {
	const char *name;
	void (*say)(struct upstream *);
	enum stage (*hear)(struct upstream *, const struct reply *);
	unsigned patience_s; /* RFC 5321 4.5.3.2, or less where a device waits */
	unsigned wants;
} stages[] = {
	[STAGE_POP]        = { "pop",        NULL,         NULL,         0, 0 },
	[STAGE_DIAL]       = { "dial",       NULL,         NULL,        30, 0 },
	[STAGE_GREETING]   = { "greeting",   NULL,         on_greeting, 30, 0 },
	[STAGE_EHLO]       = { "ehlo",       say_ehlo,     on_ehlo,     60, 0 },
	[STAGE_STARTTLS]   = { "starttls",   say_starttls, on_starttls, 60, 0 },
	[STAGE_HANDSHAKE]  = { "handshake",  NULL,         NULL,        30, UPSTREAM_WANTS_TLS },
	[STAGE_EHLO_TLS]   = { "ehlo-tls",   say_ehlo,     on_ehlo_tls, 60, 0 },
	[STAGE_CREDENTIAL] = { "credential", NULL,         NULL,        60, UPSTREAM_WANTS_CREDENTIAL },
	[STAGE_AUTH]       = { "auth",       auth_say,     auth_hear,     60, 0 },
	[STAGE_READY]      = { "ready",      NULL,         NULL,         0, 0 },
	[STAGE_MAIL]       = { "mail",       NULL,         on_mail,    120, 0 },
	[STAGE_PAIR]       = { "mail-rcpt",  NULL,         on_pair,    120, 0 },
	[STAGE_OPEN]       = { "open",       NULL,         NULL,         0, 0 },
	[STAGE_RCPT]       = { "rcpt",       NULL,         on_rcpt,    120, 0 },
	[STAGE_DATA]       = { "data",       say_data,     on_data,    120, 0 },
	[STAGE_BODY]       = { "body",       NULL,         on_body,      0, 0 },
	[STAGE_DOT]        = { "dot",        NULL,         on_dot,     600, 0 },
	[STAGE_CHUNKS]     = { "bdat",       NULL,         on_chunks,    0, 0 },
	[STAGE_CHUNK]      = { "chunk",      NULL,         on_chunks,    0, 0 },
	[STAGE_LAST]       = { "last",       NULL,         on_last,    600, 0 },
	[STAGE_RSET]       = { "rset",       say_rset,     on_rset,     30, 0 },
	[STAGE_DROP]       = { "drop",       NULL,         on_drop,     30, 0 },
	[STAGE_QUIT]       = { "quit",       say_quit,     on_quit,      5, 0 },
	[STAGE_LOST]       = { "lost",       NULL,         NULL,         0, UPSTREAM_WANTS_CLOSE },
};
/* clang-format on */
static_assert(array_len(stages) == STAGE_COUNT, "every stage has its row");

/* see stage.h */
void stage_await(struct upstream *upstream)
{
	unsigned patience_s = stages[upstream->stage].patience_s;

	upstream->deadline =
	    patience_s ? upstream->now + 1000 * (uint64_t)patience_s : 0;
}

/* see stage.h */
void stage_enter(struct upstream *upstream, enum stage next)
{
	bool was_login = upstream->stage == STAGE_AUTH;

	if (was_login && next == STAGE_READY)
		auth_tell_ready(upstream);
	upstream->stage = next;
	stage_await(upstream);
	if (was_login && next != STAGE_AUTH)
		auth_end(upstream);
	if (next == STAGE_LOST)
		buf_clear(&upstream->out);
	if (stages[next].say)
		stages[next].say(upstream);
}

/* see upstream.h */
struct span stage_name(enum stage stage)
{
	return span_of(stages[stage].name);
}

static void tell_reply(struct upstream *upstream, const struct reply *reply)
{
	if (!fact_begin(upstream->facts, LOG_LEVEL_TRACE, "upstream-reply"))
		return;
	fact_word(upstream->facts, "stage", stage_name(upstream->stage));
	fact_number(upstream->facts, "code", reply->code);
	fact_end(upstream->facts);
}

/* see stage.h */
void stage_hear(struct upstream *upstream, const struct reply *reply)
{
	enum stage before = upstream->stage;
	enum stage next;

	tell_reply(upstream, reply);
	next = stages[before].hear(upstream, reply);
	if (next == STAGE_LOST)
		return; /* entered already, with its reason */
	if (next == before)
		stage_await(upstream);
	else
		stage_enter(upstream, next);
}

/* see stage.h */
bool stage_hears(const struct upstream *upstream)
{
	return stages[upstream->stage].hear != NULL;
}

/* see upstream.h */
unsigned upstream_wants(const struct upstream *upstream)
{
	return stages[upstream->stage].wants;
}
