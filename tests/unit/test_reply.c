/*
 * Replies: as providers really send them, and as no provider should. Each row
 * is read whole and octet by octet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "smtp/reply.h"

static const struct reply_row {
	const char *heard;
	enum reply_verdict verdict;
	unsigned code;
	unsigned lines;
	const char *said; /* to a device */
	const char *enhanced;
} rows[] = {
	{ "250 OK\r\n", REPLY_READY, 250, 1, "250 OK", "" },
	{ "250 2.0.0 OK\r\n", REPLY_READY, 250, 1, "250 2.0.0 OK", "2.0.0" },
	{ "220\r\n", REPLY_READY, 220, 1, "220 ", "" },
	{ "220 \r\n", REPLY_READY, 220, 1, "220 ", "" },
	{ "220\n", REPLY_READY, 220, 1, "220 ", "" },
	{ "220 mx\n", REPLY_READY, 220, 1, "220 mx", "" },
	{ "220-\r\n220\r\n", REPLY_READY, 220, 2, "220 ", "" },
	{ "220-a\r\n220-b\n220 c\r\n", REPLY_READY, 220, 3, "220 a b c", "" },
	{ "250-a\r\n250\r\n", REPLY_READY, 250, 2, "250 a", "" },
	{ "354  Go ahead x - gsmtp\r\n", REPLY_READY, 354, 1,
	    "354 Go ahead x - gsmtp", "" },
	{ "599 x\r\n", REPLY_READY, 599, 1, "599 x", "" },
	{ "550-5.7.1 a\r\n550-5.7.1\r\n550 5.7.1  b\r\n", REPLY_READY, 550, 3,
	    "550 5.7.1 a b", "5.7.1" },
	{ "550-5.7.1 a\r\n550 5.7.13 b\r\n", REPLY_READY, 550, 2,
	    "550 5.7.1 a 5.7.13 b", "5.7.1" },
	{ "550-5.7.1\r\n550 a\r\n", REPLY_READY, 550, 2, "550 5.7.1 a",
	    "5.7.1" },
	{ "550-a\r\n550 5.7.1 b\r\n", REPLY_READY, 550, 2, "550 a 5.7.1 b",
	    "" },
	{ "535 5.7.139 Authentication unsuccessful\r\n", REPLY_READY, 535, 1,
	    "535 5.7.139 Authentication unsuccessful", "5.7.139" },
	{ "530 5.7.57; Client\r\n", REPLY_READY, 530, 1, "530 5.7.57 ; Client",
	    "5.7.57" },
	{ "451 5.7.3 STARTTLS is required\r\n", REPLY_READY, 451, 1,
	    "451 5.7.3 STARTTLS is required", "5.7.3" },
	{ "250 1.2.3 x\r\n", REPLY_READY, 250, 1, "250 1.2.3 x", "" },
	{ "250 2.0.0rc1\r\n", REPLY_READY, 250, 1, "250 2.0.0rc1", "" },
	{ "250 2..0 x\r\n", REPLY_READY, 250, 1, "250 2..0 x", "" },
	{ "250 2.0. x\r\n", REPLY_READY, 250, 1, "250 2.0. x", "" },
	{ "250 2.0 x\r\n", REPLY_READY, 250, 1, "250 2.0 x", "" },
	{ "250 2.0.0.0\r\n", REPLY_READY, 250, 1, "250 2.0.0.0", "" },
	{ "250 2.0.0\r\n", REPLY_READY, 250, 1, "250 2.0.0", "2.0.0" },
	{ "550 \xd3\xca\xbc\xfe\x1b[2J\tx\r\n", REPLY_READY, 550, 1,
	    "550 ?????[2J x", "" },
	{ "550 a\rb\r\n", REPLY_READY, 550, 1, "550 a?b", "" },
	{ "550 a\r\r\n", REPLY_READY, 550, 1, "550 a?", "" },
	/* what follows is not this reply's */
	{ "220 go\r\n250-injected\r\n", REPLY_READY, 220, 1, "220 go", "" },

	{ "", REPLY_MORE, 0, 0, "", "" },
	{ "250 OK\r", REPLY_MORE, 0, 0, "", "" },
	{ "250-OK\r\n", REPLY_MORE, 0, 0, "", "" },
	{ "250-OK\r\n250 ", REPLY_MORE, 0, 0, "", "" },

	{ "\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "2\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "25\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "25\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "25 \r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "2500\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250_OK\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250\tOK\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250\r-a\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250\rOK\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ " 250 OK\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "150 OK\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "050 OK\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "650 OK\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "+OK\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "SSH-2.0-x\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250-a\r\n550 b\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250-a\r\n251 b\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250-a\r\nb\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250-a\r\n25\r\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250-a\r\n25\n", REPLY_MALFORMED, 0, 0, "", "" },
	{ "250-a\r\n\r\n250 b\r\n", REPLY_MALFORMED, 0, 0, "", "" },
};

static struct reply_reader reader;

/* Reads in grains of so many octets until the verdict stands; returns the
 * octets used. */
static size_t read_in_grains(
    struct span all, size_t grain, enum reply_verdict *verdict)
{
	size_t used = 0;

	reply_reader_init(&reader);
	*verdict = REPLY_MORE;
	while (*verdict == REPLY_MORE && used < all.len) {
		struct span in = span_first(span_from(all, used), grain);
		size_t offered = in.len;

		*verdict = reply_read(&reader, &in);
		if (*verdict == REPLY_MORE)
			assert_int_equal(in.len, 0);
		used += offered - in.len;
	}
	return used;
}

static void assert_said(const struct reply *reply, const char *said)
{
	char storage[REPLY_SAID_OCTETS + 1];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	reply_put(&text, reply);
	assert_string_equal(text_end(&text), said);
}

static void check_row(const struct reply_row *row, size_t grain)
{
	struct span heard = span_of(row->heard);
	const struct reply *reply = &reader.reply;
	enum reply_verdict verdict;
	size_t used = read_in_grains(heard, grain, &verdict);

	if (verdict != row->verdict)
		print_error("%s", row->heard);
	assert_int_equal(verdict, row->verdict);
	if (verdict != REPLY_READY)
		return;
	assert_int_equal(reply->code, row->code);
	assert_int_equal(reply_class(reply), row->code / 100);
	assert_int_equal(reply->lines, row->lines);
	assert_int_equal(heard.ptr[used - 1], '\n');
	assert_said(reply, row->said);
	assert_true(span_equal(reply_enhanced(reply), span_of(row->enhanced)));
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		for (size_t grain = 1; grain < 60; grain++)
			check_row(&rows[i], grain);
}

/* Not one octet behind the reply is touched: it may be TLS, or an attack. */
static void test_reads_no_further(void **state)
{
	static const char octets[] = "220 go\r\n250-a\r\n250 b\r\n\x16\x03";
	struct span in = span_make(octets, sizeof(octets) - 1);

	(void)state;
	reply_reader_init(&reader);
	assert_int_equal(reply_read(&reader, &in), REPLY_READY);
	assert_int_equal(in.len, sizeof(octets) - 1 - 8);
	assert_int_equal(reply_read(&reader, &in), REPLY_READY);
	assert_int_equal(reader.reply.code, 250);
	assert_int_equal(reader.reply.lines, 2);
	assert_int_equal(in.len, 2);
}

/* A whole reply stays until there are octets of the next one. */
static void test_stays(void **state)
{
	struct span in = SPAN("451 later\r\n");

	(void)state;
	reply_reader_init(&reader);
	assert_int_equal(reply_read(&reader, &in), REPLY_READY);
	assert_int_equal(reply_read(&reader, &in), REPLY_MORE);
	assert_int_equal(reader.reply.code, 451);
	assert_said(&reader.reply, "451 later");
}

/* Once it is no SMTP it never is again. */
static void test_malformed_is_final(void **state)
{
	struct span in = SPAN("oops\r\n");

	(void)state;
	reply_reader_init(&reader);
	assert_int_equal(reply_read(&reader, &in), REPLY_MALFORMED);
	in = SPAN("250 OK\r\n");
	assert_int_equal(reply_read(&reader, &in), REPLY_MALFORMED);
	reply_reader_init(&reader);
	assert_int_equal(reply_read(&reader, &in), REPLY_READY);
}

static char stream[REPLY_OCTETS * 2];

/* `lines` lines of `octets` octets each, their CR counted. */
static struct span make_stream(size_t lines, size_t octets)
{
	size_t len = 0;

	for (size_t i = 1; i <= lines; i++) {
		memset(stream + len, 'x', octets);
		memcpy(stream + len, i < lines ? "550-" : "550 ", 4);
		len += octets;
		stream[len - 1] = '\r';
		stream[len++] = '\n';
	}
	return span_make(stream, len);
}

static void test_bounds(void **state)
{
	static const struct {
		size_t lines;
		size_t octets;
		enum reply_verdict verdict;
	} sizes[] = {
		{ 1, REPLY_LINE_OCTETS, REPLY_READY },
		{ 1, REPLY_LINE_OCTETS + 1, REPLY_MALFORMED },
		{ 1, 10240, REPLY_MALFORMED },
		{ REPLY_LINES, 20, REPLY_READY },
		{ REPLY_LINES + 1, 20, REPLY_MALFORMED },
		{ 1000, 20, REPLY_MALFORMED },
		{ 8, REPLY_LINE_OCTETS, REPLY_READY },
		{ 9, REPLY_LINE_OCTETS, REPLY_MALFORMED },
	};

	(void)state;
	for (size_t i = 0; i < array_len(sizes) * 2; i++) {
		struct span all =
		    make_stream(sizes[i / 2].lines, sizes[i / 2].octets);
		enum reply_verdict verdict;

		read_in_grains(all, i % 2 ? all.len : 7, &verdict);
		assert_int_equal(verdict, sizes[i / 2].verdict);
		assert_true(reader.reply.len <= REPLY_TEXT_OCTETS);
	}
}

/* A line without an end is given up without waiting for one. */
static void test_endless_line(void **state)
{
	struct span all = make_stream(1, 9000);
	enum reply_verdict verdict;

	(void)state;
	assert_int_equal(
	    read_in_grains(all, 1, &verdict), REPLY_LINE_OCTETS + 1);
	assert_int_equal(verdict, REPLY_MALFORMED);
}

/* However much a provider says, a device hears one short ASCII line. */
static void test_put_is_short(void **state)
{
	char storage[REPLY_SAID_OCTETS * 2];
	enum reply_verdict verdict;
	struct text text;

	(void)state;
	for (size_t octets = 480; octets < 540; octets++) {
		read_in_grains(make_stream(3, octets), 4096, &verdict);
		assert_int_equal(verdict, REPLY_READY);
		text_init(&text, storage, sizeof(storage));
		reply_put(&text, &reader.reply);
		assert_int_equal(text.len, REPLY_SAID_OCTETS);
	}
	read_in_grains(make_stream(1, 510), 1, &verdict);
	text_init(&text, storage, sizeof(storage));
	reply_put(&text, &reader.reply);
	assert_int_equal(text.len, 509);
}

static void test_mentions(void **state)
{
	enum reply_verdict verdict;

	(void)state;
	read_in_grains(SPAN("550-One two\r\n550 three\r\n"), 3, &verdict);
	assert_true(reply_mentions(&reader.reply, SPAN("")));
	assert_true(reply_mentions(&reader.reply, SPAN("ONE")));
	assert_true(reply_mentions(&reader.reply, SPAN("three\n")));
	assert_false(reply_mentions(&reader.reply, SPAN("two three")));
	assert_false(reply_mentions(&reader.reply, SPAN("threefold")));
	read_in_grains(SPAN("550\r\n"), 3, &verdict);
	assert_true(reply_mentions(&reader.reply, SPAN("")));
	assert_false(reply_mentions(&reader.reply, SPAN("a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_reads_no_further),
		cmocka_unit_test(test_stays),
		cmocka_unit_test(test_malformed_is_final),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_endless_line),
		cmocka_unit_test(test_put_is_short),
		cmocka_unit_test(test_mentions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
