#include "relay/outcome.h"

#include "base/ensure.h"

/* clang-format off */
static const char *const result_names[] = {
	[RESULT_SENT]    = "sent",
	[RESULT_REFUSED] = "refused",
	[RESULT_FAILED]  = "failed",
	[RESULT_UNKNOWN] = "unknown",
};
/* clang-format on */
static_assert(
    array_len(result_names) == RESULT_COUNT, "every result has its name");

/* see outcome.h */
void outcome_tell(struct session *session)
{
	struct facts *facts = session->facts;
	const struct outcome *outcome = &session->outcome;
	unsigned paths = session->envelope.count;

	/* Each message has its line at info, whatever became of it. */
	if (!fact_begin(facts, LOG_LEVEL_INFO, "message"))
		return;
	fact_word(facts, "result", span_of(result_names[outcome->result]));
	fact_word(facts, "client", session->peer);
	fact_word(facts, "device", session->policy->device);
	fact_word(facts, "account", session->account);
	fact_word(facts, "from",
	    paths > 0 ? envelope_sender(&session->envelope)
		      : (struct span){ 0 });
	fact_number(facts, "rcpts", paths > 0 ? paths - 1 : 0);
	fact_number(facts, "bytes",
	    session->body.octets + (uint64_t)rewrite_growth(&session->rewrite));
	if (session->body.nuls > 0)
		fact_number(facts, "nuls", session->body.nuls);
	if (session->body.returns > 0)
		fact_number(facts, "returns", session->body.returns);
	fact_word(facts, "reply", span_make(outcome->reply, outcome->len));
	fact_number(facts, "total_ms", session->now - session->began);
	fact_end(facts);
}

/* see outcome.h */
void outcome_give_back(struct session *session)
{
	if (!session->upstream)
		return;
	upstream_heard(session->upstream); /* whatever it still said */
	session->upstream = NULL;
	session->wants_release = true;
	session->played = 0;
	session->said = 0;
}

/* see outcome.h */
void outcome_end(struct session *session)
{
	outcome_give_back(session);
	session->phase = PHASE_IDLE;
	session->is_pending = false;
	session->is_whole = false;
	session->is_judged = false;
	session->replacements = 0;
	session->failure = FAIL_NONE;
	session->outcome = (struct outcome){ 0 };
	session->rewrite = (struct rewrite){ 0 };
	session->client.envelope = CLIENT_NO_ENVELOPE;
	buf_init(&session->hold, NULL, 0);
}

/* see outcome.h */
void outcome_say(struct session *session)
{
	struct outcome *outcome = &session->outcome;
	struct buf *out = &session->client.out;

	if (session->client.state >= CLIENT_LEAVING)
		return;
	buf_put(out, span_make(outcome->reply, outcome->len));
	buf_put(out, SPAN("\r\n"));
}

static struct text outcome_text(struct session *session)
{
	struct text text;

	text_init(
	    &text, session->outcome.reply, sizeof(session->outcome.reply));
	return text;
}

/* The words are set; the device hears them at its dot, or now. */
static void end_message(struct session *session, enum result result)
{
	session->outcome.result = result;
	session->outcome.is_known = true;
	outcome_give_back(session);
	if (session->phase == PHASE_COLLECT || session->phase == PHASE_STREAM) {
		session->phase = PHASE_SWALLOW;
		return;
	}
	outcome_say(session);
	outcome_tell(session);
	outcome_end(session);
}

/* see outcome.h */
void outcome_by_reply(
    struct session *session, enum result result, const struct reply *reply)
{
	struct text text = outcome_text(session);

	reply_put(&text, reply);
	session->outcome.len = text.len;
	end_message(session, result);
}

/* see outcome.h */
void outcome_by_failure(struct session *session, enum failure failure)
{
	struct text text = outcome_text(session);
	enum result result = RESULT_FAILED;

	if (failure == FAIL_LOST_AFTER_DOT)
		result = RESULT_UNKNOWN;
	else if (failure >= FAIL_TOO_LARGE && failure <= FAIL_NO_ACCOUNT)
		result = RESULT_REFUSED;
	failure_put_reply(&text, failure, session->host);
	session->outcome.len = text.len;
	end_message(session, result);
}

/* see outcome.h */
void outcome_again(struct session *session)
{
	struct text text = outcome_text(session);

	text_puts(&text, "250 2.0.0 ");
	text_put(&text, session->host);
	text_puts(
	    &text, " took this message a while ago; it is not sent twice");
	session->outcome.len = text.len;
	end_message(session, RESULT_SENT);
}

/* see outcome.h */
void outcome_note(struct session *session, const struct reply *reply)
{
	struct text text = outcome_text(session);

	reply_put(&text, reply);
	session->outcome.len = text.len;
	session->outcome.result = RESULT_REFUSED;
}
