/*
 * BDAT: the number that is said is the number of octets that follow, whatever
 * the content, the pieces it comes in and the room there is; a reader that only
 * counts gets the content back, with its long lines parted and its dots as
 * they were.
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
#include "base/text.h"
#include "smtp/chunk.h"

enum { STORE_OCTETS = 65536, ROOM_OCTETS = 4096 };

/* All that left, in one row. */
struct sent {
	char octets[STORE_OCTETS];
	size_t len;
};

static struct sent sent;

/* Takes all there is, as the provider's connection would. */
static void leave(struct buf *out)
{
	struct span said = buf_peek(out);

	assert_true(sent.len + said.len <= sizeof(sent.octets));
	memcpy(sent.octets + sent.len, said.ptr, said.len);
	sent.len += said.len;
	buf_took(out, said.len);
}

/* One chunk of this content, put in pieces of at most so many octets, with so
 * much room for them. */
static void send_chunk(struct chunk *chunk, struct span content, bool is_last,
    size_t piece, size_t room)
{
	char storage[ROOM_OCTETS];
	struct chunk next = *chunk;
	struct buf out;

	buf_init(&out, storage, sizeof(storage));
	chunk_count(&next, content);
	chunk_begin(chunk, &next, is_last, &out);
	leave(&out);
	buf_init(&out, storage, room);
	while (!chunk_is_over(chunk)) {
		struct span some = span_first(content, piece);
		size_t len = some.len;

		chunk_put(chunk, &some, &out);
		content = span_from(content, len - some.len);
		leave(&out);
	}
	assert_int_equal(content.len, 0);
}

/* What a server makes of it: the content, or a trap. */
static size_t receive(char *content)
{
	struct span rest = span_make(sent.octets, sent.len);
	bool was_last = false;
	size_t len = 0;

	while (rest.len > 0) {
		size_t end = span_find(rest, '\n');
		struct span line = span_first(rest, end);
		uint64_t octets;

		assert_false(was_last);
		assert_true(end < rest.len && line.ptr[end - 1] == '\r');
		line.len--;
		assert_true(span_equal(span_word(&line), SPAN("BDAT")));
		assert_true(
		    span_number(span_word(&line), STORE_OCTETS, &octets));
		was_last = line.len > 0;
		assert_true(
		    !was_last || span_equal(span_trim(line), SPAN("LAST")));
		rest = span_from(rest, end + 1);
		assert_true(octets <= rest.len);
		memcpy(content + len, rest.ptr, octets);
		len += octets;
		rest = span_from(rest, octets);
	}
	assert_true(was_last);
	return len;
}

#define TEN(x)	   x x x x x x x x x x
#define HUNDRED(x) TEN(TEN(x))
#define X990	   HUNDRED("xxxxxxxxx") TEN("xxxxxxxxx")

#define OCTETS(literal)                                                        \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

static const struct chunk_row {
	struct span content;
	struct span sent;
} rows[] = {
	{ OCTETS(""), OCTETS("BDAT 0 LAST\r\n") },
	{ OCTETS("a\r\n"), OCTETS("BDAT 3 LAST\r\na\r\n") },
	{ OCTETS(".\r\n"), OCTETS("BDAT 3 LAST\r\n.\r\n") },
	{ OCTETS("a\r\n..\r\n.b\r\n"),
	    OCTETS("BDAT 11 LAST\r\na\r\n..\r\n.b\r\n") },
	{ OCTETS("BDAT 9\r\n"), OCTETS("BDAT 8 LAST\r\nBDAT 9\r\n") },
	/* 998 octets are a line, 999 are two. */
	{ OCTETS(X990 "12345678\r\n"),
	    OCTETS("BDAT 1000 LAST\r\n" X990 "12345678\r\n") },
	{ OCTETS(X990 "123456789\r\n"),
	    OCTETS("BDAT 1004 LAST\r\n" X990 "12345678\r\n 9\r\n") },
	/* The dot behind a fold is behind a blank, too. */
	{ OCTETS(X990 "12345678.\r\n"),
	    OCTETS("BDAT 1004 LAST\r\n" X990 "12345678\r\n .\r\n") },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		for (size_t piece = 1; piece < 20; piece++)
			for (size_t room = STUFFING_STEP_OCTETS; room < 20;
			     room++) {
				struct chunk chunk;

				sent.len = 0;
				chunk_init(&chunk);
				send_chunk(
				    &chunk, rows[i].content, true, piece, room);
				assert_int_equal(sent.len, rows[i].sent.len);
				assert_memory_equal(
				    sent.octets, rows[i].sent.ptr, sent.len);
			}
}

/* A line goes on through two chunks, wherever it is cut. */
static void test_cuts(void **state)
{
	struct span content = SPAN(X990 "12345678.\r\n.\r\nend\r\n");
	struct span parted = SPAN(X990 "12345678\r\n .\r\n.\r\nend\r\n");
	static char got[STORE_OCTETS];

	(void)state;
	for (size_t at = 0; at <= content.len; at++) {
		struct chunk chunk;

		sent.len = 0;
		chunk_init(&chunk);
		send_chunk(&chunk, span_first(content, at), false, 7, 50);
		send_chunk(&chunk, span_from(content, at), true, 50, 7);
		assert_int_equal(receive(got), parted.len);
		assert_memory_equal(got, parted.ptr, parted.len);
	}
}

/* Content that came when the number was said already is not of this chunk. */
static void test_not_more_than_was_counted(void **state)
{
	struct span content = SPAN("counted\r\nand what came behind\r\n");
	struct chunk chunk;
	struct chunk next;
	char storage[200];
	struct buf out;

	(void)state;
	chunk_init(&chunk);
	next = chunk;
	chunk_count(&next, span_first(content, 9));
	buf_init(&out, storage, sizeof(storage));
	chunk_begin(&chunk, &next, false, &out);
	chunk_put(&chunk, &content, &out);
	assert_true(chunk_is_over(&chunk));
	assert_true(span_equal(content, SPAN("and what came behind\r\n")));
	assert_true(span_equal(buf_peek(&out), SPAN("BDAT 9\r\ncounted\r\n")));
	chunk_put(&chunk, &content, &out);
	assert_int_equal(content.len, 22);
}

/* Lines of any length, many of them about as long as one may be. */
static size_t make_lines(unsigned *seed, char *octets, size_t most)
{
	size_t len = 0;

	for (;;) {
		size_t line;

		*seed = *seed * 1103515245u + 12345u;
		line = (*seed >> 16) % 8 == 0 ? 990 + (*seed >> 20) % 1020
					      : (*seed >> 20) % 100;
		if (len + line + 2 > most)
			return len;
		for (size_t i = 0; i < line; i++)
			octets[len++] = (*seed >> 16) % 3 ? 'x' : '.';
		octets[len++] = '\r';
		octets[len++] = '\n';
	}
}

/* The same by other means: octet by octet. */
static size_t part_plainly(const char *octets, size_t len, char *out)
{
	size_t column = 0;
	size_t put = 0;

	for (size_t i = 0; i < len; i++) {
		bool is_end = octets[i] == '\r' || octets[i] == '\n';

		if (column == BODY_LINE_OCTETS && !is_end) {
			memcpy(out + put, "\r\n ", 3);
			put += 3;
			column = 1;
		}
		out[put++] = octets[i];
		column += !is_end;
		if (octets[i] == '\n')
			column = 0;
	}
	return put;
}

static void test_against_plain_parting(void **state)
{
	static char octets[20000];
	static char parted[STORE_OCTETS];
	static char got[STORE_OCTETS];
	unsigned seed = 1;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		size_t len = make_lines(&seed, octets, sizeof(octets));
		size_t expected = part_plainly(octets, len, parted);
		struct chunk chunk;
		size_t at = 0;

		sent.len = 0;
		chunk_init(&chunk);
		while (at < len) {
			size_t most = 1 + (seed >> 8) % 5000;
			struct span part =
			    span_first(span_make(octets + at, len - at), most);

			at += part.len;
			send_chunk(&chunk, part, at == len,
			    1 + (seed >> 4) % 3000, 5 + (seed >> 12) % 2000);
			seed = seed * 1103515245u + 12345u;
		}
		assert_int_equal(receive(got), expected);
		assert_memory_equal(got, parted, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_not_more_than_was_counted),
		cmocka_unit_test(test_against_plain_parting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
