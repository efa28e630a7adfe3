/*
 * What configurations without mistakes become: defaults, every setting, ports
 * and presets, passwords.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "config/oauth.h"
#include "config/provider.h"
#include "scratch.h"

/* base64 of 32 octets */
#define PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void test_defaults(void **state)
{
	struct settings *settings = scratch_read_good(LOGIN "password = p\n");
	const struct account_settings *account = &settings->accounts[0];
	const struct listen_settings *listen = &settings->listens[0];

	(void)state;
	assert_int_equal(settings->listen_count, 1);
	assert_int_equal(listen->address_count, 2);
	assert_string_equal(listen->addresses[0].text, "127.0.0.1:2525");
	assert_string_equal(listen->addresses[1].text, "[::1]:2525");
	assert_int_equal(listen->allow_count, 2);
	assert_true(cidr_is_loopback(&listen->allow[0]));
	assert_true(cidr_is_loopback(&listen->allow[1]));
	assert_int_equal(listen->auth, CLIENT_AUTH_IGNORE);
	assert_true(strlen(listen->hello) > 0);
	assert_null(strchr(listen->hello, ' '));
	assert_int_equal(settings->account_count, 1);
	assert_string_equal(account->name, "default");
	assert_string_equal(account->host, "h.example");
	assert_string_equal(account->tls.name, "h.example");
	assert_null(account->tls.ca_file);
	assert_int_equal(account->policy.port, 587);
	assert_int_equal(account->policy.security, UPSTREAM_STARTTLS);
	assert_int_equal(account->policy.hello.len, 0);
	assert_true(span_equal(account->policy.user, SPAN("u")));
	assert_int_equal(
	    account->policy.mechanisms, sasl_all(SASL_NEEDS_PASSWORD));
	assert_true(account->policy.chunking);
	assert_null(account->pop_host);
	assert_int_equal(account->policy.pop_host.len, 0);
	assert_int_equal(account->connections, 3);
	assert_int_equal(account->keep_warm_s, 30);
	assert_int_equal(settings->device_count, 1);
	assert_int_equal(settings->devices[0].client_count, 0);
	assert_int_equal(settings->devices[0].account_count, 1);
	assert_int_equal(settings->devices[0].accounts[0], 0);
	assert_int_equal(settings->devices[0].hold, 65536);
	assert_int_equal(settings->limits.connections, 256);
	assert_int_equal(settings->limits.connections_per_client, 16);
	assert_int_equal(settings->limits.message_size, 0);
	assert_int_equal(settings->limits.recipients, 100);
	assert_int_equal(settings->limits.command_timeout_s, 300);
	assert_int_equal(settings->limits.message_timeout_s, 1800);
	assert_int_equal(settings->limits.drain_s, 30);
	assert_int_equal(settings->log_level, LOG_LEVEL_INFO);
	assert_int_equal(settings->log_target, LOG_TARGET_STDERR);
	assert_string_equal(settings->state_directory, "/var/lib/smtpseal");
	settings_drop(settings);
}

/* One of everything that differs from the defaults. */
static const char full[] =
    "[listen]\naddress = 0.0.0.0:25, unix:sock, fd:smtp\n"
    "allow = 192.0.2.0/24\nauth = off\nhello = gate.example.com\n"
    "[account a]\nhost = 192.0.2.9\nport = 465\ntls_name = mx.example\n"
    "ca_file = ca.pem\npin_sha256 = " PIN "\nclient_certificate = ca.pem\n"
    "client_key = key.pem\nuser = u\npassword_file = password\n"
    "auth = login\nhello = out.example.com\nchunking = no\n"
    "connections = 7\nkeep_warm = 0\n"
    "[account b]\nhost = b.example\nuser = v\ntoken_command = get it ; now\n"
    "[device c]\nclient = 192.0.2.7\naccount = b, a\n"
    "hide = AUTH, 8bitmime\nhold = 1M\nrecipients = *\n"
    "end_of_data = strict\n"
    "[limits]\nconnections = 9\nconnections_per_client = 8\n"
    "message_size = 10M\nrecipients = 7\ncommand_timeout = 6\n"
    "message_timeout = 5m\ndrain = 0\n"
    "[log]\nlevel = trace\ntarget = syslog\n[state]\ndirectory = state\n";

static void check_full_account(const struct account_settings *account)
{
	assert_string_equal(account->name, "a");
	assert_int_equal(account->line, 6);
	assert_int_equal(account->tls_line, 10);
	assert_string_equal(account->host, "192.0.2.9");
	assert_int_equal(account->policy.port, 465);
	assert_int_equal(account->policy.security, UPSTREAM_IMPLICIT);
	assert_string_equal(account->tls.name, "mx.example");
	assert_string_equal(account->tls.ca_file, "ca.pem");
	assert_int_equal(account->tls.pin_count, 1);
	assert_string_equal(account->tls.client_key, "key.pem");
	assert_int_equal(account->source, CREDENTIAL_SECRET);
	assert_true(span_equal(
	    secret_reveal(&account->password), SPAN("hunter two; #1")));
	assert_int_equal(account->policy.mechanisms, SASL_BIT(SASL_LOGIN));
	assert_true(span_equal(account->policy.hello, SPAN("out.example.com")));
	assert_false(account->policy.chunking);
	assert_int_equal(account->connections, 7);
	assert_int_equal(account->keep_warm_s, 0);
}

static void test_full(void **state)
{
	struct settings *settings = scratch_read_good(full);
	const struct listen_settings *listen = &settings->listens[0];
	const struct account_settings *second = &settings->accounts[1];
	const struct device_settings *device = &settings->devices[0];

	(void)state;
	assert_int_equal(listen->address_count, 3);
	assert_int_equal(listen->addresses[1].kind, LISTEN_UNIX);
	assert_string_equal(listen->addresses[1].name, "sock");
	assert_int_equal(listen->addresses[2].kind, LISTEN_FD);
	assert_string_equal(listen->addresses[2].name, "smtp");
	assert_int_equal(listen->auth, CLIENT_AUTH_OFF);
	assert_string_equal(listen->hello, "gate.example.com");
	check_full_account(&settings->accounts[0]);
	assert_int_equal(second->source, CREDENTIAL_COMMAND);
	assert_string_equal(second->command, "get it ; now");
	assert_int_equal(second->policy.mechanisms, sasl_all(SASL_NEEDS_TOKEN));
	assert_int_equal(settings->device_count, 2);
	assert_string_equal(device->name, "c");
	assert_int_equal(device->account_count, 2);
	assert_int_equal(device->accounts[0], 1);
	assert_int_equal(device->accounts[1], 0);
	assert_int_equal(
	    device->hide, CLIENT_KEYWORD_AUTH | CLIENT_KEYWORD_8BITMIME);
	assert_int_equal(device->hold, 1048576);
	assert_false(device->holds_all);
	assert_string_equal(settings->devices[1].name, "default");
	assert_int_equal(settings->devices[1].accounts[0], 0);
	assert_int_equal(settings->limits.connections, 9);
	assert_int_equal(settings->limits.connections_per_client, 8);
	assert_int_equal(settings->limits.message_size, 10485760);
	assert_int_equal(settings->limits.recipients, 7);
	assert_int_equal(settings->limits.command_timeout_s, 6);
	assert_int_equal(settings->limits.message_timeout_s, 300);
	assert_int_equal(settings->limits.drain_s, 0);
	assert_int_equal(settings->log_level, LOG_LEVEL_TRACE);
	assert_int_equal(settings->log_target, LOG_TARGET_SYSLOG);
	assert_string_equal(settings->state_directory, "state");
	settings_drop(settings);
}

/* All begins with as much as any other device's message. */
static void test_hold_all(void **state)
{
	struct settings *settings = scratch_read_good(
	    GOOD "[device a]\nclient = 192.0.2.1\nhold = ALL\n");

	(void)state;
	assert_true(settings->devices[0].holds_all);
	assert_int_equal(settings->devices[0].hold, 65536);
	assert_false(settings->devices[1].holds_all);
	settings_drop(settings);
}

/* Where POP3 is spoken, and whose certificate is looked for there. */
static void test_pop(void **state)
{
	static const struct {
		const char *keys;
		const char *host;
		unsigned port;
		const char *name;
	} cases[] = {
		{ "", "h.example", 995, "h.example" },
		{ "pop_port = 1995\n", "h.example", 1995, "h.example" },
		{ "tls_name = mx.example\n", "h.example", 995, "mx.example" },
		{ "pop_host = pop.example\n", "pop.example", 995,
		    "pop.example" },
		{ "pop_host = pop.example\ntls_name = mx.example\n",
		    "pop.example", 995, "pop.example" },
		{ "pop_host = 192.0.2.7\ntls = none\n", "192.0.2.7", 995,
		    "192.0.2.7" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		const struct account_settings *account;
		struct settings *settings;
		char text[400];

		snprintf(text, sizeof(text),
		    LOGIN "password = p\nauth = pop-before-smtp\n"
			  "ca_file = ca.pem\npin_sha256 = " PIN "\n%s",
		    cases[i].keys);
		settings = scratch_read_good(text);
		account = &settings->accounts[0];
		assert_string_equal(account->pop_host, cases[i].host);
		assert_true(span_equal(
		    account->policy.pop_host, span_of(cases[i].host)));
		assert_int_equal(account->policy.pop_port, cases[i].port);
		assert_string_equal(account->pop_tls.name, cases[i].name);
		assert_string_equal(account->pop_tls.ca_file, "ca.pem");
		assert_int_equal(account->pop_tls.pin_count, 1);
		assert_int_equal(account->policy.mechanisms, 0);
		assert_int_equal(account->source, CREDENTIAL_SECRET);
		settings_drop(settings);
	}
}

/* Connections stay warm over a reload only where nothing changed. */
static void test_same_account(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		bool is_same;
	} cases[] = {
		{ "", "", true },
		{ "", "pop_host = h.example\n", true },
		{ "", "pop_port = 995\n", true },
		{ "", "pop_port = 1995\n", false },
		{ "", "pop_host = pop.example\n", false },
		{ "tls_name = mx.example\n",
		    "tls_name = mx.example\npop_host = h.example\n", false },
		{ "pop_host = mx.example\ntls_name = mx.example\n",
		    "pop_host = h.example\ntls_name = mx.example\n", false },
		{ "pop_host = mx.example\ntls_name = mx.example\n",
		    "tls_name = mx.example\n", false },
		{ "", "rate = 1\n", false },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		static const char base[] =
		    LOGIN "password = p\nauth = pop-before-smtp\n";
		struct settings *before;
		struct settings *after;
		char text[300];

		snprintf(text, sizeof(text), "%s%s", base, cases[i].before);
		before = scratch_read_good(text);
		snprintf(text, sizeof(text), "%s%s", base, cases[i].after);
		after = scratch_read_good(text);
		if (account_is_same(&before->accounts[0],
			&after->accounts[0]) != cases[i].is_same)
			fail_msg("case %zu", i);
		settings_drop(before);
		settings_drop(after);
	}
}

/* What a device's section leaves out is as for all other devices. */
static void test_device_defaults(void **state)
{
	struct settings *settings =
	    scratch_read_good(GOOD "[account b]\nhost = i\nauth = none\n"
				   "[device a]\nclient = 192.0.2.1\n");
	const struct device_settings *device = &settings->devices[0];

	(void)state;
	assert_string_equal(device->name, "a");
	assert_int_equal(device->line, 7);
	assert_int_equal(device->hold, 65536);
	assert_false(device->holds_all);
	assert_int_equal(device->hide, 0);
	assert_int_equal(device->account_count, 1);
	assert_int_equal(device->accounts[0], 0);
	settings_drop(settings);
}

/* The port says how it is protected, and the other way round. */
static void test_ports(void **state)
{
	static const struct {
		const char *keys;
		unsigned port;
		enum upstream_security security;
	} cases[] = {
		{ "host = h", 587, UPSTREAM_STARTTLS },
		{ "host = h\nport = 465", 465, UPSTREAM_IMPLICIT },
		{ "host = h\nport = 2525", 2525, UPSTREAM_STARTTLS },
		{ "host = h\ntls = implicit", 465, UPSTREAM_IMPLICIT },
		{ "host = h\ntls = none", 587, UPSTREAM_PLAIN },
		{ "host = h\ntls = implicit\nport = 2465", 2465,
		    UPSTREAM_IMPLICIT },
		{ "host = h\ntls = starttls\nport = 465", 465,
		    UPSTREAM_STARTTLS },
		{ "provider = gmail", 465, UPSTREAM_IMPLICIT },
		{ "provider = gmail\nport = 587", 587, UPSTREAM_STARTTLS },
		{ "provider = gmail\ntls = starttls", 587, UPSTREAM_STARTTLS },
		{ "provider = gmail\nhost = h\ntls = implicit", 465,
		    UPSTREAM_IMPLICIT },
		{ "provider = office365", 587, UPSTREAM_STARTTLS },
		{ "provider = office365\nport = 25", 25, UPSTREAM_STARTTLS },
		{ "provider = office365\nport = 465", 465, UPSTREAM_IMPLICIT },
		{ "provider = nifty\nport = 587", 587, UPSTREAM_PLAIN },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char text[200];
		struct settings *settings;

		snprintf(text, sizeof(text), "[account]\nauth = none\n%s\n",
		    cases[i].keys);
		settings = scratch_read_good(text);
		assert_int_equal(
		    settings->accounts[0].policy.port, cases[i].port);
		assert_int_equal(
		    settings->accounts[0].policy.security, cases[i].security);
		settings_drop(settings);
	}
}

static void test_every_preset(void **state)
{
	(void)state;
	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *provider = &providers[i];
		const struct account_settings *account;
		struct settings *settings;
		char text[200];

		assert_ptr_equal(
		    provider_find(span_of(provider->name)), provider);
		if (i > 0)
			assert_true(
			    strcmp(providers[i - 1].name, provider->name) < 0);
		snprintf(text, sizeof(text),
		    "[account]\nprovider = %s\nuser = u\n%s = p\n%s",
		    provider->name,
		    provider_needs_token(provider) ? "token_command"
						   : "password",
		    provider_needs_region(provider) ? "region = eu-west-1\n"
						    : "");
		settings = scratch_read_good(text);
		account = &settings->accounts[0];
		assert_string_equal(account->provider, provider->name);
		assert_int_equal(account->policy.port, provider->port);
		assert_int_equal(account->policy.security, provider->security);
		assert_int_not_equal(account->policy.mechanisms, 0);
		assert_null(strchr(account->host, '%'));
		assert_null(strchr(account->host, ' '));
		settings_drop(settings);
	}
}

static void test_presets_in_detail(void **state)
{
	struct settings *settings =
	    scratch_read_good("[account]\nprovider = ses\n"
			      "region = eu-west-1\nuser = u\npassword = p\n");

	(void)state;
	assert_string_equal(
	    settings->accounts[0].host, "email-smtp.eu-west-1.amazonaws.com");
	assert_int_equal(settings->accounts[0].keep_warm_s, 5);
	settings_drop(settings);
	settings =
	    scratch_read_good("[account]\nprovider = office365\nuser = u\n"
			      "password = p\n");
	assert_int_equal(
	    settings->accounts[0].policy.mechanisms, SASL_BIT(SASL_LOGIN));
	settings_drop(settings);
	settings =
	    scratch_read_good("[account]\nprovider = office365\nuser = u\n"
			      "token_command = t\nconnections = 1\n");
	assert_int_equal(
	    settings->accounts[0].policy.mechanisms, SASL_BIT(SASL_XOAUTH2));
	assert_int_equal(settings->accounts[0].connections, 1);
	settings_drop(settings);
}

static void test_passwords(void **state)
{
	static const struct {
		const char *entry;
		const char *password;
	} cases[] = {
		{ "password_file = password", "hunter two; #1" },
		{ "password_file = crlf", "hunter2" },
		{ "password_file = bare", "hunter2" },
		{ "password = hun ;ter", "hun ;ter" },
		{ "password = #;\"=", "#;\"=" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char text[200];
		struct settings *settings;

		snprintf(text, sizeof(text), LOGIN "%s\n", cases[i].entry);
		settings = scratch_read_good(text);
		assert_int_equal(
		    settings->accounts[0].source, CREDENTIAL_SECRET);
		assert_true(
		    span_equal(secret_reveal(&settings->accounts[0].password),
			span_of(cases[i].password)));
		settings_drop(settings);
	}
}

/* The preset's addresses, with the tenant in them, as far as the grant asks
 * for them; and the command the daemon runs. */
static void test_oauth(void **state)
{
	static const struct {
		const char *lines;
		const char *token_url;
		const char *device_url;
		const char *scope;
	} cases[] = {
		{ "provider = outlook",
		    "https://login.microsoftonline.com/consumers/oauth2/v2.0/"
		    "token",
		    "https://login.microsoftonline.com/consumers/oauth2/v2.0/"
		    "devicecode",
		    "https://outlook.office.com/SMTP.Send offline_access" },
		{ "provider = office365\noauth_tenant = contoso.example\n"
		  "oauth_scope = mine",
		    "https://login.microsoftonline.com/contoso.example/oauth2/"
		    "v2.0/token",
		    "https://login.microsoftonline.com/contoso.example/oauth2/"
		    "v2.0/devicecode",
		    "mine" },
		{ "provider = office365-cn\noauth_device_url = https://d/",
		    "https://login.partner.microsoftonline.cn/common/oauth2/"
		    "v2.0/token",
		    "https://d/",
		    "https://partner.outlook.cn/SMTP.Send offline_access" },
		{ "provider = gmail", "https://oauth2.googleapis.com/token",
		    NULL, "https://mail.google.com/" },
		{ "provider = office365-gcc-high\noauth_tenant = c.example\n"
		  "oauth_grant = client-credentials\n"
		  "oauth_client_secret_file = password",
		    "https://login.microsoftonline.us/c.example/oauth2/v2.0/"
		    "token",
		    NULL, "https://outlook.office365.us/.default" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		const struct account_settings *account;
		struct settings *settings;
		char text[500];

		snprintf(text, sizeof(text),
		    "[account it.s]\nuser = u\noauth_client_id = x\n%s\n",
		    cases[i].lines);
		settings = scratch_read_good(text);
		account = &settings->accounts[0];
		assert_string_equal(
		    account->oauth->token_url, cases[i].token_url);
		assert_string_equal(account->oauth->scope, cases[i].scope);
		if (cases[i].device_url)
			assert_string_equal(
			    account->oauth->device_url, cases[i].device_url);
		else
			assert_null(account->oauth->device_url);
		assert_int_equal(account->source, CREDENTIAL_COMMAND);
		assert_string_equal(account->command,
		    "exec 'smtpseal-oauth' -c 'a.ini' token 'it.s'");
		settings_drop(settings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oauth),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_device_defaults),
		cmocka_unit_test(test_hold_all),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_pop),
		cmocka_unit_test(test_same_account),
		cmocka_unit_test(test_every_preset),
		cmocka_unit_test(test_presets_in_detail),
		cmocka_unit_test(test_passwords),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
