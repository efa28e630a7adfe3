#include "config/resolve.h"

#include <string.h>

#include "base/ensure.h"
#include "relay/pop.h"

enum { POP3S_PORT = 995 }; /* RFC 8314 3.3 */

static const char no_token[] =
    "does not log in with a token; xoauth2 and oauthbearer do";
static const char only_for_pop[] = "only with auth = pop-before-smtp";

/* One account on its way. */
struct work {
	struct draft *draft;
	const struct ini_section *section;
	const struct account_draft *read;
	struct account_settings *account;
};

static bool has(const struct work *work, const char *key)
{
	return ini_has(work->section, key);
}

/* About a key: in its line, or in the heading's when it is missing. */
static void wrong(const struct work *work, const char *key, const char *what)
{
	complain(work->draft->complaints, ini_line(work->section, key), key,
	    "%s", what);
}

/* The preset's host, with the region in the place of the percent sign. */
static const char *preset_host(struct work *work)
{
	const struct provider *provider = work->read->provider;

	if (provider_needs_region(provider) && !has(work, "region"))
		complain(work->draft->complaints, work->section->line, "region",
		    "missing; %s needs one, such as eu-west-1", provider->name);
	return provider_fill(work->draft->reading.arena, provider->host,
	    span_of(work->read->region));
}

static void set_host(struct work *work)
{
	const struct account_draft *read = work->read;
	struct account_settings *account = work->account;

	if (read->host)
		account->host = read->host;
	else if (read->provider)
		account->host = preset_host(work);
	else if (!has(work, "host") && !has(work, "provider"))
		wrong(work, "host", "missing; give host or provider");
	if (has(work, "region") &&
	    !(read->provider && provider_needs_region(read->provider)) &&
	    !(has(work, "provider") && !read->provider))
		wrong(work, "region",
		    "only for a provider whose host holds one, such as ses");
	if (read->provider)
		account->provider = read->provider->name;
	account->policy.host = span_of(account->host);
}

/* The port says how it is protected, and the other way round, as far as one
 * of them is not written; a preset stands for what is not. */
static void set_port(struct work *work)
{
	const struct account_draft *read = work->read;
	const struct provider *provider = read->provider;
	struct upstream_policy *policy = &work->account->policy;

	policy->port = provider ? provider->port : 587;
	policy->security = provider ? provider->security : UPSTREAM_STARTTLS;
	if (has(work, "tls")) {
		if (!provider || provider->security != read->tls)
			policy->port =
			    read->tls == UPSTREAM_IMPLICIT ? 465 : 587;
		policy->security = read->tls;
	}
	if (!has(work, "port"))
		return;
	if (!has(work, "tls") && read->port != policy->port)
		policy->security =
		    read->port == 465 ? UPSTREAM_IMPLICIT : UPSTREAM_STARTTLS;
	policy->port = read->port;
}

static void set_tls(struct work *work)
{
	const struct account_draft *read = work->read;
	struct tls_client_settings *tls = &work->account->tls;
	const char *shown =
	    has(work, "ca_file") ? "ca_file" : "client_certificate";

	tls->name = read->tls_name ? read->tls_name : work->account->host;
	tls->ca_file = read->ca_file;
	tls->pins = read->pins.list;
	tls->pin_count = read->pins.count;
	tls->client_certificate = read->client_certificate;
	tls->client_key = read->client_key;
	work->account->tls_line = ini_line(work->section, shown);
	if (has(work, "client_certificate") && !has(work, "client_key"))
		wrong(work, "client_certificate", "client_key is missing");
	if (has(work, "client_key") && !has(work, "client_certificate"))
		wrong(work, "client_key", "client_certificate is missing");
}

/*
 * POP3 before SMTP: both servers are believed for the same reasons. The pins
 * hold for both, since it is the POP3 server that is shown the password. Where
 * it has no name of its own, it is the same machine, under the same name.
 */
static void set_pop(struct work *work)
{
	const struct account_draft *read = work->read;
	struct account_settings *account = work->account;

	if (read->auth.kind != ACCOUNT_AUTH_POP) {
		if (has(work, "pop_host"))
			wrong(work, "pop_host", only_for_pop);
		if (has(work, "pop_port"))
			wrong(work, "pop_port", only_for_pop);
		return;
	}
	account->pop_host = read->pop_host ? read->pop_host : account->host;
	account->policy.pop_host = span_of(account->pop_host);
	account->policy.pop_port = read->pop_port ? read->pop_port : POP3S_PORT;
	account->pop_tls = account->tls;
	if (read->pop_host)
		account->pop_tls.name = read->pop_host;
}

/* The key the credential comes from, or NULL; more than one is a mistake, as
 * nobody could say which one counts. */
static const char *credential_key(struct work *work)
{
	static const char *const keys[] = { "password_file", "password_command",
		"password", "token_command" };
	const char *oauth = oauth_key(work->section);
	const char *found = NULL;

	for (size_t i = 0; i < array_len(keys); i++) {
		if (!has(work, keys[i]))
			continue;
		if (found)
			complain(work->draft->complaints,
			    ini_line(work->section, keys[i]), keys[i],
			    "%s is given as well; give one of them", found);
		else
			found = keys[i];
	}
	/* A token_command may well run smtpseal-oauth itself. */
	if (found && oauth && strcmp(found, "token_command") != 0)
		complain(work->draft->complaints,
		    ini_line(work->section, oauth), oauth,
		    "%s is given as well; give one of them", found);
	return found ? found : oauth;
}

static void set_credential(struct work *work)
{
	const struct account_draft *read = work->read;
	struct account_settings *account = work->account;

	account->source = CREDENTIAL_NONE;
	if (read->password || read->password_file.len > 0)
		account->source = CREDENTIAL_SECRET;
	if (read->password)
		account->password = (struct secret){
			.hidden = (char *)read->password,
			.len = strlen(read->password),
		};
	else
		account->password = read->password_file;
	account->command =
	    read->token_command ? read->token_command : read->password_command;
	if (oauth_key(work->section) && read->auth.kind != ACCOUNT_AUTH_NONE)
		account->oauth = oauth_resolve(
		    work->draft, work->section, &read->oauth, read->provider);
	if (account->oauth && !account->command) {
		account->command =
		    oauth_command(work->draft, "token", account->name);
		account->renew_command =
		    oauth_command(work->draft, "token --renew", account->name);
		account->status_command =
		    oauth_command(work->draft, "status", account->name);
	}
	if (account->command && account->source == CREDENTIAL_NONE)
		account->source = CREDENTIAL_COMMAND;
}

/* With `auth = none` nothing is logged in with, and nothing may be given. */
static void check_none(struct work *work, const char *source)
{
	if (source)
		wrong(work, source, "without effect, as auth = none");
	if (has(work, "user"))
		wrong(work, "user", "without effect, as auth = none");
}

static void check_user(struct work *work, const char *source)
{
	if (!source && !has(work, "user"))
		wrong(work, "user",
		    "missing; give user and a password, or auth = none");
	else if (!source)
		wrong(work, "user",
		    "there is no password for it; give password_file, "
		    "password_command, password or token_command");
	else if (!has(work, "user"))
		wrong(work, "user", "missing; whose password is it?");
}

/* Is it the client's certificate that logs in? With `auth = auto` where there
 * is nothing else to log in with. */
static bool is_external(const struct work *work, const char *source)
{
	const struct account_choice *auth = &work->read->auth;

	if (auth->kind == ACCOUNT_AUTH_POP)
		return false;
	if (auth->kind == ACCOUNT_AUTH_ONE)
		return auth->mechanism == SASL_EXTERNAL;
	return !source && has(work, "client_certificate");
}

static void check_external(struct work *work, const char *source)
{
	if (source)
		wrong(work, source, "without effect, as auth = external");
	if (!has(work, "client_certificate"))
		wrong(work, "auth", "needs client_certificate and client_key");
}

static enum sasl_credential kind_of(struct work *work, const char *source)
{
	if (is_external(work, source))
		return SASL_NEEDS_CERTIFICATE;
	return source && (strcmp(source, "token_command") == 0 ||
			     oauth_key(work->section))
		   ? SASL_NEEDS_TOKEN
		   : SASL_NEEDS_PASSWORD;
}

/* What a provider's preset says of a credential it does not take. */
static void wrong_kind(
    struct work *work, const char *source, enum sasl_credential kind)
{
	static const char *const words[] = {
		[SASL_NEEDS_PASSWORD] =
		    "passwords; give oauth_grant or token_command",
		[SASL_NEEDS_TOKEN] = "tokens; give a password",
		[SASL_NEEDS_CERTIFICATE] = "certificates; give a password",
	};
	const char *key = source ? source : "client_certificate";

	complain(work->draft->complaints, ini_line(work->section, key), key,
	    "%s does not take %s", work->read->provider->name, words[kind]);
}

static enum upstream_identity identity_of(
    const struct oauth_settings *oauth, enum sasl_credential kind)
{
	if (kind != SASL_NEEDS_TOKEN)
		return IDENTITY_PASSWORD;
	return oauth && oauth_is_application(oauth) ? IDENTITY_APPLICATION_TOKEN
						    : IDENTITY_USER_TOKEN;
}

/* Which mechanisms may be used with this kind of credential. */
static void set_mechanisms(struct work *work, const char *source)
{
	const struct account_draft *read = work->read;
	const struct provider *provider = read->provider;
	enum sasl_credential kind = kind_of(work, source);
	uint32_t set = sasl_all(kind);

	if (read->auth.kind == ACCOUNT_AUTH_POP) {
		set = 0;
		if (kind == SASL_NEEDS_TOKEN)
			wrong(work, "auth", no_token);
	} else if (read->auth.kind == ACCOUNT_AUTH_ONE) {
		set = SASL_BIT(read->auth.mechanism);
		if (source && sasl_needs(read->auth.mechanism) != kind)
			wrong(work, "auth",
			    kind == SASL_NEEDS_TOKEN ? no_token
						     : "needs token_command");
	} else if (provider) {
		if ((source || kind == SASL_NEEDS_CERTIFICATE) &&
		    (set & provider->mechanisms) == 0)
			wrong_kind(work, source, kind);
		set &= provider->mechanisms;
	}
	work->account->policy.mechanisms = set;
	work->account->policy.identity =
	    identity_of(work->account->oauth, kind);
}

/* The rule that has no exception: what shows a password goes through TLS. */
static void check_plain(struct work *work)
{
	const struct upstream_policy *policy = &work->account->policy;

	if (policy->security != UPSTREAM_PLAIN)
		return;
	for (enum sasl_mechanism i = 0; i < SASL_MECHANISM_COUNT; i++)
		if ((policy->mechanisms & SASL_BIT(i)) && sasl_needs_tls(i)) {
			wrong(work, has(work, "tls") ? "tls" : "auth",
			    "without TLS only auth = none, pop-before-smtp, "
			    "cram-md5, scram-sha-1 or scram-sha-256 is "
			    "allowed: others show the password or need TLS");
			return;
		}
}

/* What is in the file; what a command prints shows when it is run. */
static void check_pop_words(struct work *work, const char *source)
{
	static const char what[] = "longer than 248 octets, which is what "
				   "POP3 has room for";

	if (work->account->policy.user.len > POP_WORD_OCTETS)
		wrong(work, "user", what);
	if (work->account->password.len > POP_WORD_OCTETS)
		wrong(work, source, what);
}

static void set_login(struct work *work)
{
	const char *source = credential_key(work);

	set_credential(work);
	work->account->policy.user = span_of(work->read->user);
	if (work->read->auth.kind == ACCOUNT_AUTH_NONE) {
		check_none(work, source);
		return;
	}
	if (is_external(work, source))
		check_external(work, source);
	else
		check_user(work, source);
	set_mechanisms(work, source);
	check_plain(work);
	if (work->read->auth.kind == ACCOUNT_AUTH_POP)
		check_pop_words(work, source);
}

/* The domain of the mailbox, for addresses that have none. */
static struct span domain_of(const struct account_draft *read)
{
	struct span mailbox = span_of(read->sender ? read->sender : read->user);

	return span_from(mailbox, span_find(mailbox, '@') + 1);
}

static void set_rest(struct work *work)
{
	const struct account_draft *read = work->read;
	const struct provider *provider = read->provider;
	struct account_settings *account = work->account;

	account->policy.hello = span_of(read->hello);
	account->policy.chunking = read->chunking != 0;
	account->policy.sender = span_of(read->sender);
	account->policy.domain = domain_of(read);
	account->policy.is_signed = (enum signed_mode)read->is_signed;
	account->connections = PROVIDER_CONNECTIONS;
	if (provider && provider->connections > 0)
		account->connections = provider->connections;
	if (read->connections > 0)
		account->connections = read->connections;
	account->senders = read->senders.list;
	account->sender_count = read->senders.count;
	account->rate = provider ? provider->rate : 0;
	if (read->rate > 0)
		account->rate = read->rate;
	account->keep_warm_s = PROVIDER_KEEP_WARM_S;
	if (provider && provider->keep_warm_s > 0)
		account->keep_warm_s = provider->keep_warm_s;
	if (has(work, "keep_warm"))
		account->keep_warm_s = read->keep_warm_s;
}

/* see resolve.h */
void resolve_account(struct draft *draft, const struct ini_section *section,
    const struct account_draft *read, struct account_settings *account)
{
	struct work work = { draft, section, read, account };

	account->name = section->name[0] ? section->name : "default";
	account->line = section->line;
	account->policy.account = span_of(account->name);
	set_host(&work);
	set_port(&work);
	set_tls(&work);
	set_pop(&work);
	set_login(&work);
	set_rest(&work);
}
