#include "relay/again.h"

#include "relay/outcome.h"

/* see again.h */
bool again_is_second(const struct session *session)
{
	return session->is_whole && !session->is_judged && session->receipts &&
	       (session->phase == PHASE_COLLECT ||
		   session->phase == PHASE_STREAM);
}

/* What makes a message this message: who sends it, to whom, and what.
 *
 * see again.h */
void again_begin(struct session *session)
{
	struct hash *digest = &session->digest;

	if (!session->receipts)
		return;
	hash_init(digest, &session->receipts->key);
	hash_put(digest, session->policy->device);
	hash_put(digest, SPAN("\n"));
	hash_put(digest, session->peer);
	hash_put(digest, SPAN("\n"));
	hash_put(digest, text_span(&session->envelope.paths));
	hash_put(digest, SPAN("\n"));
}

/* The provider has it, and the device did not hear so. What of the second copy
 * is on its way ends without a dot. */
static void answer_again(struct session *session, uint64_t digest)
{
	/* Who has left again will come again. */
	if (!session->has_left)
		receipts_forget(session->receipts, digest);
	if (session->upstream && session->phase == PHASE_STREAM)
		upstream_lose(session->upstream, FAIL_CLIENT_GONE,
		    SPAN("given up before its dot, since the provider has the "
			 "message already"));
	outcome_again(session);
}

/* see again.h */
void again_give_up(struct session *session)
{
	if (session->upstream && session->phase == PHASE_STREAM)
		upstream_lose(session->upstream, FAIL_CLIENT_GONE,
		    SPAN("given up before its dot, since it is not known "
			 "whether the provider has the message already"));
	outcome_by_failure(session, FAIL_LOST_AFTER_DOT);
}

/* The device has said its dot: is it a message that was sent before? It is
 * looked at once; a second copy waits for the first.
 *
 * see again.h */
bool again_settle(struct session *session)
{
	uint64_t digest;

	if (!again_is_second(session))
		return false;
	digest = hash_value(&session->digest);
	switch (receipts_look(session->receipts, digest, session->now)) {
	case RECEIPTS_PENDING:
		if (session->client.state != CLIENT_GONE)
			return false;
		again_give_up(session);
		return true;
	case RECEIPTS_SENT:
		answer_again(session, digest);
		return true;
	case RECEIPTS_NONE:
		break;
	}
	session->is_judged = true;
	if (session->has_left)
		receipts_left(session->receipts, digest, session->now);
	return true;
}

/* see again.h */
void again_note(struct session *session)
{
	uint64_t digest = hash_value(&session->digest);

	if (!session->is_judged)
		return;
	if (session->outcome.result == RESULT_SENT)
		session->receipt = digest;
	else if (session->has_left)
		session->lapsed = digest;
}
