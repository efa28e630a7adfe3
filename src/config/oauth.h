/*
 * oauth - the oauth_ keys of an account, and what is known of the providers'
 * authorisation servers, as one table.
 *
 * The daemon speaks no HTTP: it runs smtpseal-oauth, which reads the same
 * file. So an account with these keys has both: the settings below for that
 * program, and a command that prints the token for the daemon.
 *
 * Grants are RFC 6749's and its relatives' ways to a token: RFC 8628 (device),
 * RFC 7636 (code, with PKCE), RFC 6749 4.4 (client-credentials), RFC 7523
 * (service-account).
 */
#ifndef CONFIG_OAUTH_H
#define CONFIG_OAUTH_H

#include "base/secret.h"
#include "config/provider.h"
#include "config/section.h"

enum oauth_grant {
	OAUTH_NONE, /* not said, or not in a way that was understood */
	OAUTH_DEVICE,
	OAUTH_CODE,
	OAUTH_CLIENT_CREDENTIALS,
	OAUTH_SERVICE_ACCOUNT,
	OAUTH_GRANT_COUNT,
};

/* As the section is written; then completed by the preset. */
struct oauth_settings {
	enum oauth_grant grant;
	const char *client_id;
	struct secret client_secret;
	int64_t client_secret_ends; /* seconds since 1970; 0: not known */
	const char *certificate;
	const char *key;
	unsigned key_line; /* of oauth_key: for what is wrong with it */
	const char *tenant;
	const char *scope;
	const char *token_url;
	const char *device_url;
	const char *authorize_url;
	const char *authorize_more; /* of the preset only: behind the query */
	const char *revoke_url;	    /* of the preset only; RFC 7009 */
	const char *ca_file;
	const char *subject;
};

/* "device", "code", ...: as `oauth_grant` says it. */
const char *oauth_grant_name(enum oauth_grant grant);

/* Does it get tokens without anybody logging in? */
bool oauth_is_application(const struct oauth_settings *oauth);

/* The first oauth_ key of the section, or NULL when it has none. */
const char *oauth_key(const struct ini_section *section);

/* What to do, completed by the preset (which may be NULL). Keys that are
 * missing, or make no sense with the grant, become complaints. */
const struct oauth_settings *oauth_resolve(struct draft *draft,
    const struct ini_section *section, const struct oauth_settings *written,
    const struct provider *provider);

/* The command that prints a token for the account of that name, or one that
 * does what else `words` say: the program beside this one, or else the one in
 * PATH. */
const char *oauth_command(
    struct draft *draft, const char *words, const char *account);

#endif
