/*
 * Which addresses guess at logins: counted across connections, forgiven after
 * a while, the oldest forgotten first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/guesses.h"

static struct guesses guesses;

static struct ip ip_of(const char *text)
{
	struct ip ip;

	assert_true(ip_read(span_of(text), &ip));
	return ip;
}

static unsigned count(const char *text, uint64_t now)
{
	struct ip ip = ip_of(text);

	return guesses_count(&guesses, &ip, now);
}

static void wrong(const char *text, uint64_t now)
{
	struct ip ip = ip_of(text);

	guesses_wrong(&guesses, &ip, now);
}

static void test_counting(void **state)
{
	(void)state;
	memset(&guesses, 0, sizeof(guesses));
	assert_int_equal(count("192.0.2.1", 0), 0);
	wrong("192.0.2.1", 0);
	wrong("192.0.2.1", 1);
	wrong("192.0.2.2", 2);
	assert_int_equal(count("192.0.2.1", 3), 2);
	assert_int_equal(count("192.0.2.2", 3), 1);
	assert_int_equal(count("192.0.2.3", 3), 0);
}

static void test_forgiving(void **state)
{
	(void)state;
	memset(&guesses, 0, sizeof(guesses));
	wrong("192.0.2.1", 1000);
	wrong("192.0.2.1", 2000);
	assert_int_equal(count("192.0.2.1", 2000 + GUESSES_FORGIVEN_MS - 1), 2);
	assert_int_equal(count("192.0.2.1", 2000 + GUESSES_FORGIVEN_MS), 0);
	wrong("192.0.2.1", 2000 + GUESSES_FORGIVEN_MS);
	assert_int_equal(count("192.0.2.1", 2001 + GUESSES_FORGIVEN_MS), 1);
}

static void test_networks_of_six(void **state)
{
	(void)state;
	memset(&guesses, 0, sizeof(guesses));
	wrong("2001:db8:0:1::1", 0);
	wrong("2001:db8:0:1:ffff::2", 0);
	assert_int_equal(count("2001:db8:0:1::3", 0), 2);
	assert_int_equal(count("2001:db8:0:2::1", 0), 0);
	/* The mapped form begins with zeros; it is no network of its own. */
	wrong("192.0.2.1", 0);
	assert_int_equal(count("192.0.2.2", 0), 0);
	assert_int_equal(count("::1", 0), 0);
}

static void test_bounded(void **state)
{
	char text[20] = "192.0.2.";

	(void)state;
	memset(&guesses, 0, sizeof(guesses));
	for (unsigned i = 0; i <= GUESSES_MOST; i++) {
		text[8] = (char)('0' + i / 10);
		text[9] = (char)('0' + i % 10);
		if (i < 10)
			memcpy(text + 8, (char[]){ (char)('0' + i), 0 }, 2);
		wrong(text, i);
		wrong(text, i);
	}
	assert_int_equal(count("192.0.2.0", 100), 0);
	assert_int_equal(count("192.0.2.1", 100), 2);
	assert_int_equal(count("192.0.2.64", 100), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counting),
		cmocka_unit_test(test_forgiving),
		cmocka_unit_test(test_networks_of_six),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
