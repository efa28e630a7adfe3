#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "base/ensure.h"
#include "smtp/proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V6	  "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"

struct row {
	struct span in;
	enum proxy_verdict verdict;
	const char *address; /* NULL: none is told */
	size_t used;
};

static const struct row rows[] = {
	{ SPAN("PROXY TCP4 192.0.2.17 192.0.2.1 40000 25\r\nEHLO x\r\n"),
	    PROXY_READY, "192.0.2.17", 42 },
	{ SPAN("PROXY TCP6 2001:db8::1 ::1 40000 25\r\n"), PROXY_READY,
	    "2001:db8::1", 37 },
	{ SPAN("PROXY UNKNOWN\r\n"), PROXY_READY, NULL, 15 },
	{ SPAN("PROXY UNKNOWN ffff::1 a b c\r\n"), PROXY_READY, NULL, 29 },
	{ SPAN("PROXY TCP4 192.0.2.17 192.0.2.1 40000 25\n"), PROXY_MALFORMED,
	    NULL, 0 },
	{ SPAN("PROXY TCP4 192.0.2.256 192.0.2.1 1 2\r\n"), PROXY_MALFORMED,
	    NULL, 0 },
	{ SPAN("PROXY TCP4\r\n"), PROXY_MALFORMED, NULL, 0 },
	{ SPAN("PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n"), PROXY_MALFORMED, NULL,
	    0 },
	{ SPAN("EHLO x\r\n"), PROXY_MALFORMED, NULL, 0 },
	{ SPAN("\r\n"), PROXY_MORE, NULL, 0 },
	{ SPAN(""), PROXY_MORE, NULL, 0 },
	{ SPAN(SIGNATURE "\x21\x11\0\x0c\xc0\0\2\x11\xc0\0\2\1\x9c\x40\0\x19"
			 "EHLO"),
	    PROXY_READY, "192.0.2.17", 28 },
	{ SPAN(SIGNATURE "\x21\x11\0\x0f\xc0\0\2\x11\xc0\0\2\1\x9c\x40\0\x19"
			 "\1\0\0"),
	    PROXY_READY, "192.0.2.17", 31 },
	{ SPAN(SIGNATURE "\x21\x21\0\x24" V6 V6 "\0\1\0\2"), PROXY_READY,
	    "2001:db8::1", 52 },
	{ SPAN(SIGNATURE "\x20\0\0\0"), PROXY_READY, NULL, 16 },
	{ SPAN(SIGNATURE "\x21\x11\0\x0b\xc0\0\2\x11\xc0\0\2\1\x9c\x40\0"),
	    PROXY_MALFORMED, NULL, 0 },
	{ SPAN(SIGNATURE "\x21\x31\0\0"), PROXY_MALFORMED, NULL, 0 },
	{ SPAN(SIGNATURE "\x31\x11\0\x0c\xc0\0\2\x11\xc0\0\2\1\x9c\x40\0\x19"),
	    PROXY_MALFORMED, NULL, 0 },
	{ SPAN(SIGNATURE "\x21\x11\x7f\xff"), PROXY_MALFORMED, NULL, 0 },
};

static void check_row(const struct row *row)
{
	struct proxy proxy;
	struct ip want;

	assert_int_equal(proxy_read(row->in, &proxy), row->verdict);
	if (row->verdict != PROXY_READY)
		return;
	assert_int_equal(proxy.used, row->used);
	assert_int_equal(proxy.has_address, row->address != NULL);
	if (!row->address)
		return;
	assert_true(ip_read(span_of(row->address), &want));
	assert_memory_equal(&proxy.ip, &want, sizeof(want));
}

/* A header that is not whole yet is waited for, whatever its length. */
static void check_parts(const struct row *row)
{
	struct proxy proxy;

	for (size_t len = 0; row->verdict == PROXY_READY && len < row->used;
	     len++)
		assert_int_equal(
		    proxy_read(span_first(row->in, len), &proxy), PROXY_MORE);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		check_row(&rows[i]);
		check_parts(&rows[i]);
	}
}

/* A line without end is not waited for for ever. */
static void test_long_line(void **state)
{
	char line[200];
	struct proxy proxy;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY ", 6);
	assert_int_equal(proxy_read(span_make(line, 106), &proxy), PROXY_MORE);
	assert_int_equal(
	    proxy_read(span_make(line, 107), &proxy), PROXY_MALFORMED);
}

/* The same addresses as the system's reader takes. */
static void test_addresses(void **state)
{
	static const char *const texts[] = { "0.0.0.0", "255.255.255.255",
		"1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "",
		"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9", "1::8",
		"1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3::5", ":1",
		"1:", ":::", "12345::", "g::", "::ffff:1.2.3.4",
		"1:2:3:4:5:6:1.2.3.4", "::1.2.3.4.5", "::1.2.3.4:5",
		"FE80::aBcD", "1:2:3:4:5:6:7:1.2.3.4" };

	(void)state;
	for (size_t i = 0; i < array_len(texts); i++) {
		unsigned char v4[4];
		struct ip want = { 0 };
		struct ip got;
		bool is_good = true;

		if (inet_pton(AF_INET, texts[i], v4) == 1)
			want = ip_from_v4(v4);
		else
			is_good = inet_pton(AF_INET6, texts[i], &want) == 1;
		if (ip_read(span_of(texts[i]), &got) != is_good)
			print_error("%s\n", texts[i]);
		assert_int_equal(ip_read(span_of(texts[i]), &got), is_good);
		if (is_good)
			assert_memory_equal(&got, &want, sizeof(want));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
