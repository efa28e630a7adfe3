/*
 * Message content: every known shape of a false end, whole, octet by octet
 * and cut at every place. What comes out is canonical lines, and there is one
 * message and not two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "base/text.h"
#include "smtp/body.h"

enum { STORE_OCTETS = 65536 };

/*
 * What stands behind each shape: a second message, if the shape could end the
 * first one; then the true end, and a command.
 */
#define FORGED "MAIL FROM:<forged@x>\r\n"
#define END    ".\r\n"
#define NEXT   "QUIT\r\n"

#define OCTETS(literal)                                                        \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

static const struct body_row {
	const char *name;
	struct span shape;
	struct span content;
	bool is_end;
	unsigned nuls;
	unsigned returns;
	unsigned feeds;
} rows[] = {
	{ "E0", OCTETS("a\r\n.\r\n"), OCTETS("a\r\n"), true, 0, 0, 0 },
	{ "E1", OCTETS("a\n.\n"), OCTETS("a\r\n.\r\n"), false, 0, 0, 2 },
	{ "E2", OCTETS("a\n.\r\n"), OCTETS("a\r\n.\r\n"), false, 0, 0, 1 },
	{ "E3", OCTETS("a\r\n.\n"), OCTETS("a\r\n.\r\n"), false, 0, 0, 1 },
	{ "E4", OCTETS("a\n.\r"), OCTETS("a\r\n "), false, 0, 1, 1 },
	{ "E5", OCTETS("a\r.\n"), OCTETS("a .\r\n"), false, 0, 1, 1 },
	{ "E6", OCTETS("a\r.\r"), OCTETS("a . "), false, 0, 2, 0 },
	{ "E7", OCTETS("a\r.\r\n"), OCTETS("a .\r\n"), false, 0, 1, 0 },
	{ "E8", OCTETS("a\r\n.\r"), OCTETS("a\r\n "), false, 0, 1, 0 },
	{ "E9", OCTETS("a\r\n\0.\r\n"), OCTETS("a\r\n.\r\n"), false, 1, 0, 0 },
	{ "E10", OCTETS("a\r\n.\0\r\n"), OCTETS("a\r\n\r\n"), false, 1, 0, 0 },
	{ "E11", OCTETS("a\r\n.\r\r\n"), OCTETS("a\r\n \r\n"), false, 0, 1, 0 },
	{ "E12", OCTETS("a\r\r\n.\r\r\n"), OCTETS("a \r\n \r\n"), false, 0, 2,
	    0 },
	{ "E14", OCTETS(".\r\n"), OCTETS(""), true, 0, 0, 0 },
	{ "E15", OCTETS("a\r\n..\r\n"), OCTETS("a\r\n.\r\n"), false, 0, 0, 0 },
	{ "E16", OCTETS("Subject: a\r\r\n.\r\n"), OCTETS("Subject: a \r\n"),
	    true, 0, 1, 0 },
	{ "E16, soft", OCTETS("Subject: a\r\n\n.\r\n"),
	    OCTETS("Subject: a\r\n\r\n.\r\n"), false, 0, 0, 1 },
	{ "E17", OCTETS("a\r\n .\r\n"), OCTETS("a\r\n .\r\n"), false, 0, 0, 0 },
	{ "first dot, LF", OCTETS(".\n"), OCTETS(".\r\n"), false, 0, 0, 1 },
	{ "first dot, CR", OCTETS(".\r"), OCTETS(" "), false, 0, 1, 0 },
	{ "first dot, NUL", OCTETS(".\0\r\n"), OCTETS("\r\n"), false, 1, 0, 0 },
	{ "NUL, first dot", OCTETS("\0.\r\n"), OCTETS(".\r\n"), false, 1, 0,
	    0 },
	{ "dot, CR, NUL, LF", OCTETS("a\r\n.\r\0\n"), OCTETS("a\r\n \r\n"),
	    false, 1, 1, 1 },
	{ "CR, NUL, LF, dot", OCTETS("a\r\0\n.\r\n"), OCTETS("a \r\n.\r\n"),
	    false, 1, 1, 1 },
	{ "LF, LF, dot", OCTETS("a\n\n.\r\n"), OCTETS("a\r\n\r\n.\r\n"), false,
	    0, 0, 2 },
	{ "LF, CR, dot", OCTETS("a\n\r.\r\n"), OCTETS("a\r\n .\r\n"), false, 0,
	    1, 1 },
	{ "LF, CRLF, dot", OCTETS("a\n\r\n.\r\n"), OCTETS("a\r\n\r\n"), true, 0,
	    0, 1 },
	{ "soft dot, then a true end", OCTETS("a\n.\r\n.\r\n"),
	    OCTETS("a\r\n.\r\n"), true, 0, 0, 1 },
	{ "dot, LF, dot", OCTETS("a\r\n.\n.\r\n"), OCTETS("a\r\n.\r\n.\r\n"),
	    false, 0, 0, 1 },
	{ "empty line", OCTETS("a\r\n\r\n.\r\n"), OCTETS("a\r\n\r\n"), true, 0,
	    0, 0 },
	{ "dots", OCTETS("...\r\n....\n.a\r\n. \r\n"),
	    OCTETS("..\r\n...\r\na\r\n \r\n"), false, 0, 0, 1 },
	{ "CR upon CR", OCTETS("\r\r\r\r\r\n"), OCTETS("    \r\n"), false, 0, 4,
	    0 },
	{ "eight bits", OCTETS("\xff\x80\x01\x7f\r\n"),
	    OCTETS("\xff\x80\x01\x7f\r\n"), false, 0, 0, 0 },
	{ "plain", OCTETS("From: a@b\r\n\r\nHello\r\n"),
	    OCTETS("From: a@b\r\n\r\nHello\r\n"), false, 0, 0, 0 },
};

/* A message as it is read: what was used, and what came of it. */
struct reading {
	struct body body;
	enum body_verdict verdict;
	size_t used;
	size_t len;
	char content[STORE_OCTETS];
};

static struct reading reading;
static struct reading again;

static void begin(struct reading *to)
{
	body_init(&to->body, false);
	to->verdict = BODY_MORE;
	to->used = 0;
	to->len = 0;
}

/* Feeds one piece through a content buffer of `room` octets. What stands
 * behind the piece in memory is none of it. */
static void feed(struct reading *to, struct span piece, size_t room)
{
	static char copy[2 * STORE_OCTETS];
	char storage[STORE_OCTETS];
	struct span in = span_make(copy, piece.len);
	struct buf buf;

	memcpy(copy, piece.ptr, piece.len);
	copy[piece.len] = '?';
	buf_init(&buf, storage, room);
	while (in.len > 0 && to->verdict == BODY_MORE) {
		size_t before = in.len;
		struct span got;

		to->verdict = body_read(&to->body, &in, &buf);
		assert_true(in.len < before);
		got = buf_peek(&buf);
		memcpy(to->content + to->len, got.ptr, got.len);
		to->len += got.len;
		buf_took(&buf, got.len);
	}
	to->used += piece.len - in.len;
}

static void feed_in_grains(
    struct reading *to, struct span all, size_t grain, size_t room)
{
	begin(to);
	while (all.len > 0 && to->verdict == BODY_MORE) {
		feed(to, span_first(all, grain), room);
		all = span_from(all, grain);
	}
}

/* Lines end in CRLF, and nothing else of CR, LF or NUL is in them. */
static void assert_canonical(struct span content)
{
	for (size_t i = 0; i < content.len; i++) {
		char c = content.ptr[i];

		assert_int_not_equal(c, '\0');
		if (c == '\n')
			assert_true(i > 0 && content.ptr[i - 1] == '\r');
		if (c == '\r')
			assert_true(
			    i + 1 < content.len && content.ptr[i + 1] == '\n');
	}
	if (content.len > 0)
		assert_int_equal(content.ptr[content.len - 1], '\n');
}

/* Stuffs all of `content` through an out buffer of `room` octets. */
static size_t stuff(struct span content, size_t room, char *out)
{
	char storage[STORE_OCTETS];
	struct stuffing stuffing = { 0 };
	size_t len = 0;
	struct buf buf;

	if (room < STUFFING_STEP_OCTETS)
		room = STUFFING_STEP_OCTETS;
	buf_init(&buf, storage, room);
	while (content.len > 0) {
		size_t before = content.len;
		struct span got;

		stuffing_put(&stuffing, &content, &buf);
		got = buf_peek(&buf);
		assert_true(content.len < before || got.len > 0);
		memcpy(out + len, got.ptr, got.len);
		len += got.len;
		buf_took(&buf, got.len);
	}
	stuffing_end(&stuffing, &buf);
	memcpy(out + len, buf_peek(&buf).ptr, STUFFING_END_OCTETS);
	return len + STUFFING_END_OCTETS;
}

/* A line over 998 octets leaves in pieces, each but the first behind a blank;
 * the CR of the last one does not count (RFC 5321 4.5.3.1.6). */
static void test_long_lines_are_parted(void **state)
{
	static char line[4000];
	static char out[8000];
	static const size_t lengths[] = { 997, 998, 999, 1995, 1996, 3000 };
	static const size_t pieces[] = { 1, 1, 2, 2, 3, 4 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t rooms[] = { 5, 6, 7, 64, 999, 1000, 1001, 4096 };

		memset(line, '.', lengths[i]);
		line[0] = 'x';
		memcpy(line + lengths[i], "\r\n", 2);
		for (size_t r = 0; r < sizeof(rooms) / sizeof(rooms[0]); r++) {
			size_t len = stuff(
			    span_make(line, lengths[i] + 2), rooms[r], out);

			assert_int_equal(
			    len, lengths[i] + 2 + 3 * (pieces[i] - 1) + 3);
			if (pieces[i] > 1)
				assert_memory_equal(out + 998, "\r\n .", 4);
		}
	}
}

/* Such a line is parted, so that the content does not come back the same. */
static bool has_long_line(struct span content)
{
	size_t len = 0;

	for (size_t i = 0; i < content.len; i++) {
		len = content.ptr[i] == '\n' ? 0 : len + 1;
		if (len > BODY_LINE_OCTETS + 1)
			return true;
	}
	return false;
}

/* What leaves is one message, and its content is that which was read. */
static void assert_round_trip(struct span content, size_t room)
{
	static char out[2 * STORE_OCTETS - 1];
	size_t len = stuff(content, room, out);

	assert_canonical(span_make(out, len));
	begin(&again);
	feed(&again, span_make(out, len), STORE_OCTETS);
	assert_int_equal(again.verdict, BODY_END);
	assert_int_equal(again.used, len);
	assert_int_equal(again.body.nuls, 0);
	assert_int_equal(again.body.returns, 0);
	assert_int_equal(again.body.feeds, 0);
	assert_false(has_long_line(span_make(again.content, again.len)));
	if (has_long_line(content))
		return;
	assert_true(span_equal(span_make(again.content, again.len), content));
	assert_int_equal(again.body.octets, content.len);
}

/* The row's shape, and behind it a forged message and the true end. */
static struct span compose(const struct body_row *row, char *all, size_t size)
{
	struct text text;

	text_init(&text, all, size);
	text_put(&text, row->shape);
	text_puts(&text, FORGED END NEXT);
	assert_false(text.cut);
	return text_span(&text);
}

static void check_reading(const struct body_row *row, struct span all)
{
	struct span content = span_make(reading.content, reading.len);
	struct span forged = span_from(content, row->content.len);
	struct span left = span_from(all, reading.used);

	if (!span_equal(span_first(content, row->content.len), row->content))
		print_error("%s\n", row->name);
	assert_true(
	    span_equal(span_first(content, row->content.len), row->content));
	assert_true(span_equal(forged, row->is_end ? SPAN("") : SPAN(FORGED)));
	assert_true(
	    span_equal(left, row->is_end ? SPAN(FORGED END NEXT) : SPAN(NEXT)));
	assert_int_equal(reading.verdict, BODY_END);
	assert_int_equal(reading.body.octets, content.len);
	assert_int_equal(reading.body.nuls, row->nuls);
	assert_int_equal(reading.body.returns, row->returns);
	assert_int_equal(reading.body.feeds, row->feeds);
	assert_canonical(content);
}

static void test_grains(void **state)
{
	char octets[200];

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct span all = compose(&rows[i], octets, sizeof(octets));

		for (size_t grain = 1; grain <= all.len; grain++) {
			feed_in_grains(&reading, all, grain, STORE_OCTETS);
			check_reading(&rows[i], all);
		}
	}
}

static void test_splits(void **state)
{
	char octets[200];

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct span all = compose(&rows[i], octets, sizeof(octets));

		for (size_t at = 0; at <= all.len; at++) {
			begin(&reading);
			feed(&reading, span_first(all, at), STORE_OCTETS);
			if (reading.verdict == BODY_MORE)
				feed(
				    &reading, span_from(all, at), STORE_OCTETS);
			check_reading(&rows[i], all);
		}
	}
}

static void test_small_rooms(void **state)
{
	char octets[200];

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct span all = compose(&rows[i], octets, sizeof(octets));

		for (size_t room = BODY_STEP_OCTETS + 1; room < 40; room++) {
			feed_in_grains(&reading, all, 1 + room % 9, room);
			check_reading(&rows[i], all);
			feed_in_grains(&reading, all, 1, room);
			check_reading(&rows[i], all);
		}
	}
}

static void test_round_trips(void **state)
{
	char octets[200];

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct span all = compose(&rows[i], octets, sizeof(octets));

		feed_in_grains(&reading, all, all.len, STORE_OCTETS);
		for (size_t room = STUFFING_END_OCTETS; room < 40; room++)
			assert_round_trip(
			    span_make(reading.content, reading.len), room);
	}
}

/* Without room nothing is read, and nothing lost. */
static void test_no_room(void **state)
{
	char storage[BODY_STEP_OCTETS];
	struct span in = SPAN("abc");
	struct body body;
	struct buf buf;

	(void)state;
	body_init(&body, false);
	buf_init(&buf, storage, sizeof(storage));
	assert_int_equal(body_read(&body, &in, &buf), BODY_MORE);
	assert_int_equal(in.len, 3);
	assert_int_equal(buf_len(&buf), 0);
}

/* Once over it stays over, whatever is offered. */
static void test_over(void **state)
{
	char storage[100];
	struct span in = SPAN(".\r\nRCPT TO:<a@b>\r\n");
	struct body body;
	struct buf buf;

	(void)state;
	body_init(&body, false);
	buf_init(&buf, storage, sizeof(storage));
	assert_int_equal(body_read(&body, &in, &buf), BODY_END);
	assert_int_equal(body_read(&body, &in, &buf), BODY_END);
	assert_int_equal(in.len, 15);
	assert_int_equal(buf_len(&buf), 0);
}

/* ---- the same by other means ---- */

/* Reads the message at the front of `all` line by line, with all of it in
 * sight: slow and plain, to be compared with. */
static size_t read_plainly(struct span all, char *content, size_t *used)
{
	bool is_hard = true;
	size_t len = 0;
	size_t at = 0;

	while (at < all.len) {
		struct span rest = span_from(all, at);
		size_t end = span_find(rest, '\n');
		bool has_return = end > 0 && rest.ptr[end - 1] == '\r';
		struct span line = span_first(rest, has_return ? end - 1 : end);

		at += end + 1;
		if (is_hard && has_return && span_equal(line, SPAN(".")))
			break;
		if (line.len > 1 && line.ptr[0] == '.')
			line = span_from(line, 1);
		for (size_t i = 0; i < line.len; i++)
			if (line.ptr[i] != '\0')
				content[len++] =
				    line.ptr[i] == '\r' ? ' ' : line.ptr[i];
		content[len++] = '\r';
		content[len++] = '\n';
		is_hard = has_return;
	}
	*used = at;
	return len;
}

/* Octets of little variety, so that every shape occurs; the same each time. */
static size_t make_octets(unsigned seed, unsigned plain, char *out, size_t len)
{
	static const char special[] = "\r\n..\r\n\0\n";
	size_t at = 0;

	while (at < len) {
		seed = seed * 1103515245u + 12345u;
		out[at++] = (seed >> 16) % (8 + plain) < 8
				? special[(seed >> 16) % (8 + plain)]
				: 'x';
	}
	return at;
}

/* Lines as they should be, and now and then one that is not: what lets whole
 * blocks pass, and what must not. */
static size_t make_lines(unsigned seed, char *out, size_t len)
{
	static const struct span odd[] = { SPAN("\r\n."), SPAN("\r\n.."),
		SPAN("\r\n.\n"), SPAN("\n"), SPAN("\r"), SPAN("\0"),
		SPAN("\n."), SPAN("\r\n\0."), SPAN("."), SPAN("\r\r\n") };
	unsigned rarity = 1 + seed % 60;
	size_t at = 0;

	while (at + 1100 < len) {
		struct span piece = SPAN("\r\n");
		size_t line;

		seed = seed * 1103515245u + 12345u;
		line = (seed >> 16) % 150;
		if (seed >> 28 == 7)
			line += 925;
		memset(out + at, 'x', line);
		at += line;
		if ((seed >> 8) % rarity == 0)
			piece = odd[(seed >> 20) % array_len(odd)];
		memcpy(out + at, piece.ptr, piece.len);
		at += piece.len;
	}
	return at;
}

static char octets[8000 + 8];

/* `len` octets of one message against the plain reading, cut in two ways. */
static void compare(size_t len, size_t grain, size_t room)
{
	static char content[2 * sizeof(octets)];
	struct span all = span_make(octets, len + 6);
	size_t used;
	size_t expected;

	memcpy(octets + len, "x\r\n.\r\n", 6);
	expected = read_plainly(all, content, &used);
	feed_in_grains(&reading, all, grain, STORE_OCTETS);
	assert_int_equal(reading.verdict, BODY_END);
	assert_int_equal(reading.used, used);
	assert_int_equal(reading.len, expected);
	assert_memory_equal(reading.content, content, expected);
	assert_canonical(span_make(content, expected));
	assert_round_trip(span_make(content, expected), room);
}

static void test_against_plain_reading(void **state)
{
	static const size_t grains[] = { 1, 2, 3, 100, 2047, 2048, 2049,
		sizeof(octets) };

	(void)state;
	for (unsigned seed = 0; seed < 400; seed++) {
		size_t room = STUFFING_END_OCTETS + seed % 50;

		compare(make_octets(seed, seed % 4 == 3 ? 5000 : seed % 40,
			    octets, 8000),
		    grains[seed % 8], room);
		compare(make_lines(seed, octets, 8000), grains[seed % 8], room);
		compare(make_lines(seed, octets, 8000), sizeof(octets),
		    STORE_OCTETS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grains),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_small_rooms),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_long_lines_are_parted),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_over),
		cmocka_unit_test(test_against_plain_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
