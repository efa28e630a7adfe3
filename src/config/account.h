/*
 * account - [account] and [account NAME]: a mailbox at a provider.
 *
 * The keys are read into the struct below as they stand; then
 * config/resolve makes settings of them.
 */
#ifndef CONFIG_ACCOUNT_H
#define CONFIG_ACCOUNT_H

#include "base/secret.h"
#include "config/network.h"
#include "config/oauth.h"
#include "config/provider.h"
#include "config/section.h"
#include "net/settings.h"

/* What `auth` says. */
enum account_auth {
	ACCOUNT_AUTH_AUTO,
	ACCOUNT_AUTH_NONE,
	ACCOUNT_AUTH_POP, /* by POP3, at another server, before */
	ACCOUNT_AUTH_ONE, /* the mechanism beside it */
};

struct account_choice {
	enum account_auth kind;
	enum sasl_mechanism mechanism;
};

/* As the section is written. */
struct account_draft {
	const struct provider *provider;
	const char *host;
	unsigned port;
	enum upstream_security tls;
	const char *tls_name;
	const char *ca_file;
	struct pin_list pins;
	const char *client_certificate;
	const char *client_key;
	const char *user;
	struct secret password_file;
	const char *password;
	const char *password_command;
	const char *token_command;
	struct account_choice auth;
	const char *pop_host;
	unsigned pop_port;
	const char *region;
	const char *hello;
	const char *sender;
	struct value_texts senders;
	int is_signed;
	int chunking;
	unsigned connections;
	unsigned rate;
	unsigned keep_warm_s;
	struct oauth_settings oauth;
};

extern const struct section_keys account_keys;

/* Reads one section and adds it to the settings, whole or not. */
void account_read(struct draft *draft, const struct ini_section *section);

#endif
