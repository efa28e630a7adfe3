/*
 * Whole configuration files: the complaints they earn, line by line, and the
 * settings they become. The files live in a folder of their own, which is the
 * working directory meanwhile, so that relative paths are tried as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "config/account.h"
#include "config/config.h"
#include "config/device.h"
#include "config/limits.h"
#include "config/listen.h"
#include "config/provider.h"

/* An account that is all right, for files about something else. */
#define GOOD "[account]\nhost = h.example\nauth = none\n"

/* The start of one that logs in; the password's file is there. */
#define LOGIN "[account]\nhost = h.example\nuser = u\n"

#define PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static char folder[] = "/tmp/smtpseal-config-XXXXXX";

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	fclose(file);
	assert_int_equal(chmod(name, mode), 0);
}

/* The files the configurations below name. */
static const struct secret_row {
	const char *name;
	const char *text;
	mode_t mode;
} files[] = {
	{ "password", "hunter two; #1\nsecond line\n", 0600 },
	{ "crlf", "hunter2\r\n", 0400 },
	{ "bare", "hunter2", 0600 },
	{ "group", "hunter2\n", 0640 },
	{ "others", "hunter2\n", 0604 },
	{ "written", "hunter2\n", 0620 },
	{ "empty", "", 0600 },
	{ "blank", "\nhunter2\n", 0600 },
	{ "bom", "\xef\xbb\xbfhunter2\n", 0600 },
	{ "ca.pem", "x\n", 0644 },
	{ "key.pem", "x\n", 0600 },
};

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return -1;
	for (size_t i = 0; i < array_len(files); i++)
		write_file(files[i].name, files[i].text, files[i].mode);
	return mkfifo("pipe", 0600);
}

static int remove_folder(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(files); i++)
		unlink(files[i].name);
	unlink("pipe");
	unlink("a.ini");
	return chdir("/") < 0 || rmdir(folder) < 0;
}

/* Reads the text as a file of that mode; the complaints as printed are the
 * caller's to free. */
static struct settings *read_text(
    const char *text, mode_t mode, char **printed)
{
	struct complaints complaints;
	struct settings *settings;
	size_t len;
	FILE *out = open_memstream(printed, &len);

	write_file("a.ini", text, mode);
	complaints_init(&complaints, "a.ini");
	settings = config_read("a.ini", &complaints);
	complaints_print(&complaints, out);
	fclose(out);
	assert_true((settings != NULL) == (complaints.count == 0));
	complaints_finish(&complaints);
	return settings;
}

static struct settings *read_good(const char *text)
{
	char *printed = NULL;
	struct settings *settings = read_text(text, 0600, &printed);

	if (!settings)
		print_error("%s", printed);
	free(printed);
	assert_non_null(settings);
	return settings;
}

static const struct row {
	const char *title;
	const char *text;
	const char *complaints; /* each without "a.ini:" */
} rows[] = {
	{ "the smallest file that works",
	    "[account]\nhost = smtp.example.com\nuser = scanner@example.com\n"
	    "password_file = password\n", "" },
	{ "an empty file", "",
	    "1: [account]: missing; there must be at least one\n" },
	{ "all mistakes at once, in the order of the lines",
	    "[limits]\ndrain = never\n[account]\nhots = h.example\n"
	    "port = 587o\n[devise x]\n[log]\nlevel = loud\n",
	    "2: drain: never is not a time from 0s to 3600s (such as 30s, 5m, "
	    "1h)\n"
	    "3: host: missing; give host or provider\n"
	    "3: user: missing; give user and a password, or auth = none\n"
	    "4: hots: there is no such key in [account]; did you mean host?\n"
	    "5: port: 587o is not a number from 1 to 65535\n"
	    "6: [devise x]: there is no such section; did you mean [device]?\n"
	    "8: level: loud is none of error, warn, info, debug, trace\n" },
	{ "an unknown section", GOOD "[banana]\nx = 1\n",
	    "4: [banana]: there is no such section\n" },
	{ "an unknown key that is like no other", GOOD "banana = 1\n",
	    "4: banana: there is no such key in [account]\n" },
	{ "keys are written small", GOOD "Port = 25\n",
	    "4: Port: there is no such key in [account]; did you mean port?\n" },
	{ "a key without a value", GOOD "port =\n",
	    "4: port: there is no value\n" },
	{ "a key twice", GOOD "port = 25\nport = 26\n",
	    "5: port: it stands in line 4 already\n" },
	{ "names where none belong, none where one does",
	    GOOD "[limits x]\n[device]\nclient = 192.0.2.1\n",
	    "4: [limits x]: [limits] takes no name\n"
	    "5: [device]: it needs a name, such as [device copier]\n" },
	{ "sections twice", GOOD "[log]\n[account]\nhost = i.example\n"
	    "auth = none\n[log]\n[account default]\nhost = j.example\n"
	    "auth = none\n",
	    "5: [account]: it begins in line 1 already\n"
	    "8: [log]: it begins in line 4 already\n"
	    "9: [account default]: it begins in line 1 already\n" },

	/* [listen] */
	{ "an address beyond loopback",
	    GOOD "[listen]\naddress = 127.0.0.1:25, 192.0.2.1:25\n",
	    "5: address: 192.0.2.1:25 is beyond loopback; say with allow who "
	    "may connect, as an open relay serves spammers\n" },
	{ "all addresses of the machine", GOOD "[listen]\naddress = [::]:25\n",
	    "5: address: [::]:25 is beyond loopback; say with allow who may "
	    "connect, as an open relay serves spammers\n" },
	{ "the same with allow",
	    GOOD "[listen]\naddress = [::]:25\nallow = 192.0.2.0/24\n", "" },
	{ "an address twice",
	    GOOD "[listen a]\naddress = 127.0.0.1:25\n[listen b]\n"
		 "address = localhost:25\n",
	    "7: address: localhost:25 is listened on already\n" },
	{ "a greeting with a blank", GOOD "[listen]\nhello = my gate\n",
	    "5: hello: my gate is neither a host name nor an address in "
	    "brackets\n" },

	/* [account]: where to */
	{ "host and provider both missing", "[account]\nauth = none\n",
	    "1: host: missing; give host or provider\n" },
	{ "a provider mistyped", "[account]\nprovider = gmial\nauth = none\n",
	    "2: provider: gmial has no preset; give its host; did you mean "
	    "gmail?\n" },
	{ "a region missing",
	    "[account]\nprovider = ses\nuser = u\npassword = p\n",
	    "1: region: missing; ses needs one, such as eu-west-1\n" },
	{ "a region too many", GOOD "region = eu-west-1\n",
	    "4: region: only for a provider whose host holds one, such as "
	    "ses\n" },
	{ "a region with a dot",
	    "[account]\nprovider = ses\nregion = evil.example\nuser = u\n"
	    "password = p\n",
	    "3: region: evil.example is not a word of letters, digits and "
	    "hyphens\n" },
	{ "an upstream name that is none", GOOD "hello = localhost\n",
	    "4: hello: localhost means nothing to a provider, and some refuse "
	    "it; give a name of this site, or leave the key out\n" },
	{ "a pin too short", GOOD "pin_sha256 = " PIN ", AAAA\n",
	    "4: pin_sha256: AAAA is not the base64 of 32 octets (44 "
	    "digits)\n" },
	{ "trust anchors that are not there", GOOD "ca_file = nowhere.pem\n",
	    "4: ca_file: nowhere.pem cannot be read: No such file or "
	    "directory\n" },
	{ "a client certificate without its key",
	    GOOD "client_certificate = ca.pem\n",
	    "4: client_certificate: client_key is missing\n" },
	{ "a client key others may read, without its certificate",
	    GOOD "client_key = ca.pem\n",
	    "4: client_key: ca.pem is open to group or others (mode 0644); "
	    "make it the owner's alone: chmod 600\n"
	    "4: client_key: client_certificate is missing\n" },
	{ "numbers out of range",
	    GOOD "connections = 0\nkeep_warm = 2h\nport = 0\n",
	    "4: connections: 0 is not a number from 1 to 1000\n"
	    "5: keep_warm: 2h is not a time from 0s to 3600s (such as 30s, "
	    "5m, 1h)\n"
	    "6: port: 0 is not a number from 1 to 65535\n" },

	/* [account]: logging in */
	{ "a user without a password", LOGIN,
	    "3: user: there is no password for it; give password_file, "
	    "password_command, password or token_command\n" },
	{ "a password without a user",
	    "[account]\nhost = h.example\npassword_file = password\n",
	    "1: user: missing; whose password is it?\n" },
	{ "two passwords", LOGIN "password = p\npassword_file = password\n"
	    "token_command = t\n",
	    "4: password: password_file is given as well; give one of them\n"
	    "6: token_command: password_file is given as well; give one of "
	    "them\n" },
	{ "a password for no login",
	    GOOD "user = u\npassword_command = pass mail\n",
	    "4: user: without effect, as auth = none\n"
	    "5: password_command: without effect, as auth = none\n" },
	{ "a mechanism nobody knows", LOGIN "password = p\nauth = ntlm\n",
	    "5: auth: ntlm is none of auto, none, plain, login, cram-md5, "
	    "digest-md5, scram-sha-1, scram-sha-256, xoauth2, oauthbearer, "
	    "external, pop-before-smtp\n" },
	{ "a token for a password mechanism",
	    LOGIN "token_command = t\nauth = plain\n",
	    "5: auth: does not log in with a token; xoauth2 does\n" },
	{ "a password for a token mechanism",
	    LOGIN "password = p\nauth = xoauth2\n",
	    "5: auth: needs token_command\n" },
	{ "a password for a provider that takes tokens only",
	    "[account]\nprovider = outlook\nuser = u\npassword = p\n",
	    "4: password: outlook does not take passwords; give "
	    "token_command\n" },
	{ "a token for a provider that takes passwords only",
	    "[account]\nprovider = gmx\nuser = u\ntoken_command = t\n",
	    "4: token_command: gmx does not take tokens; give a password\n" },

	/* [account]: never without TLS */
	{ "no TLS, and any mechanism", LOGIN "password = p\ntls = none\n",
	    "5: tls: without TLS only auth = none or cram-md5 is allowed: "
	    "others show the password\n" },
	{ "no TLS, and PLAIN",
	    LOGIN "password = p\ntls = none\nauth = plain\n",
	    "5: tls: without TLS only auth = none or cram-md5 is allowed: "
	    "others show the password\n" },
	{ "no TLS, and a token",
	    LOGIN "token_command = t\ntls = none\nauth = xoauth2\n",
	    "5: tls: without TLS only auth = none or cram-md5 is allowed: "
	    "others show the password\n" },
	{ "no TLS, and CRAM-MD5",
	    LOGIN "password = p\ntls = none\nauth = cram-md5\n", "" },
	{ "no TLS, and no login", GOOD "tls = none\n", "" },
	{ "a preset without TLS, and LOGIN",
	    "[account]\nprovider = nifty\nuser = u\npassword = p\n"
	    "auth = login\n",
	    "5: auth: without TLS only auth = none or cram-md5 is allowed: "
	    "others show the password\n" },

	/* Secrets' files */
	{ "a password file the group may read",
	    LOGIN "password_file = group\n",
	    "4: password_file: group is open to group or others (mode 0640); "
	    "make it the owner's alone: chmod 600\n" },
	{ "a password file others may read", LOGIN "password_file = others\n",
	    "4: password_file: others is open to group or others (mode 0604); "
	    "make it the owner's alone: chmod 600\n" },
	{ "a password file the group may write",
	    LOGIN "password_file = written\n",
	    "4: password_file: written is open to group or others (mode "
	    "0620); make it the owner's alone: chmod 600\n" },
	{ "a password file that is not there",
	    LOGIN "password_file = nowhere\n",
	    "4: password_file: nowhere cannot be read: No such file or "
	    "directory\n" },
	{ "an empty password file", LOGIN "password_file = empty\n",
	    "4: password_file: the first line of empty is empty\n" },
	{ "a password file with an empty first line",
	    LOGIN "password_file = blank\n",
	    "4: password_file: the first line of blank is empty\n" },
	{ "a password file with a byte order mark",
	    LOGIN "password_file = bom\n",
	    "4: password_file: bom begins with a byte order mark, which is "
	    "not part of any password\n" },
	{ "a pipe for a password file", LOGIN "password_file = pipe\n",
	    "4: password_file: pipe is not a file\n" },
	{ "a folder for a password file", LOGIN "password_file = .\n",
	    "4: password_file: . is not a file\n" },

	/* [device] */
	{ "a device nobody is", GOOD "[device a]\n",
	    "4: client: missing; without it no device is ever [device a]\n" },
	{ "a device with an account nobody knows",
	    "[device a]\nclient = 192.0.2.1\naccount = ofice, b\n"
	    "[account office]\nhost = h.example\nauth = none\n",
	    "3: account: there is no account ofice; did you mean office?\n"
	    "3: account: there is no account b\n" },
	{ "an account twice in a device's list",
	    GOOD "[device a]\nclient = 192.0.2.1\naccount = default,default\n",
	    "6: account: default stands twice in the list\n" },
	{ "a block for two devices",
	    GOOD "[device a]\nclient = 192.0.2.1, 192.0.2.0/24\n"
		 "[device b]\nclient = 10.0.0.1, 192.0.2.1/32\n",
	    "7: client: item 2 is [device a] already\n" },
	{ "a device called default",
	    GOOD "[device default]\nclient = 192.0.2.1\n",
	    "4: [device default]: the name is taken: it stands for all "
	    "devices without a section\n" },
	{ "a keyword that cannot be hidden",
	    GOOD "[device a]\nclient = 192.0.2.1\nhide = AUTH, DSN\n",
	    "6: hide: DSN is none of STARTTLS, AUTH, 8BITMIME, SIZE, "
	    "PIPELINING\n" },
	{ "a hold out of range",
	    GOOD "[device a]\nclient = 192.0.2.1\nhold = 1G\n",
	    "6: hold: 1G is not a size from 1024 to 16777216 octets (such as "
	    "64k, 10M)\n" },

	/* A wrong value of what is not available is wrong all the same. */
	{ "both complaints", GOOD "sender = nobody\n",
	    "4: sender: nobody is not an address such as scan@example.com\n"
	    "4: sender: not available in this version\n" },
};

/* "3: x\n" becomes "a.ini:3: x\n", line by line. */
static char *with_file(const char *complaints)
{
	char *whole = NULL;
	size_t len;
	FILE *out = open_memstream(&whole, &len);

	while (*complaints) {
		size_t line = strcspn(complaints, "\n") + 1;

		fprintf(out, "a.ini:%.*s", (int)line, complaints);
		complaints += line;
	}
	fclose(out);
	return whole;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char *expected = with_file(rows[i].complaints);
		char *printed = NULL;
		struct settings *settings =
		    read_text(rows[i].text, 0600, &printed);

		if (strcmp(printed, expected) != 0)
			print_error("%s\n", rows[i].title);
		assert_string_equal(printed, expected);
		settings_drop(settings);
		free(printed);
		free(expected);
	}
}

/* Keys, and single values of them, whose feature is not there. */
static const struct later_row {
	const char *section;
	const char *entry;
	const char *what;
} later_rows[] = {
	{ "listen", "tls = starttls", "tls: starttls is" },
	{ "listen", "tls = implicit", "tls: implicit is" },
	{ "listen", "tls_min = 1.0", "tls_min:" },
	{ "listen", "certificate = ca.pem", "certificate:" },
	{ "listen", "key = key.pem", "key:" },
	{ "listen", "auth = require", "auth: require is" },
	{ "listen", "proxy_protocol = ::1", "proxy_protocol:" },
	{ "account", "auth = digest-md5", "auth: digest-md5 is" },
	{ "account", "auth = scram-sha-1", "auth: scram-sha-1 is" },
	{ "account", "auth = scram-sha-256", "auth: scram-sha-256 is" },
	{ "account", "auth = oauthbearer", "auth: oauthbearer is" },
	{ "account", "auth = external", "auth: external is" },
	{ "account", "auth = pop-before-smtp", "auth: pop-before-smtp is" },
	{ "account", "sender = a@b.example", "sender:" },
	{ "account", "senders = *@b.example", "senders:" },
	{ "account", "signed = pass", "signed:" },
	{ "account", "chunking = yes", "chunking: yes is" },
	{ "account", "rate = 30", "rate:" },
	{ "account", "oauth_grant = device", "oauth_grant:" },
	{ "account", "oauth_client_id = x", "oauth_client_id:" },
	{ "account", "oauth_client_secret_file = password",
	    "oauth_client_secret_file:" },
	{ "account", "oauth_certificate = ca.pem", "oauth_certificate:" },
	{ "account", "oauth_key = key.pem", "oauth_key:" },
	{ "account", "oauth_tenant = x", "oauth_tenant:" },
	{ "account", "oauth_scope = x", "oauth_scope:" },
	{ "account", "oauth_token_url = https://x", "oauth_token_url:" },
	{ "account", "oauth_device_url = https://x", "oauth_device_url:" },
	{ "account", "oauth_authorize_url = https://x",
	    "oauth_authorize_url:" },
	{ "account", "oauth_ca_file = ca.pem", "oauth_ca_file:" },
	{ "account", "oauth_subject = x", "oauth_subject:" },
	{ "device x", "login = x", "login:" },
	{ "device x", "login_password = x", "login_password:" },
	{ "device x", "login_password_file = password",
	    "login_password_file:" },
	{ "device x", "account = by-sender", "account: by-sender is" },
	{ "device x", "sender = keep", "sender:" },
	{ "device x", "reply_to = drop", "reply_to:" },
	{ "device x", "redirect = a@b.example", "redirect:" },
	{ "device x", "recipients = *@b.example",
	    "recipients: patterns other than * are" },
	{ "device x", "end_of_data = close", "end_of_data: close is" },
	{ "device x", "hold = all", "hold: all is" },
};

/* An account and a device that are all right, with one entry more. */
static void make_text(const struct later_row *row, char *text, size_t room)
{
	bool is_account = strcmp(row->section, "account") == 0;
	bool is_device = row->section[0] == 'd';

	snprintf(text, room,
	    "[account]\nhost = h.example\nuser = u\npassword = p\n%s%s"
	    "[%s]\n%s%s%s\n",
	    is_account ? row->entry : "", is_account ? "\n" : "",
	    is_account ? "listen" : row->section,
	    is_device ? "client = 192.0.2.1\n" : "",
	    is_account ? "" : row->entry, "");
}

static void test_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(later_rows); i++) {
		const struct later_row *row = &later_rows[i];
		char text[400];
		char expected[200];
		char *printed = NULL;

		make_text(row, text, sizeof(text));
		snprintf(expected, sizeof(expected),
		    "a.ini:%d: %s not available in this version\n",
		    row->section[0] == 'a' ? 5 :
			row->section[0] == 'd' ? 7 : 6, row->what);
		assert_null(read_text(text, 0600, &printed));
		assert_string_equal(printed, expected);
		free(printed);
	}
}

/* Every key of the manual, by section, is in its table and nothing else is. */
static const struct known {
	const char *section;
	const struct section_keys *table;
	const char *keys;
} known_keys[] = {
	{ "listen", &listen_keys,
	    "address allow tls tls_min certificate key auth proxy_protocol "
	    "hello " },
	{ "account", &account_keys,
	    "provider host port tls tls_name ca_file pin_sha256 "
	    "client_certificate client_key user password_file "
	    "password_command password token_command auth region hello sender "
	    "senders signed chunking connections rate keep_warm oauth_grant "
	    "oauth_client_id oauth_client_secret_file oauth_certificate "
	    "oauth_key oauth_tenant oauth_scope oauth_token_url "
	    "oauth_device_url oauth_authorize_url oauth_ca_file "
	    "oauth_subject " },
	{ "device x", &device_keys,
	    "client login login_password login_password_file account sender "
	    "reply_to redirect recipients hide end_of_data hold " },
	{ "limits", &limits_keys,
	    "connections connections_per_client message_size recipients "
	    "command_timeout message_timeout drain " },
	{ "log", &log_keys, "level target " },
	{ "state", &state_keys, "directory " },
};

static void test_known_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(known_keys); i++) {
		const struct known *known = &known_keys[i];
		struct span rest = span_of(known->keys);
		struct span key;
		size_t count = 0;

		while ((key = span_word(&rest)).len > 0) {
			char *printed = NULL;
			char text[100];

			snprintf(text, sizeof(text), "[%s]\n%.*s =\n",
			    known->section, (int)key.len, key.ptr);
			settings_drop(read_text(text, 0600, &printed));
			assert_null(strstr(printed, "no such"));
			assert_non_null(strstr(printed, "there is no value"));
			free(printed);
			count++;
		}
		assert_int_equal(count, known->table->count);
	}
}

static void test_defaults(void **state)
{
	struct settings *settings = read_good(LOGIN "password = p\n");
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
	assert_false(account->policy.chunking);
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
	assert_true(
	    span_equal(account->policy.hello, SPAN("out.example.com")));
	assert_int_equal(account->connections, 7);
	assert_int_equal(account->keep_warm_s, 0);
}

static void test_full(void **state)
{
	struct settings *settings = read_good(full);
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
	assert_int_equal(
	    second->policy.mechanisms, sasl_all(SASL_NEEDS_TOKEN));
	assert_int_equal(settings->device_count, 2);
	assert_string_equal(device->name, "c");
	assert_int_equal(device->account_count, 2);
	assert_int_equal(device->accounts[0], 1);
	assert_int_equal(device->accounts[1], 0);
	assert_int_equal(
	    device->hide, CLIENT_KEYWORD_AUTH | CLIENT_KEYWORD_8BITMIME);
	assert_int_equal(device->hold, 1048576);
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

/* What a device's section leaves out is as for all other devices. */
static void test_device_defaults(void **state)
{
	struct settings *settings =
	    read_good(GOOD "[account b]\nhost = i\nauth = none\n"
			   "[device a]\nclient = 192.0.2.1\n");
	const struct device_settings *device = &settings->devices[0];

	(void)state;
	assert_string_equal(device->name, "a");
	assert_int_equal(device->line, 7);
	assert_int_equal(device->hold, 65536);
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
		{ "provider = gmail\ntls = starttls", 587,
		    UPSTREAM_STARTTLS },
		{ "provider = gmail\nhost = h\ntls = implicit", 465,
		    UPSTREAM_IMPLICIT },
		{ "provider = office365", 587, UPSTREAM_STARTTLS },
		{ "provider = office365\nport = 25", 25, UPSTREAM_STARTTLS },
		{ "provider = office365\nport = 465", 465,
		    UPSTREAM_IMPLICIT },
		{ "provider = nifty\nport = 587", 587, UPSTREAM_PLAIN },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char text[200];
		struct settings *settings;

		snprintf(text, sizeof(text), "[account]\nauth = none\n%s\n",
		    cases[i].keys);
		settings = read_good(text);
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
		    provider_needs_token(provider) ? "token_command" :
						     "password",
		    provider_needs_region(provider) ? "region = eu-west-1\n" :
						      "");
		settings = read_good(text);
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
	struct settings *settings = read_good("[account]\nprovider = ses\n"
	    "region = eu-west-1\nuser = u\npassword = p\n");

	(void)state;
	assert_string_equal(settings->accounts[0].host,
	    "email-smtp.eu-west-1.amazonaws.com");
	assert_int_equal(settings->accounts[0].keep_warm_s, 5);
	settings_drop(settings);
	settings = read_good("[account]\nprovider = office365\nuser = u\n"
	    "password = p\n");
	assert_int_equal(settings->accounts[0].policy.mechanisms,
	    SASL_BIT(SASL_LOGIN));
	settings_drop(settings);
	settings = read_good("[account]\nprovider = office365\nuser = u\n"
	    "token_command = t\nconnections = 1\n");
	assert_int_equal(settings->accounts[0].policy.mechanisms,
	    SASL_BIT(SASL_XOAUTH2));
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
		settings = read_good(text);
		assert_int_equal(
		    settings->accounts[0].source, CREDENTIAL_SECRET);
		assert_true(span_equal(
		    secret_reveal(&settings->accounts[0].password),
		    span_of(cases[i].password)));
		settings_drop(settings);
	}
}

/* A password in the file itself asks for a private file; without one the
 * file may be read by all. */
static void test_file_mode(void **state)
{
	static const mode_t open_modes[] = { 0640, 0604, 0644, 0660 };
	char *printed = NULL;
	struct settings *settings;

	(void)state;
	for (size_t i = 0; i < array_len(open_modes); i++) {
		assert_null(read_text(
		    LOGIN "password = p\n", open_modes[i], &printed));
		assert_string_equal(printed,
		    "a.ini:4: password: this file is open to group or others; "
		    "make it the owner's alone (chmod 600), or use "
		    "password_file\n");
		free(printed);
	}
	settings = read_text(LOGIN "password = p\n", 0400, &printed);
	assert_non_null(settings);
	settings_drop(settings);
	free(printed);
	settings = read_text(LOGIN "password_file = password\n", 0644,
	    &printed);
	assert_non_null(settings);
	settings_drop(settings);
	free(printed);
}

/* No password is ever shown, wherever it stands. */
static void test_nothing_shown(void **state)
{
	static const char *const texts[] = {
		"[account]\nhunter2\n",
		"[account]\npassword : hunter2\n",
		"[account]\npassword = hunter2\tx\n",
		"[account]\npasword = hunter2\n",
		"password = hunter2\n",
		LOGIN "password = hunter2\npassword = hunter2\nport = x\n",
		LOGIN "password = hunter2\ntoken_command = hunter2\n",
	};

	(void)state;
	for (size_t i = 0; i < array_len(texts); i++) {
		char *printed = NULL;

		assert_null(read_text(texts[i], 0600, &printed));
		assert_null(strstr(printed, "hunter2"));
		free(printed);
	}
}

/* The file itself cannot be read: main must know why. */
static void test_unreadable(void **state)
{
	static const struct {
		const char *path;
		int error;
		const char *printed;
	} cases[] = {
		{ "none.ini", ENOENT,
		    "none.ini: cannot be read: No such file or directory\n" },
		{ ".", EISDIR, ".: cannot be read: Is a directory\n" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct complaints complaints;
		char *printed = NULL;
		size_t len;
		FILE *out = open_memstream(&printed, &len);

		complaints_init(&complaints, cases[i].path);
		assert_null(config_read(cases[i].path, &complaints));
		assert_int_equal(complaints.unreadable, cases[i].error);
		complaints_print(&complaints, out);
		fclose(out);
		assert_string_equal(printed, cases[i].printed);
		free(printed);
		complaints_finish(&complaints);
	}
}

/* Paths are relative to the file, not to where the program was started. */
static void test_relative(void **state)
{
	struct complaints complaints;
	struct settings *settings;
	char path[sizeof(folder) + 16];

	(void)state;
	write_file("a.ini", LOGIN "password_file = password\n", 0600);
	snprintf(path, sizeof(path), "%s/a.ini", folder);
	assert_int_equal(chdir("/"), 0);
	complaints_init(&complaints, path);
	settings = config_read(path, &complaints);
	assert_int_equal(chdir(folder), 0);
	assert_non_null(settings);
	assert_string_equal(settings->file, path);
	settings_drop(settings);
	complaints_finish(&complaints);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_known_keys),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_device_defaults),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_every_preset),
		cmocka_unit_test(test_presets_in_detail),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_file_mode),
		cmocka_unit_test(test_nothing_shown),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_relative),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
