#include "relay/rules.h"

#include "base/ensure.h"
#include "relay/again.h"
#include "relay/answers.h"
#include "relay/outcome.h"
#include "relay/sending.h"

/* More steps than any turn can need; a rule that breaks its law is ours. */
enum { SETTLE_STEPS = 100000 };

/* As much as a record of TLS holds. Less of it costs each side as much. */
enum { WORTH_OCTETS = 16384 };

/* ---- what is asked of the two sides ---- */

static bool is_full(const struct session *session)
{
	return buf_ready(&session->hold) <= BODY_STEP_OCTETS;
}

/* see rules.h */
bool rules_want_data(const struct session *session)
{
	return session->phase == PHASE_COLLECT &&
	       (session->is_whole
		       ? !again_is_second(session)
		       : is_full(session) && !session->policy->holds_all);
}

/* see rules.h */
bool rules_want_room(const struct session *session)
{
	return session->phase == PHASE_COLLECT && !session->is_whole &&
	       is_full(session) && session->policy->holds_all;
}

/* Is there a path that the device or the content waits for? */
static bool must_play(const struct session *session)
{
	return (session->phase == PHASE_ENVELOPE && session->is_pending) ||
	       rules_want_data(session);
}

/* see rules.h */
bool rules_want_link(const struct session *session)
{
	if (session->upstream || session->wants_release)
		return false;
	if (session->phase == PHASE_LEASING)
		return session->failure == FAIL_NONE;
	return must_play(session);
}

static bool rule_answer(struct session *session)
{
	if (!session->upstream || !upstream_answer(session->upstream) ||
	    !client_has_room(&session->client))
		return false;
	answers_hear(session);
	return true;
}

/* ---- the provider is lost ---- */

/*
 * Before its DATA a connection can be replaced: nothing but the envelope was
 * said. Silence is different: a provider that does not answer will not answer
 * a second time either, and the device has waited long enough.
 */
static bool is_replaceable(const struct session *session)
{
	const struct upstream *upstream = session->upstream;

	if (session->phase == PHASE_STREAM ||
	    session->replacements >= SESSION_REPLACEMENTS)
		return false;
	return upstream->failure == FAIL_CLOSED ||
	       upstream->failed_in == STAGE_OPEN ||
	       upstream->failed_in == STAGE_READY;
}

static bool rule_lost(struct session *session)
{
	struct upstream *upstream = session->upstream;

	if (!upstream || upstream->stage != STAGE_LOST ||
	    !client_has_room(&session->client))
		return false;
	if (session->phase != PHASE_STREAM && !must_play(session)) {
		outcome_give_back(session); /* nothing is said to it just now */
	} else if (is_replaceable(session)) {
		session->replacements++;
		outcome_give_back(session);
	} else if (session->phase == PHASE_STREAM && upstream->is_end_out) {
		outcome_by_failure(session, FAIL_LOST_AFTER_DOT);
	} else {
		outcome_by_failure(session, upstream->failure);
	}
	return true;
}

/* ---- the device is gone, or has changed its mind ---- */

/* Lets go of the provider: in the middle of a body without a dot, so that
 * half a message is never a message. */
static void abandon(struct session *session)
{
	if (session->upstream && session->phase == PHASE_STREAM)
		upstream_lose(session->upstream, FAIL_CLIENT_GONE,
		    SPAN("the device left in the middle of a message"));
	outcome_give_back(session);
}

static bool rule_reset(struct session *session)
{
	if (session->phase != PHASE_ENVELOPE || session->is_pending ||
	    session->client.envelope != CLIENT_NO_ENVELOPE)
		return false;
	if (session->envelope.count == 1 && session->outcome.len > 0)
		outcome_tell(session); /* every recipient was refused */
	abandon(session);
	outcome_end(session);
	return true;
}

static bool rule_gone(struct session *session)
{
	bool has_body = session->phase >= PHASE_COLLECT;

	if (session->client.state < CLIENT_LEAVING ||
	    session->phase == PHASE_IDLE || session->is_whole)
		return false;
	abandon(session);
	if (has_body && !session->outcome.is_known)
		outcome_by_failure(session, FAIL_CLIENT_GONE);
	if (has_body ||
	    (session->phase == PHASE_ENVELOPE && session->envelope.count == 1 &&
		session->outcome.len > 0))
		outcome_tell(session);
	outcome_end(session);
	return true;
}

/* ---- the two sides go on ---- */

static bool rule_play(struct session *session)
{
	struct upstream *upstream = session->upstream;
	bool is_sender = session->said == 0;
	char storage[PATH_MAX_OCTETS];
	struct span path;

	if (!upstream || !must_play(session) ||
	    session->said == envelope_end(&session->envelope))
		return false;
	if (is_sender ? !upstream_is_ready(upstream)
		      : !upstream_takes_rcpt(upstream))
		return false;
	path = envelope_path(&session->envelope, &session->said);
	if (is_sender)
		upstream_mail(upstream, sending_sender(session, path, storage),
		    &session->envelope.parameters);
	else
		upstream_rcpt(upstream, path);
	return true;
}

static bool rule_data(struct session *session)
{
	struct upstream *upstream = session->upstream;
	enum failure failure;

	if (!upstream || !rules_want_data(session) ||
	    upstream->stage != STAGE_OPEN || upstream_answer(upstream) ||
	    session->played < envelope_end(&session->envelope))
		return false;
	failure = sending_plan(session);
	if (!upstream->offers.eight_bit && session->has_eight_bit)
		failure = FAIL_EIGHT_BIT;
	if (failure != FAIL_NONE) {
		outcome_by_failure(session, failure);
		return true;
	}
	upstream_data(upstream);
	session->phase = PHASE_STREAM;
	return true;
}

static bool is_streaming(const struct session *session, enum stage stage)
{
	return session->upstream && session->phase == PHASE_STREAM &&
	       session->upstream->stage == stage;
}

/* Is there content enough to be said, or is it all there is? */
static bool is_worth_it(const struct session *session)
{
	return session->is_whole || is_full(session) ||
	       buf_len(&session->hold) >= WORTH_OCTETS;
}

/* Content that comes slowly is not said octet by octet: what is here becomes
 * a chunk once it is worth one. */
static bool rule_chunk(struct session *session)
{
	bool is_last;
	struct chunk next;

	if (!is_streaming(session, STAGE_CHUNKS) || !is_worth_it(session) ||
	    again_is_second(session) ||
	    !upstream_takes_chunk(session->upstream, false))
		return false;
	next = sending_count(session, &is_last);
	is_last = is_last && session->is_whole;
	if (is_last ? !upstream_takes_chunk(session->upstream, true)
		    : next.octets == 0)
		return false;
	upstream_chunk(session->upstream, &next, is_last);
	return true;
}

/* A little that is left over waits for what follows, if that is here. */
static bool rule_stream(struct session *session)
{
	struct span piece;
	size_t len;

	if (!is_streaming(session, STAGE_BODY) &&
	    !is_streaming(session, STAGE_CHUNK))
		return false;
	if (session->is_flowing && !is_worth_it(session) &&
	    is_streaming(session, STAGE_BODY))
		return false;
	piece = sending_peek(session);
	if (piece.len == 0)
		return false;
	len = upstream_body(session->upstream, piece);
	sending_took(session, len);
	return len > 0;
}

static bool rule_dot(struct session *session)
{
	if (!is_streaming(session, STAGE_BODY) || !session->is_whole ||
	    again_is_second(session) || sending_peek(session).len > 0)
		return false;
	return upstream_dot(session->upstream);
}

/* The outcome is known and the device has said its dot: it hears now. */
static bool rule_finish(struct session *session)
{
	if (session->phase != PHASE_SWALLOW || !session->is_whole ||
	    !client_has_room(&session->client))
		return false;
	outcome_say(session);
	outcome_tell(session);
	again_note(session);
	/* Behind a wrong end anything may stand: it is never heard. */
	if (session->body.is_wrong_end)
		client_leave(&session->client);
	outcome_end(session);
	return true;
}

/* No new transaction: whoever has none open is told, and leaves. */
static bool rule_drain(struct session *session)
{
	if (!session->is_draining || session->phase > PHASE_LEASING ||
	    session->upstream || session->client.state >= CLIENT_LEAVING ||
	    !client_has_room(&session->client))
		return false;
	session->phase = PHASE_IDLE;
	client_say_failure(
	    &session->client, FAIL_SHUTTING_DOWN, (struct span){ 0 });
	client_leave(&session->client);
	return true;
}

static bool (*const rules[])(struct session *) = {
	rule_gone,
	rule_answer,
	rule_lost,
	rule_reset,
	rule_drain,
	again_settle,
	rule_play,
	rule_data,
	rule_chunk,
	rule_stream,
	rule_dot,
	rule_finish,
};

static bool apply_one(struct session *session)
{
	for (size_t i = 0; i < array_len(rules); i++)
		if (rules[i](session))
			return true;
	return false;
}

/* see rules.h */
bool rules_settle(struct session *session)
{
	unsigned steps = 0;

	while (apply_one(session))
		ENSURE(++steps < SETTLE_STEPS);
	return steps > 0;
}
