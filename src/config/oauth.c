#include "config/oauth.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "net/settings.h"

enum { PATH_OCTETS = 1024 };

/* ---- the grants ---- */

static const char *const grant_names[] = { "none", "device", "code",
	"client-credentials", "service-account" };
static_assert(array_len(grant_names) == OAUTH_GRANT_COUNT, "a name each");

/* see oauth.h */
const char *oauth_grant_name(enum oauth_grant grant)
{
	return grant_names[grant];
}

/* see oauth.h */
bool oauth_is_application(const struct oauth_settings *oauth)
{
	return oauth->grant == OAUTH_CLIENT_CREDENTIALS ||
	       oauth->grant == OAUTH_SERVICE_ACCOUNT;
}

enum use { NEVER, MAY, MUST };

/* Which grant wants which keys, in the order of enum oauth_grant. Of the two
 * ways for an application to prove itself, check_proof sees to one. */
#define AT(field) offsetof(struct oauth_settings, field)
/* clang-format off */
static const struct rule {
	const char *key;
	size_t offset;
	enum use use[OAUTH_GRANT_COUNT - 1]; /* there is none for OAUTH_NONE */
} rules[] = {
	{ "oauth_client_id",          AT(client_id),            { MUST,  MUST,  MUST,  MUST } },
	{ "oauth_client_secret_file", AT(client_secret.hidden), { MAY,   MAY,   MAY,   NEVER } },
	{ "oauth_certificate",        AT(certificate),          { NEVER, NEVER, MAY,   NEVER } },
	{ "oauth_key",                AT(key),                  { NEVER, NEVER, MAY,   MUST } },
	{ "oauth_scope",              AT(scope),                { MUST,  MUST,  MAY,   MUST } },
	{ "oauth_token_url",          AT(token_url),            { MUST,  MUST,  MUST,  MUST } },
	{ "oauth_device_url",         AT(device_url),           { MUST,  NEVER, NEVER, NEVER } },
	{ "oauth_authorize_url",      AT(authorize_url),        { NEVER, MUST,  NEVER, NEVER } },
	{ "oauth_subject",            AT(subject),              { NEVER, NEVER, NEVER, MAY } },
};

/* ---- the providers: '%' stands for the tenant ---- */

#define MICROSOFT(login, mail, everybody)                                      \
	{ "https://" login "/%/oauth2/v2.0/token",                             \
	  "https://" login "/%/oauth2/v2.0/devicecode",                        \
	  "https://" login "/%/oauth2/v2.0/authorize", NULL, NULL,                   \
	  "https://" mail "/SMTP.Send offline_access",                         \
	  "https://" mail "/.default", everybody, OAUTH_DEVICE }

/* Google gives no mail scope by device code, and a refresh token only where
 * it is asked for. */
#define GOOGLE                                                                 \
	{ "https://oauth2.googleapis.com/token", NULL,                         \
	  "https://accounts.google.com/o/oauth2/v2/auth",                      \
	  "access_type=offline&prompt=consent",                                \
	  "https://oauth2.googleapis.com/revoke",                              \
	  "https://mail.google.com/", NULL, NULL, OAUTH_CODE }

static const struct preset {
	const char *provider;
	struct addresses {
		const char *token_url;
		const char *device_url;
		const char *authorize_url;
		const char *authorize_more;
		const char *revoke_url;
		const char *scope;
		const char *application_scope; /* with client credentials */
		const char *tenant;	       /* when none is given */
		enum oauth_grant grant;	       /* when none is given */
	} at;
} presets[] = {
	{ "aol", { "https://api.login.aol.com/oauth2/get_token", NULL,
	    "https://api.login.aol.com/oauth2/request_auth", NULL, NULL,
	    "mail-w", NULL, NULL, OAUTH_CODE } },
	{ "fastmail", { "https://api.fastmail.com/oauth/refresh", NULL,
	    "https://api.fastmail.com/oauth/authorize", NULL, NULL,
	    "https://www.fastmail.com/dev/protocol-smtp", NULL, NULL,
	    OAUTH_CODE } },
	{ "gmail", GOOGLE },
	{ "office365",
	    MICROSOFT("login.microsoftonline.com", "outlook.office.com",
		"common") },
	{ "office365-cn",
	    MICROSOFT("login.partner.microsoftonline.cn", "partner.outlook.cn",
		"common") },
	{ "office365-gcc-high",
	    MICROSOFT("login.microsoftonline.us", "outlook.office365.us",
		"common") },
	{ "office365-hve",
	    MICROSOFT("login.microsoftonline.com", "outlook.office.com",
		"common") },
	{ "outlook",
	    MICROSOFT("login.microsoftonline.com", "outlook.office.com",
		"consumers") },
	{ "workspace-relay", GOOGLE },
	{ "yahoo", { "https://api.login.yahoo.com/oauth2/get_token", NULL,
	    "https://api.login.yahoo.com/oauth2/request_auth", NULL, NULL,
	    "mail-w", NULL, NULL, OAUTH_CODE } },
};
/* clang-format on */

static const struct addresses *find_preset(const struct provider *provider)
{
	for (size_t i = 0; provider && i < array_len(presets); i++)
		if (strcmp(presets[i].provider, provider->name) == 0)
			return &presets[i].at;
	return NULL;
}

/* ---- from the keys to what is to be done ---- */

struct work {
	struct draft *draft;
	const struct ini_section *section;
	const struct provider *provider;
	const struct addresses *preset; /* or NULL */
	struct oauth_settings *oauth;
};

static bool has(const struct work *work, const char *key)
{
	return ini_has(work->section, key);
}

__attribute__((format(printf, 3, 4))) static void wrong(
    const struct work *work, const char *key, const char *format, ...)
{
	struct reading *reading = &work->draft->reading;
	va_list args;

	va_start(args, format);
	vsnprintf(reading->why, sizeof(reading->why), format, args);
	va_end(args);
	complain(work->draft->complaints, ini_line(work->section, key), key,
	    "%s", reading->why);
}

/* An address of the preset where none is written, with the tenant in it. */
static void complete(
    struct work *work, const char **address, const char *pattern)
{
	const char *tenant = work->oauth->tenant;

	if (*address || !pattern)
		return;
	if (!tenant)
		tenant = work->preset->tenant;
	*address =
	    provider_fill(work->draft->reading.arena, pattern, span_of(tenant));
}

static bool needs_own_tenant(const struct work *work)
{
	return work->preset && work->preset->tenant &&
	       work->oauth->grant == OAUTH_CLIENT_CREDENTIALS &&
	       !has(work, "oauth_token_url");
}

static void set_addresses(struct work *work)
{
	const struct addresses *preset = work->preset;
	struct oauth_settings *oauth = work->oauth;
	bool is_application = oauth->grant == OAUTH_CLIENT_CREDENTIALS;

	if (has(work, "oauth_tenant") && !(preset && preset->tenant))
		wrong(work, "oauth_tenant",
		    "only for a provider whose addresses hold one, such as "
		    "office365");
	if (needs_own_tenant(work) && !has(work, "oauth_tenant"))
		wrong(work, "oauth_tenant",
		    "missing; an application logs in to the organisation's own "
		    "tenant");
	if (!preset)
		return;
	complete(work, &oauth->token_url, preset->token_url);
	if (oauth->grant == OAUTH_DEVICE)
		complete(work, &oauth->device_url, preset->device_url);
	if (oauth->grant == OAUTH_CODE)
		complete(work, &oauth->authorize_url, preset->authorize_url);
	oauth->authorize_more = preset->authorize_more;
	complete(work, &oauth->revoke_url, preset->revoke_url);
	complete(work, &oauth->scope,
	    is_application ? preset->application_scope : preset->scope);
}

/* An application proves who it is by a secret or a certificate. */
static void check_proof(struct work *work)
{
	bool has_secret = has(work, "oauth_client_secret_file");
	bool has_certificate = has(work, "oauth_certificate");
	bool has_key = has(work, "oauth_key");

	if (has(work, "oauth_client_secret_ends") && !has_secret)
		wrong(work, "oauth_client_secret_ends",
		    "without effect, as there is no oauth_client_secret_file");
	if (work->oauth->grant != OAUTH_CLIENT_CREDENTIALS)
		return;
	if (!has_secret && !has_certificate && !has_key)
		wrong(work, "oauth_client_secret_file",
		    "missing; the application needs it, or a certificate");
	else if (has_secret && (has_certificate || has_key))
		wrong(work, has_key ? "oauth_key" : "oauth_certificate",
		    "oauth_client_secret_file is given as well; give one of "
		    "them");
	else if (has_certificate && !has_key)
		wrong(work, "oauth_certificate", "oauth_key is missing");
	else if (has_key && !has_certificate)
		wrong(work, "oauth_key", "oauth_certificate is missing");
}

static void check_rules(struct work *work)
{
	enum oauth_grant grant = work->oauth->grant;

	for (size_t i = 0; i < array_len(rules); i++) {
		const char *key = rules[i].key;
		enum use use = rules[i].use[grant - 1];
		const char *const *value =
		    (const void *)((char *)work->oauth + rules[i].offset);

		if (use == NEVER && has(work, key))
			wrong(work, key, "without effect, as oauth_grant = %s",
			    oauth_grant_name(grant));
		else if (use == MUST && !*value && !has(work, key))
			wrong(work, key, "missing; oauth_grant = %s needs it",
			    oauth_grant_name(grant));
	}
}

/* False when nothing more can be said without it. */
static bool set_grant(struct work *work)
{
	struct oauth_settings *oauth = work->oauth;
	const struct addresses *preset = work->preset;

	if (!has(work, "oauth_grant") && !preset) {
		wrong(work, "oauth_grant",
		    "missing; give device, code, client-credentials or "
		    "service-account");
		return false;
	}
	if (!has(work, "oauth_grant"))
		oauth->grant = preset->grant;
	if (oauth->grant == OAUTH_NONE)
		return false; /* complained about where it was read */
	if (oauth->grant == OAUTH_DEVICE && preset && !preset->device_url &&
	    !has(work, "oauth_device_url")) {
		wrong(work, "oauth_grant",
		    "%s logs nobody in for mail by a device code; use code",
		    work->provider->name);
		return false;
	}
	return true;
}

/* see oauth.h */
const struct oauth_settings *oauth_resolve(struct draft *draft,
    const struct ini_section *section, const struct oauth_settings *written,
    const struct provider *provider)
{
	struct oauth_settings *oauth =
	    arena_alloc(draft->reading.arena, sizeof(*oauth));
	struct work work = { draft, section, provider, find_preset(provider),
		oauth };

	*oauth = *written;
	oauth->key_line = ini_line(section, "oauth_key");
	if (!set_grant(&work))
		return oauth;
	set_addresses(&work);
	check_proof(&work);
	check_rules(&work);
	return oauth;
}

/* see oauth.h */
const char *oauth_key(const struct ini_section *section)
{
	for (size_t i = 0; i < section->entry_count; i++)
		if (span_starts_nocase(
			span_of(section->entries[i].key), SPAN("oauth_")))
			return section->entries[i].key;
	return NULL;
}

/* ---- the command ---- */

/* One word for the shell: within single quotes only they are special. */
static void put_word(FILE *out, const char *word)
{
	putc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			putc(*word, out);
	putc('\'', out);
}

/* The program in the folder of this one, if it can be run. */
static bool find_beside(char *path, size_t size)
{
	static const char name[] = "smtpseal-oauth";
	ssize_t len = readlink("/proc/self/exe", path, size - sizeof(name));

	while (len > 0 && path[len - 1] != '/')
		len--;
	if (len <= 0)
		return false;
	memcpy(path + len, name, sizeof(name));
	return access(path, X_OK) == 0;
}

/* see oauth.h */
const char *oauth_command(
    struct draft *draft, const char *words, const char *account)
{
	char path[PATH_OCTETS];
	const char *command;
	char *composed = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&composed, &len);

	if (!out)
		return NULL;
	fputs("exec ", out);
	put_word(
	    out, find_beside(path, sizeof(path)) ? path : "smtpseal-oauth");
	fputs(" -c ", out);
	put_word(out, draft->settings->file);
	fprintf(out, " %s ", words);
	put_word(out, account);
	fclose(out);
	command = arena_string(draft->reading.arena, span_make(composed, len));
	free(composed);
	return command;
}
