/*
 * The tools that every room uses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/cidr.h"
#include "base/ensure.h"
#include "base/rate.h"
#include "base/secret.h"
#include "base/text.h"

static void assert_span(struct span span, const char *expected)
{
	assert_int_equal(span.len, strlen(expected));
	if (span.len > 0)
		assert_memory_equal(span.ptr, expected, span.len);
}

/* ---- span ---- */

static void test_span_cuts(void **state)
{
	struct span none = { 0 };
	struct span abc = SPAN("abc");

	(void)state;
	assert_span(span_of(NULL), "");
	assert_span(span_of("a"), "a");
	assert_span(span_from(abc, 1), "bc");
	assert_span(span_from(abc, 4), "");
	assert_span(span_from(none, 4), "");
	assert_span(span_first(abc, 2), "ab");
	assert_span(span_first(abc, 4), "abc");
	assert_span(span_first(none, 4), "");
	assert_span(span_trim(SPAN(" \t a b\t ")), "a b");
	assert_span(span_trim(SPAN(" \t ")), "");
	assert_span(span_trim(none), "");
	assert_span(span_trim(SPAN("\ra\n")), "\ra\n");
	assert_span(span_trim_front(SPAN("\t a ")), "a ");
	assert_int_equal(span_find(abc, 'c'), 2);
	assert_int_equal(span_find(abc, 'd'), 3);
	assert_int_equal(span_find(none, 'a'), 0);
}

static void test_span_compares(void **state)
{
	struct span none = { 0 };

	(void)state;
	assert_true(span_equal(none, SPAN("")));
	assert_true(span_equal(SPAN("a"), SPAN("a")));
	assert_false(span_equal(SPAN("a"), SPAN("A")));
	assert_false(span_equal(SPAN("a"), SPAN("ab")));
	assert_true(span_equal_nocase(SPAN("aZ[{"), SPAN("Az[{")));
	assert_false(span_equal_nocase(SPAN("["), SPAN("{")));
	assert_false(span_equal_nocase(SPAN("@"), SPAN("`")));
	assert_false(span_equal_nocase(SPAN("\xc4"), SPAN("\xe4")));
	assert_false(span_equal_nocase(SPAN("a"), SPAN("ab")));
	assert_true(span_starts_nocase(SPAN("From:x"), SPAN("FROM:")));
	assert_false(span_starts_nocase(SPAN("FRO"), SPAN("FROM")));
	assert_true(span_starts_nocase(SPAN("x"), none));
	assert_true(span_starts_nocase(none, none));
	assert_true(span_holds_nocase(SPAN("abcab"), SPAN("CAB")));
	assert_true(span_holds_nocase(SPAN("abc"), SPAN("Ab")));
	assert_false(span_holds_nocase(SPAN("abc"), SPAN("bcd")));
	assert_true(span_holds_nocase(none, none));
}

static void test_span_words(void **state)
{
	struct span rest = SPAN("  one\ttwo  three ");
	struct span none = { 0 };

	(void)state;
	assert_span(span_word(&rest), "one");
	assert_span(rest, "\ttwo  three ");
	assert_span(span_word(&rest), "two");
	assert_span(span_word(&rest), "three");
	assert_span(span_word(&rest), "");
	assert_span(rest, "");
	assert_span(span_word(&none), "");
}

static void test_span_split(void **state)
{
	struct span rest = SPAN(" a , b c,,d,");
	static const char *const parts[] = { "a", "b c", "", "d" };
	struct span part;

	(void)state;
	for (size_t i = 0; i < array_len(parts); i++) {
		assert_true(span_split(&rest, ',', &part));
		assert_span(part, parts[i]);
	}
	assert_false(span_split(&rest, ',', &part));
}

static void test_span_number(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool is_good;
		uint64_t number;
	} rows[] = {
		{ "0", 0, true, 0 },
		{ "1", 0, false, 0 },
		{ "007", 10, true, 7 },
		{ "10", 10, true, 10 },
		{ "11", 10, false, 0 },
		{ "9", 5, false, 0 },
		{ "100", 10, false, 0 },
		{ "", 10, false, 0 },
		{ "-1", 10, false, 0 },
		{ "+1", 10, false, 0 },
		{ " 1", 10, false, 0 },
		{ "1 ", 10, false, 0 },
		{ "1a", 99, false, 0 },
		{ "0x1", 99, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "99999999999999999999", UINT64_MAX, false, 0 },
		{ "184467440737095516150", UINT64_MAX, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		uint64_t number = 0;

		assert_int_equal(
		    span_number(span_of(rows[i].text), rows[i].max, &number),
		    rows[i].is_good);
		assert_int_equal(number, rows[i].number);
	}
}

/* No octet above 0x7E is anything, whether char is signed or not. */
/* Wherever it stands, and however long the text is. */
static void test_span_has_eight_bit(void **state)
{
	char text[200];

	(void)state;
	memset(text, 0x7f, sizeof(text));
	for (size_t len = 0; len <= sizeof(text); len++) {
		assert_false(span_has_eight_bit(span_make(text, len)));
		for (size_t at = 0; at < len; at++) {
			text[at] = (char)0x80;
			assert_true(span_has_eight_bit(span_make(text, len)));
			text[at] = 0x7f;
		}
	}
}

static void test_octets(void **state)
{
	(void)state;
	for (unsigned octet = 0; octet < 256; octet++) {
		char c = (char)(unsigned char)octet;
		bool is_lower = octet >= 'a' && octet <= 'z';
		bool is_upper = octet >= 'A' && octet <= 'Z';

		assert_int_equal(is_print(c), octet >= 0x20 && octet < 0x7f);
		assert_int_equal(is_alpha(c), is_lower || is_upper);
		assert_int_equal(is_digit(c), octet >= '0' && octet <= '9');
		assert_int_equal(is_blank(c), octet == ' ' || octet == '\t');
		assert_int_equal(to_upper(c), is_lower ? (char)(c - 32) : c);
		assert_int_equal(to_lower(c), is_upper ? (char)(c + 32) : c);
	}
}

/* ---- buf ---- */

static void test_buf_queue(void **state)
{
	char storage[4];
	struct buf buf;

	(void)state;
	buf_init(&buf, storage, sizeof(storage));
	assert_span(buf_peek(&buf), "");
	buf_put(&buf, SPAN("abc"));
	assert_int_equal(buf_room(&buf), 1);
	buf_took(&buf, 2);
	assert_span(buf_peek(&buf), "c");
	assert_int_equal(buf_room(&buf), 3);
	buf_put(&buf, SPAN("def"));
	assert_span(buf_peek(&buf), "cdef");
	assert_int_equal(buf_room(&buf), 0);
	assert_int_equal(buf_put_some(&buf, SPAN("g")), 0);
	buf_took(&buf, 1);
	assert_int_equal(buf_put_some(&buf, SPAN("gh")), 1);
	assert_span(buf_peek(&buf), "defg");
	buf_took(&buf, 4);
	assert_int_equal(buf_len(&buf), 0);
	buf_put(&buf, SPAN("wxyz"));
	buf_clear(&buf);
	assert_int_equal(buf_room(&buf), 4);
}

static void test_buf_space(void **state)
{
	char storage[4];
	struct buf buf;

	(void)state;
	buf_init(&buf, storage, sizeof(storage));
	buf_put(&buf, SPAN("abc"));
	buf_took(&buf, 2);
	memcpy(buf_space(&buf), "def", 3);
	buf_wrote(&buf, 2);
	assert_span(buf_peek(&buf), "cde");
	assert_int_equal(buf_room(&buf), 1);
}

/* Nothing is ready behind a full queue before half of it was taken. */
static void test_buf_ready(void **state)
{
	char storage[8];
	struct buf buf;

	(void)state;
	buf_init(&buf, storage, sizeof(storage));
	assert_int_equal(buf_ready(&buf), 8);
	buf_put(&buf, SPAN("abcdef"));
	assert_int_equal(buf_ready(&buf), 2);
	buf_took(&buf, 2);
	assert_int_equal(buf_ready(&buf), 2);
	buf_put(&buf, SPAN("gh"));
	assert_int_equal(buf_ready(&buf), 0);
	assert_int_equal(buf_room(&buf), 2);
	buf_took(&buf, 1);
	assert_int_equal(buf_ready(&buf), 0);
	buf_took(&buf, 1);
	assert_int_equal(buf_ready(&buf), 4);
	buf_put(&buf, SPAN("ijkl"));
	assert_span(buf_peek(&buf), "efghijkl");
	assert_int_equal(buf_ready(&buf), 0);
}

static void test_buf_move(void **state)
{
	char storage[4];
	char more[8] = "abc?????";
	struct buf buf;

	(void)state;
	buf_init(&buf, storage, sizeof(storage));
	buf_put(&buf, SPAN("abc"));
	buf_move(&buf, more, sizeof(more));
	assert_int_equal(buf_room(&buf), 5);
	buf_put(&buf, SPAN("defgh"));
	assert_span(buf_peek(&buf), "abcdefgh");
	buf_took(&buf, 8);
	buf_move(&buf, storage, sizeof(storage));
	assert_int_equal(buf_room(&buf), 4);
}

static void test_buf_zeroed(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	assert_int_equal(buf_room(&buf), 0);
	assert_int_equal(buf_len(&buf), 0);
	assert_span(buf_peek(&buf), "");
	assert_int_equal(buf_put_some(&buf, SPAN("a")), 0);
	buf_put(&buf, (struct span){ 0 });
	buf_took(&buf, 0);
}

/* ---- text ---- */

static void test_text_cut(void **state)
{
	char storage[5];
	struct text text;

	(void)state;
	text_init(&text, storage, sizeof(storage));
	text_puts(&text, "abc");
	text_number(&text, 12);
	assert_span(text_span(&text), "abc12");
	assert_false(text.cut);
	text_put(&text, (struct span){ 0 });
	assert_false(text.cut);
	text_putc(&text, 'x');
	assert_true(text.cut);
	assert_string_equal(text_end(&text), "abc1");
}

static void test_text_end(void **state)
{
	char storage[3];
	struct text text;

	(void)state;
	text_init(&text, storage, sizeof(storage));
	text_puts(&text, "ab");
	assert_string_equal(text_end(&text), "ab");
	assert_false(text.cut);
	text_init(&text, storage, sizeof(storage));
	text_puts(&text, "abc");
	assert_string_equal(text_end(&text), "ab");
	assert_true(text.cut);
	text_init(&text, NULL, 0);
	text_puts(&text, "a");
	assert_true(text.cut);
}

static void test_text_number(void **state)
{
	static const struct {
		uint64_t number;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 9, "9" },
		{ 10, "10" },
		{ UINT64_MAX, "18446744073709551615" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char storage[21];
		struct text text;

		text_init(&text, storage, sizeof(storage));
		text_number(&text, rows[i].number);
		assert_string_equal(text_end(&text), rows[i].text);
	}
}

/* What a peer said, as it stands in a log line. */
static void test_text_value(void **state)
{
	static const struct {
		const char *value;
		const char *logged;
	} rows[] = {
		{ "plain", "plain" },
		{ "a@b", "a@b" },
		{ "", "\"\"" },
		{ "two words", "\"two words\"" },
		{ "a=b", "\"a=b\"" },
		{ "\"", "\"\\\"\"" },
		{ "\\", "\"\\\\\"" },
		{ "a\r\nb\t", "\"a\\r\\nb\\t\"" },
		{ "\x1b[2J", "\"\\x1b[2J\"" },
		{ "\x7f", "\"\\x7f\"" },
		{ "\xff\x80", "\"\\xff\\x80\"" },
		{ "x event=message result=sent",
		    "\"x event=message result=sent\"" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char storage[100];
		struct text text;

		text_init(&text, storage, sizeof(storage));
		text_value(&text, span_of(rows[i].value));
		assert_string_equal(text_end(&text), rows[i].logged);
	}
}

static void test_text_escaped(void **state)
{
	static const char nul[] = "a\0b";
	char octets[401];
	char storage[600];
	struct text text;

	(void)state;
	text_init(&text, storage, sizeof(storage));
	text_escaped(&text, SPAN("abcd"), 3);
	text_escaped(&text, SPAN("abc"), 3);
	text_escaped(&text, span_make(nul, 3), 3);
	assert_string_equal(text_end(&text), "abc...abca\\x00b");
	memset(octets, 'a', sizeof(octets));
	text_init(&text, storage, sizeof(storage));
	text_value(&text, span_make(octets, 400));
	assert_int_equal(text.len, 400);
	text_init(&text, storage, sizeof(storage));
	text_value(&text, span_make(octets, 401));
	assert_int_equal(text.len, 400 + 5);
	assert_memory_equal(storage + 401, "...\"", 4);
}

/* ---- base64 ---- */

static void test_base64(void **state)
{
	/* RFC 4648 section 10, and all the digits. */
	static const struct {
		struct span octets;
		const char *encoded;
	} rows[] = {
		{ { "", 0 }, "" },
		{ { "f", 1 }, "Zg==" },
		{ { "fo", 2 }, "Zm8=" },
		{ { "foo", 3 }, "Zm9v" },
		{ { "foob", 4 }, "Zm9vYg==" },
		{ { "fooba", 5 }, "Zm9vYmE=" },
		{ { "foobar", 6 }, "Zm9vYmFy" },
		{ { "\0", 1 }, "AA==" },
		{ { "\xff\xef\xbe", 3 }, "/+++" },
		{ { "\x00\x10\x83\x10\x51\x87", 6 }, "ABCDEFGH" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct span encoded = span_of(rows[i].encoded);
		char out[20] = "";
		size_t len = 99;

		assert_int_equal(
		    base64_length(rows[i].octets.len), encoded.len);
		assert_int_equal(
		    base64_encode(rows[i].octets, out), encoded.len);
		assert_true(span_equal(span_make(out, encoded.len), encoded));
		assert_true(base64_decode(encoded, out, &len));
		assert_true(span_equal(span_make(out, len), rows[i].octets));
		/* Devices that forget the padding. */
		encoded.len = span_find(encoded, '=');
		assert_true(base64_decode(encoded, out, &len));
		assert_true(span_equal(span_make(out, len), rows[i].octets));
	}
}

static void test_base64_refuses(void **state)
{
	static const char *const rows[] = { "=", "==", "====", "A",
		"A=", "A==", "A===", "AA=", "AA===", "AAA==", "AAAA=", "AAAA==",
		"AB==", "AAB=", "AB", "AA A", "AA\n", "A-_A", "AA=A", "=AAA",
		"AAAAA", "\xff\xff\xff\xff", "AA.=" };

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char out[20];
		size_t len;

		if (base64_decode(span_of(rows[i]), out, &len))
			print_error("%s\n", rows[i]);
		assert_false(base64_decode(span_of(rows[i]), out, &len));
	}
}

/* Every length there and back, in an output of exactly the promised size. */
static void test_base64_lengths(void **state)
{
	char octets[64];
	char encoded[88];
	char decoded[88 / 4 * 3 + 3];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (char)(i * 37);
	for (size_t i = 0; i <= sizeof(octets); i++) {
		size_t written = base64_encode(span_make(octets, i), encoded);

		assert_int_equal(written, base64_length(i));
		assert_true(
		    base64_decode(span_make(encoded, written), decoded, &len));
		assert_true(
		    span_equal(span_make(decoded, len), span_make(octets, i)));
	}
}

/* ---- secret ---- */

static void test_secret_wipe(void **state)
{
	char octets[] = "password";
	struct secret secret = { octets, sizeof(octets) - 1 };

	(void)state;
	assert_span(secret_reveal(&secret), "password");
	secret_wipe(&secret);
	assert_memory_equal(octets, "\0\0\0\0\0\0\0\0", 8);
	assert_int_equal(secret.len, 0);
	assert_null(secret.hidden);
	secret_wipe(&secret);
}

static void test_secret_equal(void **state)
{
	struct span none = { 0 };

	(void)state;
	assert_true(secret_equal(SPAN("abc"), SPAN("abc")));
	assert_true(secret_equal(none, none));
	assert_false(secret_equal(SPAN("abc"), SPAN("abd")));
	assert_false(secret_equal(SPAN("xbc"), SPAN("abc")));
	assert_false(secret_equal(SPAN("abc"), SPAN("ab")));
	assert_false(secret_equal(SPAN("ab"), SPAN("abc")));
	assert_false(secret_equal(SPAN("aaaa"), SPAN("aa")));
	assert_false(secret_equal(SPAN("abc"), none));
	assert_false(secret_equal(none, SPAN("abc")));
}

/* ---- cidr ---- */

static struct ip v4(
    unsigned char a, unsigned char b, unsigned char c, unsigned char d)
{
	unsigned char octets[4] = { a, b, c, d };

	return ip_from_v4(octets);
}

static void test_cidr_holds(void **state)
{
	struct {
		struct cidr cidr;
		struct ip ip;
		bool holds;
	} rows[] = {
		{ { v4(192, 0, 2, 0), 96 + 24 }, v4(192, 0, 2, 255), true },
		{ { v4(192, 0, 2, 0), 96 + 24 }, v4(192, 0, 3, 0), false },
		{ { v4(192, 0, 2, 128), 96 + 25 }, v4(192, 0, 2, 128), true },
		{ { v4(192, 0, 2, 128), 96 + 25 }, v4(192, 0, 2, 127), false },
		{ { v4(10, 0, 0, 0), 96 + 7 }, v4(11, 1, 2, 3), true },
		{ { v4(10, 0, 0, 0), 96 + 7 }, v4(12, 0, 0, 0), false },
		{ { v4(1, 2, 3, 4), 128 }, v4(1, 2, 3, 4), true },
		{ { v4(1, 2, 3, 4), 128 }, v4(1, 2, 3, 5), false },
		{ { v4(0, 0, 0, 0), 96 }, v4(255, 255, 255, 255), true },
		{ { v4(0, 0, 0, 0), 96 }, { { 0x20, 1 } }, false },
		{ { { { 0 } }, 0 }, v4(1, 2, 3, 4), true },
		{ { { { 0 } }, 0 }, { { 0x20, 1 } }, true },
		{ { { { 0x20, 1, 0xd, 0xb8 } }, 32 },
		    { { 0x20, 1, 0xd, 0xb8, 9 } }, true },
		{ { { { 0x20, 1, 0xd, 0xb8 } }, 32 },
		    { { 0x20, 1, 0xd, 0xb9 } }, false },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		assert_int_equal(
		    cidr_holds(&rows[i].cidr, &rows[i].ip), rows[i].holds);
}

static void test_cidr_loopback(void **state)
{
	struct {
		struct cidr cidr;
		bool is_loopback;
	} rows[] = {
		{ { v4(127, 0, 0, 0), 96 + 8 }, true },
		{ { v4(127, 0, 0, 0), 96 + 7 }, false },
		{ { v4(127, 9, 9, 9), 128 }, true },
		{ { v4(126, 0, 0, 0), 128 }, false },
		{ { v4(0, 0, 0, 0), 96 }, false },
		{ { { { [15] = 1 } }, 128 }, true },
		{ { { { [15] = 1 } }, 127 }, false },
		{ { { { 0 } }, 0 }, false },
		{ { { { [0] = 1, [15] = 1 } }, 128 }, false },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		assert_int_equal(
		    cidr_is_loopback(&rows[i].cidr), rows[i].is_loopback);
	assert_true(ip_is_v4(&rows[0].cidr.network));
	assert_false(ip_is_v4(&rows[5].cidr.network));
}

static void test_cidr_best(void **state)
{
	struct cidr cidrs[] = {
		{ v4(192, 0, 2, 0), 96 + 24 },
		{ v4(192, 0, 2, 7), 128 },
		{ v4(192, 0, 0, 0), 96 + 16 },
	};
	struct ip one = v4(192, 0, 2, 7);
	struct ip neighbour = v4(192, 0, 2, 8);
	struct ip far = v4(198, 51, 100, 1);

	(void)state;
	assert_int_equal(cidr_best(cidrs, 3, &one), 128);
	assert_int_equal(cidr_best(cidrs, 3, &neighbour), 120);
	assert_int_equal(cidr_best(cidrs, 3, &far), -1);
	assert_int_equal(cidr_best(NULL, 0, &one), -1);
}

/* ---- arena ---- */

static void test_arena(void **state)
{
	struct arena arena = { 0 };
	unsigned *numbers = NULL;
	size_t count = 0;
	char *string;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		numbers = arena_grow(&arena, numbers, &count, sizeof(*numbers));
		assert_int_equal(count, i + 1);
		assert_int_equal(numbers[i], 0);
		numbers[i] = i;
	}
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	string = arena_string(&arena, SPAN("abc"));
	assert_string_equal(string, "abc");
	assert_string_equal(arena_string(&arena, (struct span){ 0 }), "");
	assert_int_equal(
	    (uintptr_t)arena_alloc(&arena, 3) % _Alignof(max_align_t), 0);
	arena_free(&arena);
	assert_null(arena.blocks);
	arena_free(&arena);
}

static void test_matches(void **state)
{
	static const struct {
		const char *text;
		const char *pattern;
		bool matches;
	} rows[] = {
		{ "a@b", "a@b", true },
		{ "A@b", "a@B", true },
		{ "a@b", "*", true },
		{ "", "*", true },
		{ "", "", true },
		{ "a@b", "", false },
		{ "a@b.c", "*@b.c", true },
		{ "a@xb.c", "*@b.c", false },
		{ "a@b.c", "a@*", true },
		{ "a@b.c.d", "*@*.d", true },
		{ "aab", "*ab", true },
		{ "aabab", "*ab", true },
		{ "abc", "a*b", false },
		{ "abcb", "a*b", true },
		{ "ab", "a**b", true },
		{ "ab", "a*b*", true },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		assert_int_equal(span_matches(span_of(rows[i].text),
				     span_of(rows[i].pattern)),
		    rows[i].matches);
}

/* A minute's worth at once, then one by one; and after a quiet time again. */
/* How it is cut does not matter; every bit, the length, the order and the key
 * do. */
static uint64_t digest_of(
    const struct hash_key *key, const char *text, size_t len, size_t grain)
{
	struct span rest = span_make(text, len);
	struct hash digest;

	hash_init(&digest, key);
	for (; rest.len > 0; rest = span_from(rest, grain))
		hash_put(&digest, span_first(rest, grain));
	return hash_value(&digest);
}

static void test_digest(void **state)
{
	static const struct hash_key key = { { 1, 2, 3, 4, 5, 6, 7, 8 } };
	char text[150] = { 0 };
	uint64_t seen[2 * 150 * 9];
	size_t count = 0;

	(void)state;
	for (size_t len = 0; len <= sizeof(text); len++) {
		uint64_t whole = digest_of(&key, text, len, sizeof(text));

		for (size_t grain = 1; grain < 70; grain++)
			assert_true(digest_of(&key, text, len, grain) == whole);
		seen[count++] = whole; /* zeros of every length */
	}
	for (size_t bit = 0; bit < 8 * sizeof(text); bit++) {
		text[bit / 8] ^= (char)(1 << bit % 8);
		seen[count++] = digest_of(&key, text, sizeof(text), 150);
		text[bit / 8] = 0;
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			assert_true(seen[i] != seen[j]);
}

static void test_digest_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(((struct hash_key *)0)->words); i++) {
		struct hash_key key = { { 1, 2, 3, 4, 5, 6, 7, 8 } };
		uint64_t before = digest_of(&key, "a message", 9, 9);

		key.words[i]++;
		assert_true(digest_of(&key, "a message", 9, 9) != before);
	}
}

static void test_rate(void **state)
{
	struct rate rate = { .per_minute = 3 };
	struct rate none = { 0 };
	uint64_t now = 1000000;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(rate_take(&rate, now));
	assert_false(rate_take(&rate, now));
	assert_int_equal(rate_next(&rate, now), now + 20000);
	assert_false(rate_take(&rate, now + 19999));
	assert_true(rate_take(&rate, now + 20000));
	assert_false(rate_take(&rate, now + 20000));
	now += 200000;
	for (int i = 0; i < 3; i++)
		assert_true(rate_take(&rate, now));
	assert_false(rate_take(&rate, now));
	for (int i = 0; i < 1000; i++)
		assert_true(rate_take(&none, now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_span_cuts),
		cmocka_unit_test(test_span_compares),
		cmocka_unit_test(test_span_words),
		cmocka_unit_test(test_span_split),
		cmocka_unit_test(test_span_number),
		cmocka_unit_test(test_span_has_eight_bit),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_buf_queue),
		cmocka_unit_test(test_buf_space),
		cmocka_unit_test(test_buf_ready),
		cmocka_unit_test(test_buf_move),
		cmocka_unit_test(test_buf_zeroed),
		cmocka_unit_test(test_text_cut),
		cmocka_unit_test(test_text_end),
		cmocka_unit_test(test_text_number),
		cmocka_unit_test(test_text_value),
		cmocka_unit_test(test_text_escaped),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base64_refuses),
		cmocka_unit_test(test_base64_lengths),
		cmocka_unit_test(test_secret_wipe),
		cmocka_unit_test(test_secret_equal),
		cmocka_unit_test(test_cidr_holds),
		cmocka_unit_test(test_cidr_loopback),
		cmocka_unit_test(test_cidr_best),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_digest_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
