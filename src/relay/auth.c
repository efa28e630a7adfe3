#include "relay/auth.h"

#include "relay/stage.h"

/* How much is kept of what a challenge says of a refusal. */
enum { REFUSAL_OCTETS = 200 };

/* see auth.h */
void auth_say(struct upstream *upstream)
{
	login_say(&upstream->login, &upstream->out);
}

/* see auth.h */
uint32_t auth_mechanisms(const struct upstream *upstream)
{
	return login_usable(&upstream->login, upstream->policy->mechanisms,
	    ehlo_auth(&upstream->offers), upstream->is_secure);
}

/* see auth.h */
enum stage auth_begin(struct upstream *upstream)
{
	struct span offered = ehlo_auth(&upstream->offers);

	if (upstream->policy->mechanisms == 0)
		return STAGE_READY;
	if (offered.len == 0)
		return stage_lost(
		    upstream, FAIL_NO_AUTH, SPAN("no AUTH in its EHLO"));
	if (auth_mechanisms(upstream) == 0)
		return stage_lost(upstream, FAIL_NO_MECHANISM, offered);
	return STAGE_CREDENTIAL;
}

/* This one is of no use here, so the next one's turn, if there is one. */
static bool try_next(struct upstream *upstream, struct span why)
{
	const char *event = "login-next";

	login_turned_away(&upstream->login);
	if (auth_mechanisms(upstream) == 0)
		return false;
	if (fact_begin(upstream->facts, LOG_LEVEL_INFO, event)) {
		fact_word(
		    upstream->facts, "account", upstream->policy->account);
		fact_word(upstream->facts, "not",
		    sasl_name(login_mechanism(&upstream->login)));
		fact_word(upstream->facts, "why", why);
		fact_end(upstream->facts);
	}
	return true;
}

/*
 * A digest was refused where the password could also be shown: servers that
 * keep hashes of passwords often list digests they cannot check. They say so
 * as they say that a password is wrong; other codes mean what they say.
 */
static bool may_lack_password(
    const struct upstream *upstream, const struct reply *reply)
{
	const uint32_t shown = SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_LOGIN);
	enum sasl_mechanism mechanism = login_mechanism(&upstream->login);
	struct span enhanced = reply_enhanced(reply);

	return reply->code == 535 &&
	       (enhanced.len == 0 || span_equal(enhanced, SPAN("5.7.8"))) &&
	       sasl_needs(mechanism) == SASL_NEEDS_PASSWORD &&
	       !(SASL_BIT(mechanism) & shown) &&
	       login_usable(&upstream->login, shown,
		   ehlo_auth(&upstream->offers), upstream->is_secure) != 0;
}

/* A challenge may have said more than the reply does: both are told. */
static void lose_refused(struct upstream *upstream, const struct reply *reply)
{
	char storage[REFUSAL_OCTETS];
	struct text said;

	text_init(&said, storage, sizeof(storage));
	text_put(&said, text_span(&upstream->detail));
	stage_lost_by_reply(upstream, FAIL_AUTH_REFUSED, reply);
	if (said.len == 0)
		return;
	text_puts(&upstream->detail, ", and before that: ");
	text_put(&upstream->detail, text_span(&said));
}

/*
 * A listed mechanism may be turned away all the same, and one whose challenge
 * had no answer was cancelled: nothing was lost by either. A password that was
 * refused is not tried again in another form, which would lock a mailbox twice
 * as soon.
 */
static enum stage refuse_login(
    struct upstream *upstream, const struct reply *reply)
{
	struct span why = login_why(&upstream->login);
	bool may_lack = may_lack_password(upstream, reply);

	if (why.len > 0)
		return try_next(upstream, why)
			   ? STAGE_CREDENTIAL
			   : stage_lost(upstream, FAIL_AUTH_METHOD, why);
	if ((reply->code == 504 || reply->code == 502 || reply->code == 500) &&
	    try_next(upstream, SPAN("not known to the server")))
		return STAGE_CREDENTIAL;
	if (reply_class(reply) == 4)
		return stage_lost_by_reply(upstream, FAIL_AUTH_LATER, reply);
	lose_refused(upstream, reply);
	if (may_lack)
		upstream->advice = SPAN(
		    "user or password is wrong; or the server cannot check it "
		    "by this method, though it offers it: then set auth = "
		    "plain or login");
	return STAGE_LOST;
}

/* The words of the refusal to come (RFC 7628 3.2.2, RFC 5802 7): for the log,
 * and beside it. */
static void tell_refusal(struct upstream *upstream, struct span said)
{
	if (login_is_echoed(&upstream->login, said))
		said = (struct span){ 0 };
	upstream->detail.len = 0;
	text_put(&upstream->detail, span_first(said, REFUSAL_OCTETS));
	if (!fact_begin(upstream->facts, LOG_LEVEL_WARN, "login-refused"))
		return;
	fact_word(upstream->facts, "account", upstream->policy->account);
	fact_word(upstream->facts, "said", said);
	fact_end(upstream->facts);
}

static enum stage on_challenge(
    struct upstream *upstream, const struct reply *reply)
{
	char storage[SASL_CHALLENGE_OCTETS];
	struct span said = login_decode(reply, storage, sizeof(storage));
	enum sasl_verdict verdict =
	    login_challenge(&upstream->login, said, &upstream->out);

	if (verdict == SASL_BROKEN && upstream->is_cancelled)
		return stage_lost_by_reply(upstream, FAIL_MALFORMED, reply);
	if (verdict == SASL_IMPOSTOR)
		return stage_lost(
		    upstream, FAIL_AUTH_IMPOSTOR, SPAN("its proof is wrong"));
	upstream->is_cancelled = verdict == SASL_BROKEN;
	if (verdict == SASL_REFUSED)
		tell_refusal(upstream, said);
	return STAGE_AUTH;
}

/* see auth.h */
void auth_tell_ready(struct upstream *upstream)
{
	const struct upstream_policy *policy = upstream->policy;

	if (!fact_begin(upstream->facts, LOG_LEVEL_DEBUG, "upstream-ready"))
		return;
	fact_word(upstream->facts, "account", policy->account);
	fact_word(upstream->facts, "host", policy->host);
	fact_number(upstream->facts, "port", policy->port);
	fact_word(upstream->facts, "auth",
	    policy->mechanisms ? sasl_name(login_mechanism(&upstream->login))
			       : SPAN("none"));
	fact_number(
	    upstream->facts, "after_ms", upstream->now - upstream->began);
	fact_end(upstream->facts);
}

/* see auth.h */
enum stage auth_hear(struct upstream *upstream, const struct reply *reply)
{
	if (reply->code == 334)
		return on_challenge(upstream, reply);
	if (reply_class(reply) != 2)
		return refuse_login(upstream, reply);
	if (!login_succeeds(&upstream->login, reply))
		return stage_lost(upstream, FAIL_AUTH_IMPOSTOR,
		    SPAN("it took the login without its proof"));
	return STAGE_READY;
}

/* see auth.h */
void auth_end(struct upstream *upstream)
{
	upstream->is_cancelled = false;
	login_finish(&upstream->login);
	if (upstream->out.data)
		wipe(upstream->out.data, upstream->out.cap);
	buf_clear(&upstream->out);
}
