#include <string.h>

#include "base/ensure.h"
#include "transcripts/show.h"

static uint32_t mechanisms_of(struct span names)
{
	uint32_t set = 0;
	struct span word;

	while ((word = span_word(&names)).len > 0)
		set |= SASL_BIT(sasl_find(word));
	return set;
}

/* ---- settings with a number ---- */

static void set_envelope(struct show *show, uint64_t number)
{
	show->world.envelope = number;
}

static void set_message_size(struct show *show, uint64_t number)
{
	show->world.client_policy.message_size = number;
}

static void set_recipients(struct show *show, uint64_t number)
{
	show->world.client_policy.recipients = (unsigned)number;
}

static void set_hide(struct show *show, uint64_t number)
{
	show->world.client_policy.hide = (unsigned)number;
}

static void set_complete(struct show *show, uint64_t number)
{
	show->world.client_policy.completes = number != 0;
}

static void set_any_end(struct show *show, uint64_t number)
{
	show->world.client_policy.takes_any_end = number != 0;
}

static void set_token(struct show *show, uint64_t number)
{
	ENSURE(number <= sizeof(show->secret));
	memset(show->secret, 'x', number);
	show->world.secret = (struct secret){ show->secret, number };
}

/* clang-format off */
static const struct number_row {
	const char *key;
	void (*set)(struct show *, uint64_t number);
} numbers[] = {
	{ "envelope",     set_envelope },
	{ "message_size", set_message_size },
	{ "recipients",   set_recipients },
	{ "hide",         set_hide },
	{ "token",        set_token },
	{ "complete",     set_complete },
	{ "any-end",      set_any_end },
};
/* clang-format on */

/* ---- settings with words ---- */

/* How much; or all, of which the first part has the size said before. */
static void set_hold(struct show *show, struct span value)
{
	uint64_t number;

	if (span_equal(value, SPAN("all")))
		show->world.client_policy.holds_all = true;
	else if (span_number(value, WORLD_OCTETS, &number))
		show->world.hold = number;
	else
		show_fail(show, "neither a number nor all", value);
}

static void set_redirect(struct show *show, struct span value)
{
	show->world.client_policy.redirect = value;
}

static void set_domain(struct show *show, struct span value)
{
	show->world.upstream_policy.domain = value;
}

/* One pattern, which must live as long as the show. */
static void set_allowed(struct show *show, struct span value)
{
	static char pattern[256];
	static const char *const list[] = { pattern };

	ENSURE(value.len < sizeof(pattern));
	memcpy(pattern, value.ptr, value.len);
	pattern[value.len] = '\0';
	show->world.client_policy.allowed = list;
	show->world.client_policy.allowed_count = 1;
}

/* The account's sender: every address begins in the script and stays there. */
static void set_sender(struct show *show, struct span value)
{
	show->world.upstream_policy.sender = value;
}

static void set_signed(struct show *show, struct span value)
{
	show->world.upstream_policy.is_signed =
	    span_equal(value, SPAN("pass"))	? SIGNED_PASS
	    : span_equal(value, SPAN("refuse")) ? SIGNED_REFUSE
						: SIGNED_REWRITE;
}

static void set_tls(struct show *show, struct span value)
{
	enum upstream_security *security =
	    &show->world.upstream_policy.security;

	*security = UPSTREAM_STARTTLS;
	if (span_equal(value, SPAN("implicit")))
		*security = UPSTREAM_IMPLICIT;
	else if (span_equal(value, SPAN("none")))
		*security = UPSTREAM_PLAIN;
}

static void set_auth(struct show *show, struct span value)
{
	show->world.upstream_policy.mechanisms =
	    span_equal(value, SPAN("none")) ? 0 : mechanisms_of(value);
}

static void set_hello(struct show *show, struct span value)
{
	show->world.upstream_policy.hello = value;
}

/* off, or require: then the login is "copier" with "4711". */
static void set_client_auth(struct show *show, struct span value)
{
	static char password[] = "4711";
	static const struct client_login login = { SPAN("copier"),
		{ password, sizeof(password) - 1 } };
	struct client_policy *policy = &show->world.client_policy;

	policy->auth = span_equal(value, SPAN("require")) ? CLIENT_AUTH_REQUIRE
							  : CLIENT_AUTH_OFF;
	policy->logins = &login;
	policy->login_count = 1;
}

/* TLS of the listener: starttls, implicit. */
static void set_client_tls(struct show *show, struct span value)
{
	show->world.client_policy.tls = span_equal(value, SPAN("implicit"))
					    ? CLIENT_TLS_IMPLICIT
					    : CLIENT_TLS_STARTTLS;
}

static void set_credential(struct show *show, struct span value)
{
	(void)value;
	show->world.is_secret_late = true;
}

static void set_chunking(struct show *show, struct span value)
{
	show->world.upstream_policy.chunking = span_equal(value, SPAN("yes"));
}

static void set_log(struct show *show, struct span value)
{
	(void)value;
	show->world.log = LOG_LEVEL_TRACE;
}

/* clang-format off */
static const struct word_row {
	const char *key;
	void (*set)(struct show *, struct span value);
} words[] = {
	{ "hold",        set_hold },        /* a number, all */
	{ "tls",         set_tls },
	{ "auth",        set_auth },
	{ "hello",       set_hello },
	{ "client-auth", set_client_auth }, /* off, require */
	{ "client-tls",  set_client_tls },  /* starttls, implicit */
	{ "credential",  set_credential },  /* late */
	{ "chunking",    set_chunking },    /* yes, no */
	{ "log",         set_log },         /* trace */
	{ "sender",      set_sender },
	{ "redirect",    set_redirect },
	{ "domain",      set_domain },
	{ "allowed",     set_allowed },
	{ "signed",      set_signed },      /* pass, refuse */
};
/* clang-format on */

/* see show.h */
void show_set(struct show *show, struct span line)
{
	struct span key = span_word(&line);
	struct span value = span_trim(line);
	uint64_t number;

	for (size_t i = 0; i < array_len(words); i++)
		if (span_equal(key, span_of(words[i].key))) {
			words[i].set(show, value);
			return;
		}
	for (size_t i = 0; i < array_len(numbers); i++)
		if (span_equal(key, span_of(numbers[i].key)) &&
		    span_number(value, 100000000, &number)) {
			numbers[i].set(show, number);
			return;
		}
	show_fail(show, "unknown setting", key);
}

/* see show.h */
void show_set_defaults(struct show *show)
{
	struct world *world = &show->world;

	memcpy(show->secret, "secret", 6);
	world->secret = (struct secret){ show->secret, 6 };
	world->hold = 65536;
	world->envelope = 65536;
	world->log = LOG_LEVEL_INFO;
	world->client_policy = (struct client_policy){
		.hello = SPAN("relay"),
		.device = SPAN("copier"),
		.chance = 1234,
		.recipients = 100,
		.command_timeout_s = 300,
		.message_timeout_s = 1800,
	};
	world->upstream_policy = (struct upstream_policy){
		.account = SPAN("office"),
		.host = SPAN("mx.example"),
		.port = 587,
		.hello = SPAN("relay.example"),
		.user = SPAN("scan@example.com"),
		.mechanisms = SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_LOGIN) |
			      SASL_BIT(SASL_CRAM_MD5),
		.chunking = true,
	};
}
