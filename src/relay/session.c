#include "relay/session.h"

#include "base/ensure.h"
#include "relay/again.h"
#include "relay/asks.h"
#include "relay/content.h"
#include "relay/outcome.h"
#include "relay/rules.h"

/* A command has its time; and so has an envelope, since a connection to the
 * provider is kept for it. */
static void await_command(struct session *session)
{
	const struct client_policy *policy = session->policy;
	uint64_t end =
	    session->began + 1000 * (uint64_t)policy->message_timeout_s;

	session->deadline =
	    session->now + 1000 * (uint64_t)policy->command_timeout_s;
	if (session->phase == PHASE_ENVELOPE && session->deadline > end)
		session->deadline = end;
}

/* see session.h */
void session_init(struct session *session, const struct client_policy *policy,
    struct facts *facts, struct span peer, uint64_t now)
{
	*session = (struct session){
		.policy = policy,
		.facts = facts,
		.peer = peer,
		.now = now,
	};
	client_init(&session->client, policy, facts, peer);
	await_command(session);
}

/* ---- news ---- */

/* The device's own words about its sender go before the account's. */
static void set_rewriting(
    struct session *session, const struct upstream_policy *upstream)
{
	const struct client_policy *client = session->policy;
	struct rewrite_policy *rewriting = &session->rewriting;

	*rewriting = (struct rewrite_policy){
		.sender = upstream->sender,
		.reply_to = client->reply_to,
		.reply_address = client->reply_address,
		.is_signed = upstream->is_signed,
		.completes = client->completes,
	};
	if (client->sender.len > 0)
		rewriting->sender = client->sender;
	if (client->keeps_sender)
		rewriting->sender = (struct span){ 0 };
}

/* see session.h */
void session_lease(
    struct session *session, struct upstream *upstream, const struct loan *loan)
{
	ENSURE(rules_want_link(session));
	session->upstream = upstream;
	session->played = 0;
	session->said = 0;
	session->account = upstream->policy->account;
	session->host = upstream->policy->host;
	/* The account may have changed between two connections. */
	session->domain = upstream->policy->domain;
	set_rewriting(session, upstream->policy);
	if (session->phase != PHASE_LEASING)
		return;
	envelope_init(&session->envelope, loan->envelope, loan->envelope_size);
	buf_init(&session->hold, loan->hold, loan->hold_size);
	rewrite_init(&session->rewrite, loan->fields, loan->fields_size);
	session->time = loan->time;
	session->id = loan->id;
	session->receipts = loan->receipts;
}

/* see session.h */
void session_aim(struct session *session, struct span account)
{
	session->account = account;
}

/* see session.h */
void session_no_link(
    struct session *session, enum failure failure, struct span host)
{
	ENSURE(rules_want_link(session));
	session->host = host;
	if (session->phase == PHASE_LEASING)
		session->failure = failure; /* told when MAIL is asked again */
	else
		outcome_by_failure(session, failure);
}

/* see session.h */
struct span session_held(const struct session *session)
{
	return buf_peek(&session->hold);
}

/* see session.h */
void session_more_room(struct session *session, char *hold, size_t size)
{
	ENSURE(rules_want_room(session));
	ENSURE(size > session->hold.cap);
	buf_move(&session->hold, hold, size);
}

/* see session.h */
void session_no_room(
    struct session *session, enum failure failure, const struct loan *loan)
{
	ENSURE(rules_want_room(session));
	outcome_by_failure(session, failure);
	buf_init(&session->hold, loan->hold, loan->hold_size);
}

/* see session.h */
void session_released(struct session *session)
{
	session->wants_release = false;
}

/* see session.h */
void session_secured(struct session *session)
{
	client_secured(&session->client);
}

/* see session.h */
void session_suspect(struct session *session, unsigned refusals)
{
	session->client.refusals = refusals;
}

/* see session.h */
void session_flows(struct session *session, bool is_flowing)
{
	session->is_flowing = is_flowing;
}

/* see session.h */
void session_client_left(struct session *session)
{
	if (session->has_left)
		return;
	session->has_left = true;
	if (session->is_judged && !session->outcome.is_known)
		receipts_left(session->receipts, hash_value(&session->digest),
		    session->now);
}

/* see session.h */
void session_client_gone(struct session *session)
{
	session->client.state = CLIENT_GONE;
	session->client.envelope = CLIENT_NO_ENVELOPE;
	buf_clear(&session->client.out);
}

/* see session.h */
void session_refuse(struct session *session, enum failure failure)
{
	buf_clear(&session->client.out);
	client_say_failure(&session->client, failure, (struct span){ 0 });
	client_leave(&session->client);
}

/* see session.h */
void session_drain(struct session *session)
{
	session->is_draining = true;
}

/* see session.h */
void session_provider_size(struct session *session, uint64_t size)
{
	session->client.provider_size = size;
}

/* see session.h */
void session_warmed(struct session *session)
{
	session->has_warmed = true;
}

/* Is it the device that is waited for? */
static bool is_awaiting_client(const struct session *session)
{
	if (session->client.state >= CLIENT_LEAVING || session->is_whole)
		return false;
	return session->phase != PHASE_LEASING && !session->is_pending;
}

/* see session.h */
uint64_t session_deadline(const struct session *session)
{
	if (session->quiet_until > 0)
		return session->quiet_until;
	return is_awaiting_client(session) || session_is_second(session)
		   ? session->deadline
		   : 0;
}

/* see session.h */
void session_tick(struct session *session, uint64_t now)
{
	session->now = now;
	if (now >= session->quiet_until)
		session->quiet_until = 0;
	if (session_is_second(session) && now >= session->deadline)
		again_give_up(session);
	if (!is_awaiting_client(session) || now < session->deadline)
		return;
	if (client_has_room(&session->client))
		client_say_failure(
		    &session->client, FAIL_TOO_SLOW, (struct span){ 0 });
	client_leave(&session->client);
}

/* ---- octets ---- */

/* Commands, one after the other; stops while one is under way. */
static bool put_commands(struct session *session, struct span *in)
{
	size_t before = in->len;
	struct ask ask;

	if (session->is_pending ||
	    (session->phase == PHASE_LEASING && session->failure == FAIL_NONE &&
		!session->upstream))
		return false;
	if (client_next(&session->client, in, &ask) &&
	    asks_answer(session, &ask))
		*in = span_from(*in, ask.used);
	if (in->len == before)
		return false;
	if (session->client.wait_s > 0)
		session->quiet_until =
		    session->now + 1000 * (uint64_t)session->client.wait_s;
	session->client.wait_s = 0;
	/* A line that never ends is one command, however much of it comes. */
	if (session->phase != PHASE_COLLECT &&
	    !session->client.line.is_dropping)
		await_command(session);
	return true;
}

/* The end of the content was heard: the next command has its time. */
static bool put_content(struct session *session, struct span *in)
{
	bool has_moved;

	if (session->is_whole)
		return false;
	has_moved = content_put(session, in);
	if (session->is_whole)
		await_command(session);
	return has_moved;
}

static bool put_some(struct session *session, struct span *in)
{
	if (in->len == 0 || session->client.state >= CLIENT_SECURING ||
	    session->quiet_until > 0)
		return false;
	return session->phase >= PHASE_COLLECT ? put_content(session, in)
					       : put_commands(session, in);
}

/* see session.h */
size_t session_put(struct session *session, struct span in)
{
	struct span rest = in;
	bool was_awaiting = is_awaiting_client(session);

	do {
		rules_settle(session);
	} while (put_some(session, &rest));
	/* Our answer was said: the device's time begins. */
	if (!was_awaiting && session->phase < PHASE_COLLECT)
		await_command(session);
	/* What a device says after its last word is not heard. */
	if (session->client.state >= CLIENT_LEAVING)
		return in.len;
	return in.len - rest.len;
}

/* see session.h */
struct span session_peek(const struct session *session)
{
	if (session->quiet_until > 0)
		return (struct span){ 0 };
	return buf_peek(&session->client.out);
}

/* see session.h */
void session_took(struct session *session, size_t len)
{
	buf_took(&session->client.out, len);
}

static bool wants_close(const struct session *session)
{
	return session->client.state >= CLIENT_LEAVING &&
	       session->phase == PHASE_IDLE && !session->wants_release &&
	       buf_len(&session->client.out) == 0;
}

/* see session.h */
unsigned session_wants(const struct session *session)
{
	unsigned wants = 0;

	if (session->client.has_greeted && !session->has_warmed)
		wants |= WANT_WARM;
	if (rules_want_link(session))
		wants |= WANT_LINK;
	if (session->wants_release)
		wants |= WANT_RELEASE;
	if (rules_want_room(session))
		wants |= WANT_ROOM;
	if (wants_close(session))
		wants |= WANT_CLOSE;
	if (session->client.state == CLIENT_SECURING &&
	    buf_len(&session->client.out) == 0)
		wants |= WANT_TLS;
	return wants;
}

/* see session.h */
bool session_is_busy(const struct session *session)
{
	return session->phase > PHASE_LEASING;
}

/* see session.h */
size_t session_login(const struct session *session)
{
	return session->client.login;
}

/* see session.h */
uint64_t session_take_receipt(struct session *session)
{
	uint64_t receipt = session->receipt;

	session->receipt = 0;
	return receipt;
}

/* see session.h */
uint64_t session_take_lapsed(struct session *session)
{
	uint64_t lapsed = session->lapsed;

	session->lapsed = 0;
	return lapsed;
}

/* see session.h */
bool session_is_second(const struct session *session)
{
	return again_is_second(session);
}

/* see session.h */
unsigned session_mistakes(const struct session *session)
{
	return session->client.mistakes;
}

/* see session.h */
const struct address *session_sender(const struct session *session)
{
	return &session->asked;
}

/* see session.h */
bool session_is_leaving(const struct session *session)
{
	return session->client.state == CLIENT_LEAVING;
}

/* see session.h */
bool session_has_quit(const struct session *session)
{
	return session->client.has_quit;
}

/* see session.h */
bool session_is_starved(const struct session *session)
{
	bool is_full = session->phase > PHASE_ENVELOPE &&
		       buf_ready(&session->hold) <= BODY_STEP_OCTETS &&
		       session->phase != PHASE_SWALLOW;

	/* What is still to be said may be what it waits for. */
	return is_awaiting_client(session) && !is_full &&
	       buf_len(&session->client.out) == 0;
}

/* see session.h */
bool session_is_bound(const struct session *session)
{
	return session->phase > PHASE_LEASING;
}

/* see session.h */
bool session_is_receiving(const struct session *session)
{
	return session->phase >= PHASE_COLLECT && !session->is_whole;
}

/* see session.h */
bool session_wants_fresh(const struct session *session)
{
	return session->replacements > 0;
}
