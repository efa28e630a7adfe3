#include "relay/content.h"

#include "relay/asks.h"
#include "relay/outcome.h"

/* Looked at in one go: the hash finds it where the first look left it. */
enum { STEP_OCTETS = 16384 };

/*
 * What is wrong with the content so far, of which `fresh` just came. Whether
 * the provider takes 8-bit octets (RFC 6152) is known here only once its DATA
 * is under way. Before that it is noted for rule_data that there are some, so
 * that a message collected whole need not be looked at again from its front.
 */
static enum failure judge_content(struct session *session, struct span fresh)
{
	uint64_t limit = asks_size_limit(session);

	if (limit > 0 && session->body.octets > limit)
		return FAIL_TOO_LARGE;
	if (session->phase == PHASE_COLLECT && !session->has_eight_bit)
		session->has_eight_bit = span_has_eight_bit(fresh);
	if (session->phase == PHASE_STREAM && session->upstream &&
	    !session->upstream->offers.eight_bit && span_has_eight_bit(fresh))
		return FAIL_EIGHT_BIT;
	return FAIL_NONE;
}

static void end_content(struct session *session, enum failure failure)
{
	if (session->upstream && session->phase == PHASE_STREAM)
		upstream_lose(session->upstream, failure,
		    SPAN("the message cannot be sent on"));
	outcome_by_failure(session, failure);
}

/* see content.h */
bool content_put(struct session *session, struct span *in)
{
	struct span step = span_first(*in, STEP_OCTETS);
	size_t len = step.len;
	size_t held;
	enum failure failure;

	if (session->phase == PHASE_SWALLOW)
		buf_clear(&session->hold);
	held = buf_len(&session->hold);
	if (body_read(&session->body, &step, &session->hold) == BODY_END)
		session->is_whole = true;
	*in = span_from(*in, len - step.len);
	if (session->phase != PHASE_SWALLOW) {
		struct span fresh = span_from(buf_peek(&session->hold), held);

		hash_put(&session->digest, fresh);
		failure = judge_content(session, fresh);
		if (failure != FAIL_NONE)
			end_content(session, failure);
	}
	return step.len < len;
}
