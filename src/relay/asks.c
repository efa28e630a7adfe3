#include "relay/asks.h"

#include "base/ensure.h"
#include "relay/again.h"
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
	session->phase = PHASE_ENVELOPE;
	session->is_pending = !session->upstream->offers.pipelining;
	if (session->is_pending)
		return;
	/* It is said to the provider together with the first RCPT. */
	session->client.envelope = CLIENT_SENDER;
	client_say(&session->client, "250 2.1.0 OK");
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

/* Of a list all must be: nothing is said of a list that is half allowed. */
static bool is_ask_allowed(const struct session *session, const struct ask *ask)
{
	struct span more = ask->more;
	struct address address = ask->address;

	do {
		address = complete(session, &address);
		if (!is_recipient_allowed(session, &address))
			return false;
	} while (address_next(&more, &address));
	return true;
}

static bool add_recipient(
    struct session *session, const struct address *address)
{
	return session->envelope.count - 1 < session->policy->recipients &&
	       envelope_add(&session->envelope, address);
}

/* Whatever was asked becomes one recipient. */
static bool add_redirected(struct session *session)
{
	struct address address;

	/* It was an address when the configuration was read. */
	ENSURE(
	    address_read(session->policy->redirect, &address) == ADDRESS_READY);
	return add_recipient(session, &address);
}

/* One recipient, or all of a list; false when one has no place. */
static bool add_asked(struct session *session, const struct ask *ask)
{
	struct span more = ask->more;
	struct address address = ask->address;

	do {
		address = complete(session, &address);
		if (!add_recipient(session, &address))
			return false;
	} while (address_next(&more, &address));
	return true;
}

/* One is too many: of a list none stays. */
static void refuse_recipients(struct session *session)
{
	envelope_take_back(&session->envelope);
	client_say_failure(
	    &session->client, FAIL_TOO_MANY_RECIPIENTS, (struct span){ 0 });
}

/* Once a connection: it is one device that does so all the time. */
static void tell_list(struct session *session)
{
	if (session->has_listed ||
	    !fact_begin(session->facts, LOG_LEVEL_WARN, "address-list"))
		return;
	session->has_listed = true;
	fact_word(session->facts, "client", session->peer);
	fact_word(session->facts, "hint",
	    SPAN("several addresses came as one recipient; each is told to "
		 "the provider, and if it refuses one the device hears so for "
		 "all of them"));
	fact_end(session->facts);
}

static bool ask_rcpt(struct session *session, const struct ask *ask)
{
	bool is_redirected = session->policy->redirect.len > 0;

	if (session->outcome.is_known) {
		outcome_say(session); /* its sender was refused */
		return true;
	}
	if (ask->more.len > 0)
		tell_list(session);
	envelope_mark(&session->envelope);
	if (!is_ask_allowed(session, ask))
		client_say(&session->client,
		    "550 5.7.1 This device may not send to that address");
	else if (is_redirected && session->envelope.count > 1)
		client_say(&session->client, "250 2.1.5 OK");
	else if (is_redirected ? add_redirected(session)
			       : add_asked(session, ask))
		session->is_pending = true;
	else
		refuse_recipients(session);
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
	again_begin(session);
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
