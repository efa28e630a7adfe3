#include "relay/answers.h"

#include "relay/outcome.h"

static void accept_path(struct session *session, const struct reply *reply)
{
	(void)envelope_path(&session->envelope, &session->played);
	if (!session->is_pending ||
	    session->played < envelope_end(&session->envelope))
		return; /* said again to a new connection */
	session->is_pending = false;
	session->client.envelope =
	    session->envelope.count == 1 ? CLIENT_SENDER : CLIENT_RECIPIENTS;
	client_say_reply(&session->client, reply);
}

/* A warm connection that answers MAIL so has died while nobody looked. */
static bool is_stale(const struct session *session, const struct reply *reply)
{
	const struct upstream *upstream = session->upstream;

	if (!upstream_is_warm(upstream) || session->played > 0 ||
	    session->replacements >= SESSION_REPLACEMENTS)
		return false;
	return reply->code == 421 ||
	       (reply_class(reply) == 4 &&
		   span_equal(reply_enhanced(reply), SPAN("4.4.2")));
}

/* One that still has to answer would be taken for one that is coming. */
static void replace_stale(struct session *session)
{
	if (session->upstream->stage == STAGE_DROP)
		upstream_lose(session->upstream, FAIL_CLOSED,
		    SPAN("the provider had given it up"));
	session->replacements++;
	outcome_give_back(session);
}

/* Which one of a list it was, the device's one reply does not tell. */
static void tell_refused(struct session *session, const struct reply *reply)
{
	size_t cursor = session->played;
	char storage[REPLY_SAID_OCTETS];
	struct text text;

	if (!fact_begin(session->facts, LOG_LEVEL_WARN, "list-refused"))
		return;
	text_init(&text, storage, sizeof(storage));
	reply_put(&text, reply);
	fact_word(session->facts, "client", session->peer);
	fact_word(
	    session->facts, "to", envelope_path(&session->envelope, &cursor));
	fact_word(session->facts, "reply", text_span(&text));
	fact_end(session->facts);
}

/*
 * One of a list is refused: so are all. A recipient that was accepted cannot
 * be taken back (RFC 5321 3.3), so the connection is given back and the
 * envelope, without the list, is said anew when there is need.
 */
static void refuse_recipient(struct session *session, const struct reply *reply)
{
	struct envelope *envelope = &session->envelope;

	outcome_note(session, reply);
	if (envelope->count - envelope->mark_count > 1)
		tell_refused(session, reply);
	if (session->played > envelope->mark)
		outcome_give_back(session);
	session->said = session->played;
	session->is_pending = false;
	envelope_take_back(envelope);
	client_say_reply(&session->client, reply);
}

static void refuse_path(struct session *session, const struct reply *reply)
{
	const struct envelope *envelope = &session->envelope;

	if (is_stale(session, reply)) {
		replace_stale(session);
	} else if (session->is_pending && envelope->count > 1 &&
		   session->played >= envelope->mark) {
		refuse_recipient(session, reply);
	} else {
		/* The sender; or a path that was accepted once, and of which
		 * the device believes so still. */
		outcome_by_reply(session, RESULT_REFUSED, reply);
	}
}

static void hear_path(struct session *session, const struct reply *reply)
{
	if (reply_class(reply) == 2)
		accept_path(session, reply);
	else
		refuse_path(session, reply);
}

/*
 * The device's MAIL was answered by us, and now the provider refuses it. That
 * is the answer to the RCPT behind it, and to every other: the provider is not
 * asked again.
 */
static void refuse_sender(struct session *session, const struct reply *reply)
{
	outcome_note(session, reply);
	session->outcome.is_known = true;
	session->is_pending = false;
	envelope_take_back(&session->envelope);
	client_say_reply(&session->client, reply);
	outcome_give_back(session);
}

static void hear_pair(struct session *session, const struct reply *reply)
{
	bool is_first =
	    session->is_pending && session->envelope.mark_count == 1;

	if (reply_class(reply) != 2 && is_first && !is_stale(session, reply))
		refuse_sender(session, reply);
	else
		hear_path(session, reply);
}

static void hear_data(struct session *session, const struct reply *reply)
{
	if (reply->code != 354)
		outcome_by_reply(session, RESULT_REFUSED, reply);
}

static void hear_early(struct session *session, const struct reply *reply)
{
	outcome_by_reply(session, RESULT_REFUSED, reply);
}

static void hear_dot(struct session *session, const struct reply *reply)
{
	outcome_by_reply(session,
	    reply_class(reply) == 2 ? RESULT_SENT : RESULT_REFUSED, reply);
}

static void (*const hearers[STAGE_COUNT])(
    struct session *, const struct reply *) = {
	[STAGE_MAIL] = hear_path,
	[STAGE_PAIR] = hear_pair,
	[STAGE_RCPT] = hear_path,
	[STAGE_DATA] = hear_data,
	[STAGE_BODY] = hear_early,
	[STAGE_DOT] = hear_dot,
	[STAGE_CHUNKS] = hear_early,
	[STAGE_CHUNK] = hear_early,
	[STAGE_LAST] = hear_dot,
};

/* see answers.h */
void answers_hear(struct session *session)
{
	struct upstream *upstream = session->upstream;
	enum stage stage = upstream->answered;

	upstream_heard(upstream);
	hearers[stage](session, &upstream->reader.reply);
}
