#include "provider/options.h"

#include <ctype.h>
#include <openssl/ssl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_MAX_OCTETS = 16 * 1024 };

static bool complain(const char *option, const char *what)
{
	fprintf(stderr, "provider: %s: %s\n", option, what);
	return false;
}

struct word {
	const char *name;
	int value;
};

static const struct word modes[] = {
	{ "none", TLS_NONE },
	{ "starttls", TLS_STARTTLS },
	{ "implicit", TLS_IMPLICIT },
	{ NULL, 0 },
};

static const struct word versions[] = {
	{ "1.0", TLS1_VERSION },
	{ "1.1", TLS1_1_VERSION },
	{ "1.2", TLS1_2_VERSION },
	{ "1.3", TLS1_3_VERSION },
	{ NULL, 0 },
};

static bool set_word(int *field, const struct word *words, const char *value)
{
	for (; words->name; words++) {
		if (strcmp(words->name, value) == 0) {
			*field = words->value;
			return true;
		}
	}
	return false;
}

static bool set_mode(void *field, const char *value)
{
	int mode;

	if (!set_word(&mode, modes, value))
		return false;
	*(enum tls_mode *)field = (enum tls_mode)mode;
	return true;
}

static bool set_version(void *field, const char *value)
{
	return set_word(field, versions, value);
}

static bool set_text(void *field, const char *value)
{
	*(const char **)field = value;
	return true;
}

static bool set_number(void *field, const char *value)
{
	char *end;

	if (*value < '0' || *value > '9')
		return false;
	*(uint64_t *)field = strtoull(value, &end, 10);
	return *end == '\0';
}

static bool set_flag(void *field, const char *value)
{
	(void)value;
	*(bool *)field = true;
	return true;
}

/* The file's lines, each ended by CRLF however it ended in the file. */
static bool set_lines(void *field, const char *value)
{
	char raw[FILE_MAX_OCTETS];
	FILE *file = fopen(value, "r");
	size_t len = file ? fread(raw, 1, sizeof(raw), file) : 0;
	char *lines = calloc(2, sizeof(raw));
	size_t at = 0;

	if (file)
		fclose(file);
	if (!lines || len == 0 || len == sizeof(raw)) {
		free(lines);
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r'))
			lines[at++] = '\r';
		lines[at++] = raw[i];
	}
	*(const char **)field = lines;
	return true;
}

/* clang-format off */
static const struct option_row {
	const char *name;
	bool (*set)(void *field, const char *value);
	size_t field;
} rows[] = {
	{ "--tls",         set_mode,    offsetof(struct options, tls) },
	{ "--min-tls",     set_version, offsetof(struct options, tls_min) },
	{ "--max-tls",     set_version, offsetof(struct options, tls_max) },
	{ "--cert",        set_text,    offsetof(struct options, cert) },
	{ "--key",         set_text,    offsetof(struct options, key) },
	{ "--ca",          set_text,    offsetof(struct options, ca) },
	{ "--ciphers",     set_text,    offsetof(struct options, ciphers) },
	{ "--user",        set_text,    offsetof(struct options, user) },
	{ "--password",    set_text,    offsetof(struct options, password) },
	{ "--token",       set_text,    offsetof(struct options, token) },
	{ "--token-check", set_text,    offsetof(struct options, token_check) },
	{ "--auth",        set_text,    offsetof(struct options, auth) },
	{ "--ehlo",        set_lines,   offsetof(struct options, ehlo) },
	{ "--ehlo-tls",    set_lines,   offsetof(struct options, ehlo_tls) },
	{ "--store",       set_text,    offsetof(struct options, store) },
	{ "--log",         set_text,    offsetof(struct options, log) },
	{ "--port",        set_number,  offsetof(struct options, port) },
	{ "--size",        set_number,  offsetof(struct options, size) },
	{ "--delay-ms",    set_number,  offsetof(struct options, delay_ms) },
	{ "--for",         set_number,  offsetof(struct options, seconds) },
	{ "--connections", set_number,  offsetof(struct options, connections) },
	{ "--strict",      set_flag,    offsetof(struct options, strict) },
	{ "--discard",     set_flag,    offsetof(struct options, discard) },
	{ "--sum",         set_flag,    offsetof(struct options, sum) },
	{ "--chunking",    set_flag,    offsetof(struct options, chunking) },
	{ NULL, NULL, 0 },
};
/* clang-format on */

static bool set_option(
    struct options *options, struct script *script, char ***argv)
{
	const char *name = *(*argv)++;
	const struct option_row *row = rows;
	const char *value = "";

	while (row->name && strcmp(row->name, name) != 0)
		row++;
	if (!row->name && strcmp(name, "--do") != 0)
		return complain(name, "no such option");
	if (row->set != set_flag && !**argv)
		return complain(name, "its value is missing");
	if (row->set != set_flag)
		value = *(*argv)++;
	if (!row->name)
		return script_add(script, value);
	if (!row->set((char *)options + row->field, value))
		return complain(name, "not understood, or not readable");
	return true;
}

static bool takes_tokens(const struct options *options)
{
	return options->token || options->token_check;
}

static bool check(const struct options *options)
{
	if (options->tls != TLS_NONE && (!options->cert || !options->key))
		return complain("--tls", "needs --cert and --key");
	if (!options->user != !options->password && !takes_tokens(options))
		return complain("--user", "needs --password or --token");
	if (takes_tokens(options) && !options->user)
		return complain("--token", "needs --user");
	if (options->port > 65535)
		return complain("--port", "too high");
	if (options->connections == 0 || options->connections > 4096)
		return complain("--connections", "1 to 4096");
	return true;
}

static const char *default_mechanisms(const struct options *options)
{
	if (!options->user)
		return "";
	if (!takes_tokens(options))
		return "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256";
	return options->password ? "PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER"
				 : "XOAUTH2 OAUTHBEARER";
}

/* see options.h */
bool options_read(struct options *options, struct script *script, char **argv)
{
	*options = (struct options){
		.size = 35882577,
		.seconds = 600,
		.connections = 512,
	};
	while (*argv) {
		if (!set_option(options, script, &argv))
			return false;
	}
	if (!options->auth)
		options->auth = default_mechanisms(options);
	if (!options->ehlo_tls)
		options->ehlo_tls = options->ehlo;
	return check(options);
}
