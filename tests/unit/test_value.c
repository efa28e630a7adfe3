/*
 * Values one by one: what each reader takes, what it makes of it, and what it
 * says of what it does not take.
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
#include "config/endpoint.h"
#include "config/network.h"
#include "config/suggest.h"
#include "config/value.h"

static struct arena arena;

static struct reading start(void)
{
	return (struct reading){ .arena = &arena, .directory = "/etc/x/" };
}

static int finish(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static const struct value_range range = { 2, 7200 };

static const struct number_row {
	enum value_verdict (*read)(
	    struct reading *, struct span, const void *, void *);
	const char *value;
	unsigned expected;
	const char *why; /* NULL: it is good */
} numbers[] = {
	{ value_number, "2", 2, NULL },
	{ value_number, "7200", 7200, NULL },
	{ value_number, "007", 7, NULL },
	{ value_number, "1", 0, "1 is not a number from 2 to 7200" },
	{ value_number, "7201", 0, "7201 is not a number from 2 to 7200" },
	{ value_number, "587o", 0, "587o is not a number from 2 to 7200" },
	{ value_number, "-5", 0, "-5 is not a number from 2 to 7200" },
	{ value_number, "+5", 0, "+5 is not a number from 2 to 7200" },
	{ value_number, "0x10", 0, "0x10 is not a number from 2 to 7200" },
	{ value_number, "99999999999999999999999", 0,
	    "99999999999999999999999 is not a number from 2 to 7200" },
	{ value_duration, "90", 90, NULL },
	{ value_duration, "30s", 30, NULL },
	{ value_duration, "5m", 300, NULL },
	{ value_duration, "2h", 7200, NULL },
	{ value_duration, "3h", 0,
	    "3h is not a time from 2s to 7200s (such "
	    "as 30s, 5m, 1h)" },
	{ value_duration, "1s", 0,
	    "1s is not a time from 2s to 7200s (such "
	    "as 30s, 5m, 1h)" },
	{ value_duration, "5 m", 0,
	    "5 m is not a time from 2s to 7200s (such "
	    "as 30s, 5m, 1h)" },
	{ value_duration, "m", 0,
	    "m is not a time from 2s to 7200s (such as "
	    "30s, 5m, 1h)" },
	{ value_duration, "5M", 0,
	    "5M is not a time from 2s to 7200s (such "
	    "as 30s, 5m, 1h)" },
	{ value_duration, "18446744073709551615h", 0,
	    "18446744073709551615h is not a time from 2s to 7200s (such as "
	    "30s, 5m, 1h)" },
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(numbers); i++) {
		const struct number_row *row = &numbers[i];
		struct reading reading = start();
		unsigned number = 0;
		enum value_verdict verdict =
		    row->read(&reading, span_of(row->value), &range, &number);

		assert_int_equal(verdict, row->why ? VALUE_BAD : VALUE_GOOD);
		assert_int_equal(number, row->expected);
		assert_string_equal(reading.why, row->why ? row->why : "");
	}
}

static void test_sizes(void **state)
{
	static const struct value_range wide = { 1, UINT64_C(1) << 40 };
	static const struct {
		const char *value;
		uint64_t expected; /* 0: it is bad */
	} rows[] = {
		{ "1", 1 },
		{ "64k", 65536 },
		{ "10M", 10485760 },
		{ "1048576M", UINT64_C(1) << 40 },
		{ "1048577M", 0 },
		{ "0", 0 },
		{ "64K", 0 },
		{ "1m", 0 },
		{ "1kk", 0 },
		{ "1.5M", 0 },
		{ "17592186044416M", 0 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct reading reading = start();
		uint64_t size = 0;
		enum value_verdict verdict =
		    value_size(&reading, span_of(rows[i].value), &wide, &size);

		assert_int_equal(
		    verdict, rows[i].expected ? VALUE_GOOD : VALUE_BAD);
		assert_int_equal(size, rows[i].expected);
	}
}

static void test_days(void **state)
{
	static const struct {
		const char *value;
		int64_t at; /* -1: it is none */
	} rows[] = {
		{ "1970-01-01", 0 },
		{ "2028-02-29", 1835395200 },
		{ "2027-02-29", -1 },
		{ "2028-11-31", -1 },
		{ "2028-13-01", -1 },
		{ "2028-00-10", -1 },
		{ "2028-10-00", -1 },
		{ "1969-12-31", -1 },
		{ "2028-1-01", -1 },
		{ "30.11.2028", -1 },
		{ "2028-11-30 ", -1 },
		{ "2028/11/30", -1 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct reading reading = start();
		int64_t at = -1;

		value_day(&reading, span_of(rows[i].value), NULL, &at);
		assert_int_equal(at, rows[i].at);
	}
}

static void test_words(void **state)
{
	static const struct value_word list[] = {
		{ "one", 1 },
		{ "two", 2 },
		{ "four", 4 },
	};
	static const struct value_words words = { list, 3 };
	struct reading reading = start();
	unsigned bits = 0;
	bool answer = false;
	int word = 0;

	(void)state;
	assert_int_equal(
	    value_word(&reading, SPAN("TWO"), &words, &word), VALUE_GOOD);
	assert_int_equal(word, 2);
	assert_int_equal(
	    value_word(&reading, SPAN("tow"), &words, &word), VALUE_BAD);
	assert_string_equal(
	    reading.why, "tow is none of one, two, four; did you mean two?");
	assert_int_equal(word, 2);
	assert_int_equal(
	    value_bits(&reading, SPAN("one, two"), &words, &bits), VALUE_GOOD);
	assert_int_equal(bits, 3);
	assert_int_equal(
	    value_bits(&reading, SPAN("one,,two"), &words, &bits), VALUE_BAD);
	assert_int_equal(
	    value_bool(&reading, SPAN("yes"), NULL, &answer), VALUE_GOOD);
	assert_true(answer);
	assert_int_equal(
	    value_bool(&reading, SPAN("no"), NULL, &answer), VALUE_GOOD);
	assert_false(answer);
	assert_int_equal(
	    value_bool(&reading, SPAN("maybe"), NULL, &answer), VALUE_BAD);
	assert_string_equal(reading.why, "maybe is none of no, yes");
}

static void test_lists(void **state)
{
	static const struct {
		const char *value;
		size_t count; /* 0: it is bad */
	} rows[] = {
		{ "a", 1 },
		{ "a,b", 2 },
		{ " a , b,c ", 3 },
		{ "a,", 0 },
		{ ",a", 0 },
		{ ",", 0 },
		{ "a,,b", 0 },
		{ "a, ", 0 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct reading reading = start();
		struct value_texts texts = { 0 };
		enum value_verdict verdict =
		    value_texts(&reading, span_of(rows[i].value), NULL, &texts);

		if (rows[i].count == 0) {
			assert_int_equal(verdict, VALUE_BAD);
			assert_string_equal(
			    reading.why, "an item of the list is empty");
			continue;
		}
		assert_int_equal(verdict, VALUE_GOOD);
		assert_int_equal(texts.count, rows[i].count);
		assert_string_equal(texts.list[0], "a");
	}
}

/* Readers that keep the text, by what they accept. */
static const struct text_row {
	enum value_verdict (*read)(
	    struct reading *, struct span, const void *, void *);
	const char *value;
	const char *expected; /* NULL: it is bad */
	const char *hint;     /* stands somewhere in the words */
} texts[] = {
	{ value_path, "secret", "/etc/x/secret", NULL },
	{ value_path, "../secret", "/etc/x/../secret", NULL },
	{ value_path, "/run/secret", "/run/secret", NULL },
	{ value_url, "https://a.example/token", "https://a.example/token",
	    NULL },
	{ value_url, "http://a.example/token", NULL, "not an https://" },
	{ value_url, "https://", NULL, "not an https://" },

	{ network_host, "smtp.example.com", "smtp.example.com", NULL },
	{ network_host, "xn--bro-hoa.example", "xn--bro-hoa.example", NULL },
	{ network_host, "relay", "relay", NULL },
	{ network_host, "192.0.2.1", "192.0.2.1", NULL },
	{ network_host, "2001:db8::1", "2001:db8::1", NULL },
	{ network_host, "b\xc3\xbcro.example", NULL, "write the name as xn--" },
	{ network_host, "[2001:db8::1]", NULL, "without brackets" },
	{ network_host, "a.example:465", NULL, "port goes into a key" },
	{ network_host, "smtps://a.example", NULL, "without scheme" },
	{ network_host, "a.example.", NULL, "leave out the last dot" },
	{ network_host, "a..example", NULL, "neither a host name" },
	{ network_host, "-a.example", NULL, "neither a host name" },
	{ network_host, "a-.example", NULL, "neither a host name" },
	{ network_host, "a_b.example", NULL, "neither a host name" },
	{ network_host, "a b", NULL, "neither a host name" },
	{ network_host, "192.0.2.300", NULL, "neither a host name" },
	{ network_host, "192.0.2", NULL, "neither a host name" },
	{ network_host,
	    "a23456789012345678901234567890123456789012345678901234567890123"
	    ".example",
	    "a23456789012345678901234567890123456789012345678901234567890123"
	    ".example",
	    NULL },
	{ network_host,
	    "a234567890123456789012345678901234567890123456789012345678901234"
	    ".example",
	    NULL, "neither a host name" },

	{ network_hello, "gate.example.com", "gate.example.com", NULL },
	{ network_hello, "localhost", "localhost", NULL },
	{ network_hello, "[192.0.2.1]", "[192.0.2.1]", NULL },
	{ network_hello, "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]", NULL },
	{ network_hello, "[2001:db8::1]", NULL, "neither" },
	{ network_hello, "[IPv6:192.0.2.1]", NULL, "neither" },
	{ network_hello, "192.0.2.1", NULL, "neither" },
	{ network_hello, "my gate", NULL, "neither" },
	{ network_hello_upstream, "gate.example.com", "gate.example.com",
	    NULL },
	{ network_hello_upstream, "localhosting.example",
	    "localhosting.example", NULL },
	{ network_hello_upstream, "localhost", NULL, "means nothing" },
	{ network_hello_upstream, "LocalHost.localdomain", NULL,
	    "means nothing" },

	{ network_label, "eu-west-1", "eu-west-1", NULL },
	{ network_label, "eu.west", NULL, "not a word" },

	{ network_mailbox, "scan@example.com", "scan@example.com", NULL },
	{ network_mailbox, "a.b+c@example.com", "a.b+c@example.com", NULL },
	{ network_mailbox, "scan", NULL, "not an address" },
	{ network_mailbox, "@example.com", NULL, "not an address" },
	{ network_mailbox, "scan@", NULL, "not an address" },
	{ network_mailbox, "a@b@example.com", NULL, "not an address" },
	{ network_mailbox, "<scan@example.com>", NULL, "not an address" },
	{ network_mailbox, "s can@example.com", NULL, "not an address" },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(texts); i++) {
		const struct text_row *row = &texts[i];
		struct reading reading = start();
		const char *text = NULL;
		enum value_verdict verdict =
		    row->read(&reading, span_of(row->value), NULL, &text);

		if ((verdict == VALUE_GOOD) != (row->expected != NULL))
			print_error("%s: %s\n", row->value, reading.why);
		if (row->expected) {
			assert_int_equal(verdict, VALUE_GOOD);
			assert_string_equal(text, row->expected);
			continue;
		}
		assert_int_equal(verdict, VALUE_BAD);
		assert_non_null(strstr(reading.why, row->hint));
	}
}

static void test_cidrs(void **state)
{
	static const struct {
		const char *value;
		unsigned prefix; /* of the last one; 999: it is bad */
		const char *hint;
	} rows[] = {
		{ "192.0.2.0/24", 96 + 24, NULL },
		{ "192.0.2.7", 128, NULL },
		{ "0.0.0.0/0", 96, NULL },
		{ "::/0", 0, NULL },
		{ "10.0.0.0/8, 2001:db8::/32", 32, NULL },
		{ "::ffff:192.0.2.0/120", 120, NULL },
		{ "192.0.2.7/24", 999, "did you mean 192.0.2.0/24" },
		{ "2001:db8::1/32", 999, "did you mean 2001:db8::/32" },
		{ "192.0.2.0/33", 999, "not an address or a block" },
		{ "::/129", 999, "not an address or a block" },
		{ "192.0.2.0/", 999, "not an address or a block" },
		{ "192.0.2/24", 999, "not an address or a block" },
		{ "printer", 999, "not an address or a block" },
		{ "::1,", 999, "empty" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct reading reading = start();
		struct cidr_list cidrs = { 0 };
		enum value_verdict verdict = network_cidrs(
		    &reading, span_of(rows[i].value), NULL, &cidrs);

		if (rows[i].prefix == 999) {
			assert_int_equal(verdict, VALUE_BAD);
			assert_non_null(strstr(reading.why, rows[i].hint));
			continue;
		}
		assert_int_equal(verdict, VALUE_GOOD);
		assert_int_equal(
		    cidrs.list[cidrs.count - 1].prefix, rows[i].prefix);
	}
}

/* IPv4 is kept in its mapped form, so that a block holds what came through an
 * IPv6 socket as well. */
static void test_cidr_mapped(void **state)
{
	static const unsigned char inside[] = { 192, 0, 2, 200 };
	static const unsigned char outside[] = { 192, 0, 3, 1 };
	struct ip in = ip_from_v4(inside);
	struct ip out = ip_from_v4(outside);
	struct reading reading = start();
	struct cidr_list cidrs = { 0 };

	(void)state;
	network_cidrs(&reading, SPAN("192.0.2.0/24"), NULL, &cidrs);
	assert_true(cidr_holds(&cidrs.list[0], &in));
	assert_false(cidr_holds(&cidrs.list[0], &out));
}

static const struct endpoint_row {
	const char *value;
	size_t count; /* 0: it is bad */
	bool is_local;
	const char *hint;
} endpoints[] = {
	{ "127.0.0.1:2525", 1, true, NULL },
	{ "127.9.9.9:25", 1, true, NULL },
	{ "0.0.0.0:25", 1, false, NULL },
	{ "192.0.2.1:65535", 1, false, NULL },
	{ "[::1]:2525", 1, true, NULL },
	{ "[::ffff:127.0.0.1]:25", 1, true, NULL },
	{ "[::]:25", 1, false, NULL },
	{ "localhost:2525", 2, true, NULL },
	{ "127.0.0.1:1, [::1]:1", 2, true, NULL },
	{ "unix:/run/smtpseal.sock", 1, true, NULL },
	{ "unix:sock", 1, true, NULL },
	{ "fd:smtp", 1, true, NULL },
	{ "127.0.0.1", 0, false, "has no port" },
	{ "2525", 0, false, "has no port" },
	{ "127.0.0.1:0", 0, false, "port from 1 to 65535" },
	{ "127.0.0.1:65536", 0, false, "port from 1 to 65535" },
	{ "127.0.0.1:smtp", 0, false, "port from 1 to 65535" },
	{ "*:25", 0, false, "names are not looked up" },
	{ "gate.example.com:25", 0, false, "names are not looked up" },
	{ "::1:2525", 0, false, "brackets belong around IPv6" },
	{ "[127.0.0.1]:25", 0, false, "brackets belong around IPv6" },
	{ "[::1]", 0, false, "port from 1 to 65535" },
	{ "unix:", 0, false, "path of a socket" },
	{ "unix:/a23456789a123456789b123456789c123456789d123456789e123456789"
	  "f123456789g123456789h123456789i123456789j12345678",
	    0, false, "path of a socket" },
	{ "fd:", 0, false, "does not name a descriptor" },
	{ "fd:a:b", 0, false, "does not name a descriptor" },
	{ "127.0.0.1:25,", 0, false, "empty" },
};

static void test_endpoints(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(endpoints); i++) {
		const struct endpoint_row *row = &endpoints[i];
		struct reading reading = start();
		struct endpoint_list list = { 0 };
		enum value_verdict verdict =
		    endpoint_read(&reading, span_of(row->value), NULL, &list);

		if ((verdict == VALUE_GOOD) != (row->count > 0))
			print_error("%s: %s\n", row->value, reading.why);
		if (row->count == 0) {
			assert_int_equal(verdict, VALUE_BAD);
			assert_non_null(strstr(reading.why, row->hint));
			continue;
		}
		assert_int_equal(verdict, VALUE_GOOD);
		assert_int_equal(list.count, row->count);
		assert_int_equal(
		    endpoint_is_local(&list.list[0]), row->is_local);
	}
}

static void test_pins(void **state)
{
	static const char zeros[] =
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	static const char *const bad[] = { "AAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"******************************************==" };
	struct reading reading = start();
	struct pin_list pins = { 0 };

	(void)state;
	assert_int_equal(
	    network_pins(&reading, span_of(zeros), NULL, &pins), VALUE_GOOD);
	assert_int_equal(pins.count, 1);
	assert_int_equal(pins.list[0].octets[31], 0);
	for (size_t i = 0; i < array_len(bad); i++) {
		assert_int_equal(
		    network_pins(&reading, span_of(bad[i]), NULL, &pins),
		    VALUE_BAD);
		assert_non_null(strstr(reading.why, "base64 of 32 octets"));
	}
}

static void test_suggestions(void **state)
{
	static const struct {
		const char *wrong;
		const char *near; /* "": none */
	} rows[] = {
		{ "hots", "host" },
		{ "Host", "host" },
		{ "adress", "address" },
		{ "pasword", "password" },
		{ "prot", "port" },
		{ "tsl", "tls" },
		{ "tsls", "tls" },
		{ "banana", "" },
		{ "x", "" },
		{ "a_very_long_word_that_is_longer_than_any", "" },
	};
	static const char *const known[] = { "address", "host", "password",
		"port", "tls" };

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct suggestion near = suggestion_for(span_of(rows[i].wrong));

		for (size_t j = 0; j < array_len(known); j++)
			suggestion_offer(&near, known[j]);
		assert_string_equal(near.best ? near.best : "", rows[i].near);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_numbers, finish),
		cmocka_unit_test_teardown(test_sizes, finish),
		cmocka_unit_test_teardown(test_days, finish),
		cmocka_unit_test_teardown(test_words, finish),
		cmocka_unit_test_teardown(test_lists, finish),
		cmocka_unit_test_teardown(test_texts, finish),
		cmocka_unit_test_teardown(test_cidrs, finish),
		cmocka_unit_test_teardown(test_cidr_mapped, finish),
		cmocka_unit_test_teardown(test_endpoints, finish),
		cmocka_unit_test_teardown(test_pins, finish),
		cmocka_unit_test_teardown(test_suggestions, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
