/*
 * Verbs as devices write them, and what is no SMTP at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "smtp/command.h"

static const struct command_row {
	const char *line;
	enum verb verb;
	const char *argument;
} rows[] = {
	{ "EHLO copier", VERB_EHLO, "copier" },
	{ "ehlo FE80::1", VERB_EHLO, "FE80::1" },
	{ "EHLO", VERB_EHLO, "" },
	{ "HELO ", VERB_HELO, "" },
	{ "HELO [192.168.1.21]", VERB_HELO, "[192.168.1.21]" },
	{ "HELO  a b ", VERB_HELO, "a b" },
	{ "HELO host:", VERB_HELO, "host:" },
	{ " \tnoop\t", VERB_NOOP, "" },
	{ "MAIL FROM: <a@b>", VERB_MAIL, "FROM: <a@b>" },
	{ "mail From:<a@b>", VERB_MAIL, "From:<a@b>" },
	{ "RCPT\tTO:<a@b>", VERB_RCPT, "TO:<a@b>" },
	{ "Data", VERB_DATA, "" },
	{ "RSET", VERB_RSET, "" },
	{ "VRFY a@b", VERB_VRFY, "a@b" },
	{ "HELP me", VERB_HELP, "me" },
	{ "QUIT", VERB_QUIT, "" },
	{ "STARTTLS foo", VERB_STARTTLS, "foo" },
	{ "auth login dXNlcg==", VERB_AUTH, "login dXNlcg==" },

	{ "", VERB_EMPTY, "" },
	{ " \t ", VERB_EMPTY, "" },

	{ "MAILFROM:<a@b>", VERB_UNKNOWN, "" },
	{ "QUIT\r", VERB_UNKNOWN, "" },
	{ "EHL", VERB_UNKNOWN, "" },
	{ "EHLOO", VERB_UNKNOWN, "" },
	{ "unknown", VERB_UNKNOWN, "" },
	{ "empty", VERB_UNKNOWN, "" },
	{ "foreign", VERB_UNKNOWN, "" },
	{ "XCLIENT NAME=x", VERB_UNKNOWN, "NAME=x" },
	{ "BDAT 10 LAST", VERB_UNKNOWN, "10 LAST" },
	{ "ETRN x", VERB_UNKNOWN, "x" },
	{ "EXPN list", VERB_UNKNOWN, "list" },
	{ "TURN", VERB_UNKNOWN, "" },
	{ "DEBUG", VERB_UNKNOWN, "" },
	{ "dXNlcm5hbWU6", VERB_UNKNOWN, "" },
	{ ":", VERB_UNKNOWN, "" },
	{ "GET it", VERB_UNKNOWN, "it" },
	{ "FETCH / HTTP/1.1", VERB_UNKNOWN, "/ HTTP/1.1" },
	{ "proxy x", VERB_UNKNOWN, "x" },

	{ "POST / HTTP/1.1", VERB_FOREIGN, "/ HTTP/1.1" },
	{ "get /a?b=c HTTP/1.0", VERB_FOREIGN, "/a?b=c HTTP/1.0" },
	{ "OPTIONS * HTTP/1.1", VERB_FOREIGN, "* HTTP/1.1" },
	{ "CONNECT x:25 HTTP/1.1", VERB_FOREIGN, "x:25 HTTP/1.1" },
	{ "PRI * HTTP/2.0", VERB_FOREIGN, "* HTTP/2.0" },
	{ "Host: 192.0.2.1:2525", VERB_FOREIGN, "192.0.2.1:2525" },
	{ "Content-Type: text/plain", VERB_FOREIGN, "text/plain" },
	{ "PROXY TCP4 192.0.2.1 192.0.2.2 1 2", VERB_FOREIGN,
	    "TCP4 192.0.2.1 192.0.2.2 1 2" },
};

static void test_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct command command = command_parse(span_of(rows[i].line));

		if (command.verb != rows[i].verb)
			print_error("%s\n", rows[i].line);
		assert_int_equal(command.verb, rows[i].verb);
		assert_true(
		    span_equal(command.argument, span_of(rows[i].argument)));
	}
}

static void test_word(void **state)
{
	struct command command = command_parse(SPAN("  xyz  a"));

	(void)state;
	assert_true(span_equal(command.word, SPAN("xyz")));
}

static void test_nul(void **state)
{
	static const char line[] = "DATA\0";
	struct command command = command_parse(span_make(line, 5));

	(void)state;
	assert_int_equal(command.verb, VERB_UNKNOWN);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(span_equal(verb_name(VERB_EHLO), SPAN("EHLO")));
	assert_true(span_equal(verb_name(VERB_UNKNOWN), SPAN("unknown")));
	for (enum verb verb = 0; verb < VERB_COUNT; verb++)
		assert_true(verb_name(verb).len > 0);
}

/* The first octets of a connection; each prefix of them is judged as well. */
static void test_foreign(void **state)
{
	static const char proxy[] = "\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c";
	static const char hello[] = "\x16\x03\x01";
	static const struct {
		struct span first;
		enum command_foreign foreign;
		size_t from; /* octets from which on it is known */
	} firsts[] = {
		{ SPAN("EHLO x\r\n"), COMMAND_NOT_FOREIGN, 1 },
		{ SPAN("\r\nEHLO x\r\n"), COMMAND_NOT_FOREIGN, 3 },
		{ SPAN("\r\n\r\nEHLO x\r\n"), COMMAND_NOT_FOREIGN, 5 },
		{ SPAN("\n"), COMMAND_NOT_FOREIGN, 1 },
		{ { hello, sizeof(hello) - 1 }, COMMAND_FOREIGN_TLS, 1 },
		{ { proxy, sizeof(proxy) - 1 }, COMMAND_FOREIGN_PROXY, 5 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(firsts); i++)
		for (size_t len = 0; len <= firsts[i].first.len; len++)
			assert_int_equal(
			    command_foreign(span_first(firsts[i].first, len)),
			    len < firsts[i].from ? COMMAND_FOREIGN_MORE
						 : firsts[i].foreign);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
