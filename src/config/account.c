#include "config/account.h"

#include "base/ensure.h"
#include "config/files.h"
#include "config/resolve.h"

#define AT(field) offsetof(struct account_draft, field)

/* clang-format off */
static const struct value_word protections[] = {
	{ "starttls", UPSTREAM_STARTTLS, READY },
	{ "implicit", UPSTREAM_IMPLICIT, READY },
	{ "none",     UPSTREAM_PLAIN,    READY },
};
static const struct value_words tls_words = {
	protections, array_len(protections),
};

static const struct value_word treatments[] = {
	{ "rewrite", SIGNED_REWRITE, READY },
	{ "pass",    SIGNED_PASS,    READY },
	{ "refuse",  SIGNED_REFUSE,  READY },
};
static const struct value_words signed_words = {
	treatments, array_len(treatments),
};

static const struct value_word answers[] = {
	{ "no",  0, READY },
	{ "yes", 1, READY },
};
static const struct value_words chunking_words = {
	answers, array_len(answers),
};

static const struct value_word grants[] = {
	{ "device",             OAUTH_DEVICE,             READY },
	{ "code",               OAUTH_CODE,               READY },
	{ "client-credentials", OAUTH_CLIENT_CREDENTIALS, READY },
	{ "service-account",    OAUTH_SERVICE_ACCOUNT,    READY },
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

/* Into a struct account_choice. Which mechanisms there are, and which of them
 * this version has, `sasl` knows. */
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
	if (!sasl_is_ready(mechanism)) {
		value_bad(reading, "%s is not available in this version",
		    value_shown(reading, value));
		return VALUE_LATER;
	}
	choice->kind = ACCOUNT_AUTH_ONE;
	choice->mechanism = mechanism;
	return VALUE_GOOD;
}

/* clang-format off */
static const struct section_key keys[] = {
	{ "provider",           provider_read,   AT(provider),           READY, NULL },
	{ "host",               network_host,    AT(host),               READY, NULL },
	{ "port",               value_number,    AT(port),               READY, &ports },
	{ "tls",                value_word,      AT(tls),                READY, &tls_words },
	{ "tls_name",           network_host,    AT(tls_name),           READY, NULL },
	{ "ca_file",            files_readable,  AT(ca_file),            READY, NULL },
	{ "pin_sha256",         network_pins,    AT(pins),               READY, NULL },
	{ "client_certificate", files_readable,  AT(client_certificate), READY, NULL },
	{ "client_key",         files_private,   AT(client_key),         READY, NULL },
	{ "user",               value_text,      AT(user),               READY, NULL },
	{ "password_file",      files_secret,    AT(password_file),      READY, NULL },
	{ "password_command",   value_text,      AT(password_command),   READY, NULL },
	{ "password",           value_text,      AT(password),           READY, NULL },
	{ "token_command",      value_text,      AT(token_command),      READY, NULL },
	{ "auth",               read_auth,       AT(auth),               READY, NULL },
	{ "pop_host",           network_host,    AT(pop_host),           READY, NULL },
	{ "pop_port",           value_number,    AT(pop_port),           READY, &ports },
	{ "region",             network_label,   AT(region),             READY, NULL },
	{ "hello",              network_hello_upstream, AT(hello),       READY, NULL },
	{ "sender",             network_mailbox, AT(sender),             READY, NULL },
	{ "senders",            value_texts,     AT(senders),            READY, NULL },
	{ "signed",             value_word,      AT(is_signed),          READY, &signed_words },
	{ "chunking",           value_word,      AT(chunking),           READY, &chunking_words },
	{ "connections",        value_number,    AT(connections),        READY, &connections },
	{ "rate",               value_number,    AT(rate),               READY, &rates },
	{ "keep_warm",          value_duration,  AT(keep_warm_s),        READY, &warm_time },

	{ "oauth_grant",              value_word,     AT(oauth.grant),         READY, &grant_words },
	{ "oauth_client_id",          value_text,     AT(oauth.client_id),     READY, NULL },
	{ "oauth_client_secret_file", files_secret,   AT(oauth.client_secret), READY, NULL },
	{ "oauth_certificate",        files_readable, AT(oauth.certificate),   READY, NULL },
	{ "oauth_key",                files_private,  AT(oauth.key),           READY, NULL },
	{ "oauth_tenant",             network_host,   AT(oauth.tenant),        READY, NULL },
	{ "oauth_scope",              value_text,     AT(oauth.scope),         READY, NULL },
	{ "oauth_token_url",          value_url,      AT(oauth.token_url),     READY, NULL },
	{ "oauth_device_url",         value_url,      AT(oauth.device_url),    READY, NULL },
	{ "oauth_authorize_url",      value_url,      AT(oauth.authorize_url), READY, NULL },
	{ "oauth_ca_file",            files_readable, AT(oauth.ca_file),       READY, NULL },
	{ "oauth_subject",            value_text,     AT(oauth.subject),       READY, NULL },
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
