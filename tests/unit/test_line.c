/*
 * Command lines out of octets: each row whole, octet by octet and in every
 * grain between, at a maximum of eight octets a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "smtp/line.h"

enum { MAX = 8 };

/* What comes out, in order: "[line]" for a line, "!" for a long one. */
static const struct line_row {
	const char *heard;
	const char *out;
} rows[] = {
	{ "", "" },
	{ "NOOP", "" },
	{ "NOOP\r", "" },
	{ "NOOP\r\n", "[NOOP]" },
	{ "NOOP\n", "[NOOP]" },
	{ "\r\n", "[]" },
	{ "\n", "[]" },
	{ "a\r\nb\nc\r\n", "[a][b][c]" },
	{ "a\r\n\r\n\nb", "[a][][]" },
	{ "a\rb\n", "[a\rb]" },
	{ "a\r\r\n", "[a\r]" },
	{ "\r\r\n", "[\r]" },
	{ "12345678\r\n", "[12345678]" },
	{ "12345678\n", "[12345678]" },
	{ "123456789\r\n", "!" },
	{ "123456789\n", "!" },
	{ "12345678\r\r\n", "!" },
	{ "1234567890", "" },
	{ "123456789012345678901234567890\r\nNOOP\r\n", "![NOOP]" },
	{ "123456789\r\n123456789\r\nA\r\n", "!![A]" },
	{ "12345678\rx\nA\n", "![A]" },
	{ "\xff\x01\x7f\r\n", "[\xff\x01\x7f]" },
};

static void note(struct line_reader *reader, struct span *in, char *out)
{
	enum line_verdict verdict;
	struct span line;
	size_t used;

	for (;;) {
		verdict = line_read(reader, in, MAX, &line, &used);
		if (verdict == LINE_MORE)
			return;
		if (verdict == LINE_LONG) {
			strcat(out, "!");
			continue;
		}
		assert_true(line.len <= MAX);
		assert_ptr_equal(line.ptr, in->ptr);
		assert_int_equal(in->ptr[used - 1], '\n');
		strcat(out, "[");
		strncat(out, line.ptr, line.len);
		strcat(out, "]");
		*in = span_from(*in, used);
	}
}

/* As a connection does: what was not used is offered again with more. */
static void check_row(const struct line_row *row, size_t grain)
{
	struct line_reader reader = { 0 };
	struct span all = span_of(row->heard);
	size_t begin = 0;
	size_t end = 0;
	char out[200] = "";

	while (end < all.len) {
		struct span in;

		end = end + grain < all.len ? end + grain : all.len;
		in = span_make(all.ptr + begin, end - begin);
		note(&reader, &in, out);
		/* A buffer of the maximum and a line end always suffices. */
		assert_true(in.len <= MAX + 1);
		begin = end - in.len;
	}
	assert_string_equal(out, row->out);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		for (size_t grain = 1; grain < 45; grain++)
			check_row(&rows[i], grain);
}

static void test_nul(void **state)
{
	static const char octets[] = "a\0b\r\n";
	struct line_reader reader = { 0 };
	struct span in = span_make(octets, sizeof(octets) - 1);
	struct span line;
	size_t used;

	(void)state;
	assert_int_equal(
	    line_read(&reader, &in, MAX, &line, &used), LINE_READY);
	assert_int_equal(line.len, 3);
	assert_int_equal(used, 5);
}

/* One line is given at a time: the rest may be TLS or content. */
static void test_gives_one_line(void **state)
{
	struct line_reader reader = { 0 };
	struct span in = SPAN("DATA\r\n.\r\nQUIT\r\n");
	struct span line;
	size_t used;

	(void)state;
	assert_int_equal(
	    line_read(&reader, &in, MAX, &line, &used), LINE_READY);
	assert_int_equal(used, 6);
	assert_int_equal(in.len, 15);
	assert_true(span_equal(line, SPAN("DATA")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_gives_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
