#include "relay/asks.h"

#include "base/ensure.h"
#include "relay/outcome.h"

enum { DATA_REPLY_OCTETS = 64 };

/* see asks.h */
uint64_t asks_size_limit(const struct session *session)
{
	uint64_t ours = session->policy->message_size;
	uint64_t theirs = session->client.provider_size;

	if (ours == 0 || (theirs != 0 && theirs < ours))
		return theirs;
	return ours;
}

/* "root" becomes root at the account's domain; the null path stays null. */
static struct address complete(
    const struct session *session, const struct address *address)
{
	struct address completed = *address;

	if (!address_is_null(address) && address->domain.len == 0 &&
	    address->local.len + 1 + session->domain.len <= ADDRESS_MAX_OCTETS)
		completed.domain = session->domain;
	return completed;
}

static void begin_transaction(struct session *session, const struct ask *ask)
{
	struct address address = complete(session, &ask->address);

	/* The storage was just lent: the first path always fits. */
	ENSURE(envelope_add(&session->envelope, &address));
	session->envelope.parameters = ask->parameters;
	session->is_pending = true;
	session->phase = PHASE_ENVELOPE;
}

/* Nothing comes of it: the device hears why, and the log has a line. */
static void refuse_mail(struct session *session, const struct ask *ask)
{
	char storage[PATH_MAX_OCTETS + 1];

	envelope_init(&session->envelope, storage, sizeof(storage));
	ENSURE(envelope_add(&session->envelope, &ask->address));
	outcome_by_failure(session, session->failure);
	session->envelope = (struct envelope){ 0 };
}

/* Each ask returns whether it is used up; if not, it is asked again. */
static bool ask_mail(struct session *session, const struct ask *ask)
{
	uint64_t limit = asks_size_limit(session);

	session->asked = ask->address;
	if (session->phase == PHASE_IDLE) {
		session->phase = PHASE_LEASING;
		session->began = session->now;
		session->body = (struct body){ 0 };
		session->account = (struct span){ 0 };
		session->host = (struct span){ 0 };
		if (limit == 0 || ask->parameters.size <= limit)
			return false;
		session->failure = FAIL_TOO_LARGE;
	}
	if (session->failure != FAIL_NONE)
		refuse_mail(session, ask);
	else if (session->upstream)
		begin_transaction(session, ask);
	else
		return false;
	return true;
}

/* May the device send there? */
static bool is_recipient_allowed(
    const struct session *session, const struct address *address)
{
	const struct client_policy *policy = session->policy;
	char storage[ADDRESS_MAX_OCTETS];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	address_put(&text, address);
	for (size_t i = 0; i < policy->allowed_count; i++)
		if (span_matches(text_span(&text), span_of(policy->allowed[i])))
			return true;
	return policy->allowed_count == 0;
}

/* Where the recipient's mail goes; false when it goes nowhere new. */
static bool redirect(struct session *session, struct address *address)
{
	struct span to = session->policy->redirect;

	if (to.len == 0)
		return true;
	/* It was an address when the configuration was read. */
	ENSURE(address_read(to, address) == ADDRESS_READY);
	return session->envelope.count == 1;
}

static bool ask_rcpt(struct session *session, const struct ask *ask)
{
	unsigned recipients = session->envelope.count - 1;
	struct address address = complete(session, &ask->address);

	if (!is_recipient_allowed(session, &address))
		client_say(&session->client,
		    "550 5.7.1 This device may not send to that address");
	else if (!redirect(session, &address))
		client_say(&session->client, "250 2.1.5 OK");
	else if (recipients >= session->policy->recipients ||
		 !envelope_add(&session->envelope, &address))
		client_say_failure(&session->client, FAIL_TOO_MANY_RECIPIENTS,
		    (struct span){ 0 });
	else
		session->is_pending = true;
	return true;
}

/*
 * Two replies follow without the device being asked again, so there must be
 * room for both: else a device that reads nothing could keep a provider's
 * answer, and its connection, waiting for ever.
 */
static bool ask_data(struct session *session, const struct ask *ask)
{
	(void)ask;
	if (buf_room(&session->client.out) <
	    DATA_REPLY_OCTETS + CLIENT_REPLY_OCTETS)
		return false;
	body_init(&session->body, session->policy->takes_any_end);
	buf_clear(&session->hold);
	session->has_eight_bit = false;
	session->phase = PHASE_COLLECT;
	/* Minutes may pass before the dot. An account has few connections, and
	 * its provider does not wait so long with a transaction open: the
	 * envelope is said again then, to any of them. */
	if (session->policy->holds_all)
		outcome_give_back(session);
	session->deadline =
	    session->now + 1000 * (uint64_t)session->policy->message_timeout_s;
	client_say(&session->client, "354 End with a dot on a line by itself");
	return true;
}

static bool (*const asks[VERB_COUNT])(struct session *, const struct ask *) = {
	[VERB_MAIL] = ask_mail,
	[VERB_RCPT] = ask_rcpt,
	[VERB_DATA] = ask_data,
};

/* see asks.h */
bool asks_answer(struct session *session, const struct ask *ask)
{
	return asks[ask->verb](session, ask);
}
