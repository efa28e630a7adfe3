#include "config/account.h"

#include "base/ensure.h"
#include "config/files.h"
#include "config/resolve.h"

#define AT(field) offsetof(struct account_draft, field)

/* clang-format off */
static const struct value_word protections[] = {
	{ "starttls", UPSTREAM_STARTTLS },
	{ "implicit", UPSTREAM_IMPLICIT },
	{ "none",     UPSTREAM_PLAIN },
};
static const struct value_words tls_words = {
	protections, array_len(protections),
};

static const struct value_word treatments[] = {
	{ "rewrite", SIGNED_REWRITE },
	{ "pass",    SIGNED_PASS },
	{ "refuse",  SIGNED_REFUSE },
};
static const struct value_words signed_words = {
	treatments, array_len(treatments),
};

static const struct value_word answers[] = {
	{ "no",  0 },
	{ "yes", 1 },
};
static const struct value_words chunking_words = {
	answers, array_len(answers),
};

static const struct value_word grants[] = {
	{ "device",             OAUTH_DEVICE },
	{ "code",               OAUTH_CODE },
	{ "client-credentials", OAUTH_CLIENT_CREDENTIALS },
	{ "service-account",    OAUTH_SERVICE_ACCOUNT },
};
static const struct value_words grant_words = { grants, array_len(grants) };

static const struct value_range ports       = { 1, 65535 };
static const struct value_range connections = { 1, 1000 };
static const struct value_range rates       = { 1, 100000 };
static const struct value_range warm_time   = { 0, 3600 };
/* clang-format on */

/* Names every word `auth` takes. */
static enum value_verdict bad_auth(struct reading *reading, struct span value)
{
	return value_bad(reading,
	    "%s is none of auto, none, plain, login, cram-md5, digest-md5, "
	    "scram-sha-1, scram-sha-256, xoauth2, oauthbearer, external, "
	    "pop-before-smtp",
	    value_shown(reading, value));
}

/* Into a struct account_choice. Which mechanisms there are `sasl` knows. */
static enum value_verdict read_auth(
    struct reading *reading, struct span value, const void *none, void *field)
{
	struct account_choice *choice = field;
	enum sasl_mechanism mechanism = sasl_find(value);

	(void)none;
	*choice = (struct account_choice){ .kind = ACCOUNT_AUTH_AUTO };
	if (span_equal_nocase(value, SPAN("auto")))
		return VALUE_GOOD;
	if (span_equal_nocase(value, SPAN("none"))) {
		choice->kind = ACCOUNT_AUTH_NONE;
		return VALUE_GOOD;
	}
	if (span_equal_nocase(value, SPAN("pop-before-smtp"))) {
		choice->kind = ACCOUNT_AUTH_POP;
		return VALUE_GOOD;
	}
	if (mechanism == SASL_MECHANISM_COUNT)
		return bad_auth(reading, value);
	choice->kind = ACCOUNT_AUTH_ONE;
	choice->mechanism = mechanism;
	return VALUE_GOOD;
}

/* clang-format off */
static const struct section_key keys[] = {
	{ "provider",           provider_read,   AT(provider), NULL },
	{ "host",               network_host,    AT(host), NULL },
	{ "port",               value_number,    AT(port), &ports },
	{ "tls",                value_word,      AT(tls), &tls_words },
	{ "tls_name",           network_host,    AT(tls_name), NULL },
	{ "ca_file",            files_readable,  AT(ca_file), NULL },
	{ "pin_sha256",         network_pins,    AT(pins), NULL },
	{ "client_certificate", files_readable,  AT(client_certificate), NULL },
	{ "client_key",         files_private,   AT(client_key), NULL },
	{ "user",               value_text,      AT(user), NULL },
	{ "password_file",      files_secret,    AT(password_file), NULL },
	{ "password_command",   value_text,      AT(password_command), NULL },
	{ "password",           value_text,      AT(password), NULL },
	{ "token_command",      value_text,      AT(token_command), NULL },
	{ "auth",               read_auth,       AT(auth), NULL },
	{ "pop_host",           network_host,    AT(pop_host), NULL },
	{ "pop_port",           value_number,    AT(pop_port), &ports },
	{ "region",             network_label,   AT(region), NULL },
	{ "hello",              network_hello_upstream, AT(hello), NULL },
	{ "sender",             network_mailbox, AT(sender), NULL },
	{ "senders",            value_texts,     AT(senders), NULL },
	{ "signed",             value_word,      AT(is_signed), &signed_words },
	{ "chunking",           value_word,      AT(chunking), &chunking_words },
	{ "connections",        value_number,    AT(connections), &connections },
	{ "rate",               value_number,    AT(rate), &rates },
	{ "keep_warm",          value_duration,  AT(keep_warm_s), &warm_time },

	{ "oauth_grant",              value_word,     AT(oauth.grant), &grant_words },
	{ "oauth_client_id",          value_text,     AT(oauth.client_id), NULL },
	{ "oauth_client_secret_file", files_secret,   AT(oauth.client_secret), NULL },
	{ "oauth_client_secret_ends", value_day,      AT(oauth.client_secret_ends), NULL },
	{ "oauth_certificate",        files_readable, AT(oauth.certificate), NULL },
	{ "oauth_key",                files_private,  AT(oauth.key), NULL },
	{ "oauth_tenant",             network_host,   AT(oauth.tenant), NULL },
	{ "oauth_scope",              value_text,     AT(oauth.scope), NULL },
	{ "oauth_token_url",          value_url,      AT(oauth.token_url), NULL },
	{ "oauth_device_url",         value_url,      AT(oauth.device_url), NULL },
	{ "oauth_authorize_url",      value_url,      AT(oauth.authorize_url), NULL },
	{ "oauth_ca_file",            files_readable, AT(oauth.ca_file), NULL },
	{ "oauth_subject",            value_text,     AT(oauth.subject), NULL },
};
/* clang-format on */

const struct section_keys account_keys = { keys, array_len(keys) };

/* see account.h */
void account_read(struct draft *draft, const struct ini_section *section)
{
	struct settings *settings = draft->settings;
	struct account_draft read = { .chunking = 1 };
	struct account_settings *list;

	section_read(draft, section, &account_keys, &read);
	section_check_secret(draft, section, "password");
	list = arena_grow(draft->reading.arena, (void *)settings->accounts,
	    &settings->account_count, sizeof(*list));
	settings->accounts = list;
	resolve_account(
	    draft, section, &read, &list[settings->account_count - 1]);
}
