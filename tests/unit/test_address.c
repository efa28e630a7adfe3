/*
 * Paths: what devices write where RFC 5321 wants "<a@b>", what becomes of it,
 * and what must never get through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "smtp/address.h"

static const struct path_row {
	const char *heard; /* behind "FROM:" */
	const char *said;  /* the canonical path; "": it is refused */
	const char *parameters;
	enum address_verdict verdict;
} paths[] = {
	/* as it should be */
	{ "<a@b>", "<a@b>", "", ADDRESS_READY },
	{ "<a@b> SIZE=10 BODY=8BITMIME", "<a@b>", "SIZE=10 BODY=8BITMIME",
	    ADDRESS_READY },
	{ "<first.last+tag@sub.example.com>",
	    "<first.last+tag@sub.example.com>", "", ADDRESS_READY },
	{ "<\"a b\"@c>", "<\"a b\"@c>", "", ADDRESS_READY },
	{ "<\"a\\\"b\"@c>", "<\"a\\\"b\"@c>", "", ADDRESS_READY },
	{ "<\"a>b\"@c> SIZE=1", "<\"a>b\"@c>", "SIZE=1", ADDRESS_READY },
	{ "<\"a@b\"@c>", "<\"a@b\"@c>", "", ADDRESS_READY },
	{ "<a@[192.0.2.1]>", "<a@[192.0.2.1]>", "", ADDRESS_READY },
	{ "<a@[IPv6:2001:db8::1]>", "<a@[IPv6:2001:db8::1]>", "",
	    ADDRESS_READY },
	{ "<>", "<>", "", ADDRESS_READY },
	{ "<> SIZE=5", "<>", "SIZE=5", ADDRESS_READY },

	/* as devices say it */
	{ " <a@b>", "<a@b>", "", ADDRESS_READY },
	{ "\t<a@b>\t", "<a@b>", "", ADDRESS_READY },
	{ "a@b", "<a@b>", "", ADDRESS_READY },
	{ " a@b SIZE=3", "<a@b>", "SIZE=3", ADDRESS_READY },
	{ "< a@b >", "<a@b>", "", ADDRESS_READY },
	{ "<user.@host>", "<user.@host>", "", ADDRESS_READY },
	{ "<a..b@host>", "<a..b@host>", "", ADDRESS_READY },
	{ "<<a@b>>", "<a@b>", "", ADDRESS_READY },
	{ "<<<a@b>>> SIZE=1", "<a@b>", "SIZE=1", ADDRESS_READY },
	{ "<a@b>SIZE=1", "<a@b>", "SIZE=1", ADDRESS_READY },
	{ "<a@b.>", "<a@b>", "", ADDRESS_READY },
	{ "<a@b..>", "<a@b>", "", ADDRESS_READY },
	{ "<root>", "<root>", "", ADDRESS_READY },
	{ "scanner", "<scanner>", "", ADDRESS_READY },
	{ "<'a@b'>", "<a@b>", "", ADDRESS_READY },
	{ "'a@b'", "<a@b>", "", ADDRESS_READY },
	{ "<\"a@b\">", "<a@b>", "", ADDRESS_READY },
	{ "<\"'a@b'\">", "<a@b>", "", ADDRESS_READY },
	{ "\"a b\"@c SIZE=1", "<\"a b\"@c>", "SIZE=1", ADDRESS_READY },
	{ "<@x,@y:a@b>", "<a@b>", "", ADDRESS_READY },
	{ "<@x:\"a@b\">", "<a@b>", "", ADDRESS_READY },
	{ "<@:\"@\"", "", "", ADDRESS_SYNTAX },
	{ "<o'neil@b>", "<o'neil@b>", "", ADDRESS_READY },
	{ "Joe <a@b>", "<a@b>", "", ADDRESS_READY },
	{ "\"Joe, Jr.\" <a@b>", "<a@b>", "", ADDRESS_READY },
	{ "Doe, Joe <a@b>", "<a@b>", "", ADDRESS_READY },
	{ "a@b <a@b>", "<a@b>", "", ADDRESS_READY },
	{ "<\"Joe\" <a@b>>", "<a@b>", "", ADDRESS_READY },
	{ "<Joe <a@b>> SIZE=1", "<a@b>", "SIZE=1", ADDRESS_READY },
	{ "<\"x@y, z\" <a@b>>", "<a@b>", "", ADDRESS_READY },
	{ "<a@b", "<a@b>", "", ADDRESS_READY },
	{ "<@x,@y:a@b>", "<a@b>", "", ADDRESS_READY },
	{ "<a@b>,", "<a@b>", ",", ADDRESS_READY },
	{ "<a@b> AUTH=<>", "<a@b>", "AUTH=<>", ADDRESS_READY },
	{ "<a@b> AUTH=<c@d> RET=HDRS", "<a@b>", "AUTH=<c@d> RET=HDRS",
	    ADDRESS_READY },
	{ "a@b SIZE=1 AUTH=<>", "<a@b>", "SIZE=1 AUTH=<>", ADDRESS_READY },
	{ "<a@b> ORCPT=rfc822;c@d", "<a@b>", "ORCPT=rfc822;c@d",
	    ADDRESS_READY },

	/* several addresses: none of them is lost in silence */
	{ "<a@b,c@d>", "", "", ADDRESS_SEVERAL },
	{ "<a@b;c@d>", "", "", ADDRESS_SEVERAL },
	{ "<a,c@d>", "", "", ADDRESS_SEVERAL },
	{ "a@b,c@d", "", "", ADDRESS_SEVERAL },
	{ "a@b, c@d", "", "", ADDRESS_SEVERAL },
	{ "a@b c@d", "", "", ADDRESS_SEVERAL },
	{ "<a@b> <c@d>", "", "", ADDRESS_SEVERAL },
	{ "<a@b><c@d>", "", "", ADDRESS_SEVERAL },
	{ "<a@b>,<c@d>", "", "", ADDRESS_SEVERAL },
	{ "<a@b>,c@d", "", "", ADDRESS_SEVERAL },
	{ "<a@b>;root", "", "", ADDRESS_SEVERAL },
	{ "<a@b>, root", "", "", ADDRESS_SEVERAL },
	{ "a@b, <c@d>", "", "", ADDRESS_SEVERAL },
	{ "a@b; Joe <c@d>", "", "", ADDRESS_SEVERAL },
	{ "<a@b, Joe <c@d>>", "", "", ADDRESS_SEVERAL },
	{ "Joe's \"x <a@b>", "", "", ADDRESS_SEVERAL },

	/* not an address */
	{ "", "", "", ADDRESS_SYNTAX },
	{ " ", "", "", ADDRESS_SYNTAX },
	{ "<", "", "", ADDRESS_SYNTAX },
	{ "< ", "", "", ADDRESS_SYNTAX },
	{ ">", "", "", ADDRESS_SYNTAX },
	{ "@", "", "", ADDRESS_SYNTAX },
	{ "<@b>", "", "", ADDRESS_SYNTAX },
	{ "<a@>", "", "", ADDRESS_SYNTAX },
	{ "<a@.>", "", "", ADDRESS_SYNTAX },
	{ "<a@b@c>", "", "", ADDRESS_SYNTAX },
	{ "<a b@c>", "", "", ADDRESS_SYNTAX },
	{ "<a@b c>", "", "", ADDRESS_SYNTAX },
	{ "<a@b SIZE=1", "", "", ADDRESS_SYNTAX },
	{ "<\"a@b>", "", "", ADDRESS_SYNTAX },
	{ "<\"a\\\"@b>", "", "", ADDRESS_SYNTAX },
	{ "<\"a\"b@c>", "", "", ADDRESS_SYNTAX },
	{ "<a\\b@c>", "", "", ADDRESS_SYNTAX },
	{ "<@x,@y>", "", "", ADDRESS_SYNTAX },
	{ "<@x:>", "", "", ADDRESS_SYNTAX },
	{ "<a@b!c>", "", "", ADDRESS_SYNTAX },
	{ "<a@[]>", "", "", ADDRESS_SYNTAX },
	{ "<a@[1.2.3.4>", "", "", ADDRESS_SYNTAX },
	{ "<a@[1.2.3.4]x>", "", "", ADDRESS_SYNTAX },

	/* what would leave as more than a path */
	{ "<a@b>\r\nRCPT TO:<x@y>", "", "", ADDRESS_SYNTAX },
	{ "<a@b\r\nRCPT TO:<x@y>", "", "", ADDRESS_SYNTAX },
	{ "<\"a\r\nRCPT TO:<x>\"@b>", "", "", ADDRESS_SYNTAX },
	{ "<\"a\\\r\nDATA\"@b>", "", "", ADDRESS_SYNTAX },
	{ "<a@b> SIZE=1\nRCPT TO:<x@y>", "", "", ADDRESS_SYNTAX },
	{ "<a@b\n>", "", "", ADDRESS_SYNTAX },
	{ "a@[x>SIZE=1]", "", "", ADDRESS_SYNTAX },
	{ "a@[x>AUTH=<y@z>]", "", "", ADDRESS_SYNTAX },
	{ "<a@[1.2.3.4 SIZE]>", "", "", ADDRESS_SYNTAX },
	{ "<a@[<b]>", "", "", ADDRESS_SYNTAX },
	{ "<\xc3\xbc@b>", "", "", ADDRESS_FOREIGN },
	{ "<a@b\xe2\x80\x8b>", "", "", ADDRESS_FOREIGN },
	{ "<\"\xff\"@b>", "", "", ADDRESS_FOREIGN },
};

static void say(const struct address *address, char *out, size_t size)
{
	struct text text;

	text_init(&text, out, size);
	address_put_path(&text, address);
	text_end(&text);
	assert_false(text.cut);
}

static void check_path(const struct path_row *row)
{
	char command[200];
	char said[PATH_MAX_OCTETS + 1] = "";
	struct address address;
	struct span parameters;
	enum address_verdict verdict;

	snprintf(command, sizeof(command), "fRoM:%s", row->heard);
	verdict = address_read_path(
	    span_of(command), SPAN("FROM:"), &address, &parameters);
	if (verdict == ADDRESS_READY)
		say(&address, said, sizeof(said));
	if (verdict != row->verdict || strcmp(said, row->said) != 0)
		print_error("%s: %d %s\n", row->heard, verdict, said);
	assert_int_equal(verdict, row->verdict);
	assert_string_equal(said, row->said);
	if (verdict == ADDRESS_READY)
		assert_true(span_equal(parameters, span_of(row->parameters)));
}

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(paths); i++)
		check_path(&paths[i]);
}

/* What was said is read again, and comes out the same. */
static void test_said_is_canonical(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(paths); i++) {
		struct path_row again = { paths[i].said, paths[i].said, "",
			ADDRESS_READY };

		if (paths[i].verdict == ADDRESS_READY)
			check_path(&again);
	}
}

static void test_prefix(void **state)
{
	struct address address;
	struct span rest;

	(void)state;
	assert_int_equal(
	    address_read_path(SPAN("TO:<a@b>"), SPAN("TO:"), &address, &rest),
	    ADDRESS_READY);
	assert_int_equal(
	    address_read_path(SPAN("TO:<a@b>"), SPAN("FROM:"), &address, &rest),
	    ADDRESS_SYNTAX);
	assert_int_equal(
	    address_read_path(SPAN("<a@b>"), SPAN("TO:"), &address, &rest),
	    ADDRESS_SYNTAX);
	assert_int_equal(
	    address_read_path((struct span){ 0 }, SPAN("TO:"), &address, &rest),
	    ADDRESS_SYNTAX);
	assert_true(address_is_null(&address));
}

static const struct list_row {
	const char *heard; /* behind "TO:" */
	const char *said;  /* all paths, one behind the other */
	enum address_verdict verdict;
} lists[] = {
	/* one address is no list, whatever is in it */
	{ "<a@b>", "<a@b>", ADDRESS_READY },
	{ "<a@b> NOTIFY=NEVER", "<a@b>", ADDRESS_READY },
	{ "<>", "<>", ADDRESS_READY },
	{ "<\"a,b\"@c>", "<\"a,b\"@c>", ADDRESS_READY },
	{ "<\"a;b\"@c>", "<\"a;b\"@c>", ADDRESS_READY },
	{ "\"a, b\"@c", "<\"a, b\"@c>", ADDRESS_READY },
	{ "<@x,@y:a@b>", "<a@b>", ADDRESS_READY },
	{ "Doe, Joe <a@b>", "<a@b>", ADDRESS_READY },
	{ "<\"x@y, z\" <a@b>>", "<a@b>", ADDRESS_READY },
	{ "<a@b> ORCPT=rfc822;c@d", "<a@b>", ADDRESS_READY },
	{ "<a@b>,", "<a@b>", ADDRESS_READY },
	{ "<a@b,>", "<a@b>", ADDRESS_READY },
	{ "a@b;", "<a@b>", ADDRESS_READY },

	/* lists */
	{ "<a@b,c@d>", "<a@b><c@d>", ADDRESS_READY },
	{ "<a@b;c@d>", "<a@b><c@d>", ADDRESS_READY },
	{ " < a@b ,\tc@d > ", "", ADDRESS_SYNTAX },
	{ " < a@b , c@d > ", "<a@b><c@d>", ADDRESS_READY },
	{ "a@b,c@d", "<a@b><c@d>", ADDRESS_READY },
	{ "a@b; c@d", "<a@b><c@d>", ADDRESS_READY },
	{ "<a@b>,<c@d>", "<a@b><c@d>", ADDRESS_READY },
	{ "<a@b> ; <c@d>;", "<a@b><c@d>", ADDRESS_READY },
	{ "<a@b>,c@d", "<a@b><c@d>", ADDRESS_READY },
	{ "a@b, <c@d>", "<a@b><c@d>", ADDRESS_READY },
	{ "<<a@b>,<c@d>>", "<a@b><c@d>", ADDRESS_READY },
	{ "<a@b,c@d", "<a@b><c@d>", ADDRESS_READY },
	{ "<a@b,,c@d,>", "<a@b><c@d>", ADDRESS_READY },
	{ "<a,c@d,e>", "<a><c@d><e>", ADDRESS_READY },
	{ "<a@b.,c@d.>", "<a@b><c@d>", ADDRESS_READY },
	{ "'a@b','c@d'", "<a@b><c@d>", ADDRESS_READY },
	{ "<\"a@b\";\"c@d\">", "<a@b><c@d>", ADDRESS_READY },
	{ "<\"a,b\"@c,d@e>", "<\"a,b\"@c><d@e>", ADDRESS_READY },
	{ "<d@e,\"a;b>\"@c>", "<d@e><\"a;b>\"@c>", ADDRESS_READY },
	{ "<a@[192.0.2.1],b@[IPv6:2001:db8::1]>",
	    "<a@[192.0.2.1]><b@[IPv6:2001:db8::1]>", ADDRESS_READY },
	{ "<a@b,c@d> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;e@f", "<a@b><c@d>",
	    ADDRESS_READY },
	{ "a@b,c@d ORCPT=rfc822;e@f", "<a@b><c@d>", ADDRESS_READY },
	{ "<a@b,c@d>NOTIFY=NEVER", "<a@b><c@d>", ADDRESS_READY },

	/* no clear list: none of it is taken */
	{ "a@b c@d", "", ADDRESS_SEVERAL },
	{ "<a@b> <c@d>", "", ADDRESS_SEVERAL },
	{ "<a@b><c@d>", "", ADDRESS_SEVERAL },
	{ "<a@b>,<c@d> <e@f>", "", ADDRESS_SEVERAL },
	{ "a@b; Joe <c@d>", "", ADDRESS_SEVERAL },
	{ "Doe, Joe <a@b>, c@d", "", ADDRESS_SEVERAL },
	{ "<\"a@b,c@d\">", "", ADDRESS_SEVERAL },
	{ "<'a@b,c@d'>", "", ADDRESS_SYNTAX },
	{ "<a@b,c@>", "", ADDRESS_SYNTAX },
	{ "<a@b,@c>", "", ADDRESS_SYNTAX },
	{ "<a@b,@x,@y:c@d>", "", ADDRESS_SYNTAX },
	{ "<@x:a@b,c@d>", "", ADDRESS_SYNTAX },
	{ "<a@b,c@d@e>", "", ADDRESS_SYNTAX },
	{ "<a@b,\"c@d>", "", ADDRESS_SYNTAX },
	{ "<a@b,c@d NOTIFY=NEVER,e@f>", "", ADDRESS_SYNTAX },
	{ "<a@b,c d>", "", ADDRESS_SYNTAX },
	{ "<,>", "", ADDRESS_SYNTAX },
	{ "", "", ADDRESS_SYNTAX },
	{ "<a@b,c@d\n>", "", ADDRESS_SYNTAX },
	{ "<a@b,\xc3\xbc@d>", "", ADDRESS_FOREIGN },
};

static void check_list(const struct list_row *row)
{
	char command[200];
	char said[200] = "";
	struct address address;
	struct span more;
	struct text text;
	enum address_verdict verdict;

	snprintf(command, sizeof(command), "tO:%s", row->heard);
	text_init(&text, said, sizeof(said));
	verdict =
	    address_read_list(span_of(command), SPAN("TO:"), &address, &more);
	if (verdict == ADDRESS_READY)
		do
			address_put_path(&text, &address);
		while (address_next(&more, &address));
	text_end(&text);
	if (verdict != row->verdict || strcmp(said, row->said) != 0)
		print_error("%s: %d %s\n", row->heard, verdict, said);
	assert_int_equal(verdict, row->verdict);
	assert_string_equal(said, row->said);
}

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(lists); i++)
		check_list(&lists[i]);
}

/* As many as there is room for in a line; the longest one last, and one that
 * is too long. */
static void test_long_lists(void **state)
{
	char command[4096] = "TO:<";
	struct address address;
	struct span more;
	size_t len = 4;
	unsigned count = 1;

	(void)state;
	while (len + 4 < sizeof(command) - ADDRESS_MAX_OCTETS) {
		memcpy(command + len, "a@b,", 4);
		len += 4;
		count++;
	}
	memset(command + len, 'c', ADDRESS_MAX_OCTETS + 1);
	memcpy(command + len, "c@", 2);
	assert_int_equal(address_read_list(span_make(command, len + 2 + 255),
			     SPAN("TO:"), &address, &more),
	    ADDRESS_READY);
	while (address_next(&more, &address))
		count--;
	assert_int_equal(count, 1);
	memset(command + len, 'c', ADDRESS_MAX_OCTETS + 1);
	assert_int_equal(
	    address_read_list(span_make(command, len + ADDRESS_MAX_OCTETS + 1),
		SPAN("TO:"), &address, &more),
	    ADDRESS_LONG);
}

/* Each octet, in each place where one may stand, in each kind of path. */
static void test_every_octet(void **state)
{
	static const char *const shapes[] = { "TO:<a?b@c>", "TO:<\"a?b\"@c>",
		"TO:<\"a\\?b\"@c>", "TO:<a@b?c>", "TO:<a@[1?2]>", "TO:a@[1?2]",
		"TO:?a@b", "TO:<a@b?", "TO:<?a@b>", "TO:<a@b>?", "TO:<a>?b",
		"TO:<a@b> X?=1", "TO:<@a?:b@c>", "TO:?<a@b>", "TO:<?<a@b>>" };

	(void)state;
	for (size_t i = 0; i < array_len(shapes) * 256; i++) {
		const char *shape = shapes[i / 256];
		unsigned char octet = (unsigned char)(i % 256);
		char command[40];
		struct span line = span_make(command, strlen(shape));
		struct address address;
		struct span rest;

		memcpy(command, shape, line.len);
		command[span_find(line, '?')] = (char)octet;
		if (address_read_path(line, SPAN("TO:"), &address, &rest) !=
		    ADDRESS_READY)
			continue;
		/* A blank at either end was no part of it. */
		if (octet != '\t' || span_find(rest, '\t') < rest.len ||
		    span_find(address.local, '\t') < address.local.len)
			assert_true(octet >= 0x20 && octet < 0x7f);
		for (size_t j = 0; j < address.local.len; j++)
			assert_true(is_print(address.local.ptr[j]));
		for (size_t j = 0; j < address.domain.len; j++)
			assert_true(is_print(address.domain.ptr[j]) &&
				    !strchr("<> \"@,;", address.domain.ptr[j]));
	}
}

static void test_nul(void **state)
{
	static const char path[] = "TO:<a@b\0c>";
	static const char quoted[] = "TO:<\"a\0\"@b>";
	struct address address;
	struct span rest;

	(void)state;
	assert_int_equal(address_read_path(span_make(path, sizeof(path) - 1),
			     SPAN("TO:"), &address, &rest),
	    ADDRESS_SYNTAX);
	assert_int_equal(
	    address_read_path(span_make(quoted, sizeof(quoted) - 1),
		SPAN("TO:"), &address, &rest),
	    ADDRESS_SYNTAX);
}

/* An address of so many octets in its local part and its domain. */
static enum address_verdict read_sized(size_t local, size_t domain)
{
	char command[1000] = "TO:<";
	char said[PATH_MAX_OCTETS + 1];
	struct address address;
	struct span rest;
	enum address_verdict verdict;
	size_t len = 4;

	memset(command + len, 'a', local);
	len += local;
	command[len++] = '@';
	memset(command + len, 'b', domain);
	len += domain;
	command[len++] = '>';
	verdict = address_read_path(
	    span_make(command, len), SPAN("TO:"), &address, &rest);
	if (verdict == ADDRESS_READY)
		say(&address, said, sizeof(said));
	return verdict;
}

static void test_lengths(void **state)
{
	(void)state;
	assert_int_equal(read_sized(64, 255), ADDRESS_READY);
	assert_int_equal(read_sized(65, 255), ADDRESS_LONG);
	assert_int_equal(read_sized(63, 256), ADDRESS_SYNTAX);
	assert_int_equal(read_sized(318, 1), ADDRESS_READY);
	assert_int_equal(read_sized(319, 1), ADDRESS_LONG);
}

/* The configuration's reader takes the address and nothing around it. */
static void test_bare(void **state)
{
	static const struct {
		const char *text;
		enum address_verdict verdict;
	} rows[] = {
		{ "a@b", ADDRESS_READY },
		{ "a", ADDRESS_READY },
		{ "", ADDRESS_SYNTAX },
		{ "<a@b>", ADDRESS_SYNTAX },
		{ " a@b", ADDRESS_SYNTAX },
		{ "a@b ", ADDRESS_SYNTAX },
		{ "Joe <a@b>", ADDRESS_SYNTAX },
		{ "a@b,c@d", ADDRESS_SEVERAL },
		{ "a@\xc3\xbc", ADDRESS_FOREIGN },
		{ "a\n@b", ADDRESS_SYNTAX },
	};
	struct address address;

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		assert_int_equal(address_read(span_of(rows[i].text), &address),
		    rows[i].verdict);
}

static void test_put(void **state)
{
	struct address address = { SPAN("a"), SPAN("b") };
	char storage[8];
	struct text text;

	(void)state;
	text_init(&text, storage, sizeof(storage));
	address_put(&text, &address);
	assert_string_equal(text_end(&text), "a@b");
	text_init(&text, storage, sizeof(storage));
	address.domain.len = 0;
	address_put(&text, &address);
	assert_string_equal(text_end(&text), "a");
}

static void test_parameters(void **state)
{
	static const struct {
		const char *text;
		bool is_good;
		uint64_t size;
		bool is_eight_bit;
	} rows[] = {
		{ "", true, 0, false },
		{ "SIZE=1000", true, 1000, false },
		{ "size=0 body=8bitmime", true, 0, true },
		{ "BODY=7BIT", true, 0, false },
		{ "BODY=BINARYMIME", true, 0, false },
		{ "X Y=1 RET=HDRS SIZE=7 AUTH=<>", true, 7, false },
		{ "NOTIFY=NEVER ENVID=ab+0D+0Acd", true, 0, false },
		{ "SIZE=9223372036854775807", true, INT64_MAX, false },
		{ "SIZE=9223372036854775808", false, 0, false },
		{ "SIZE=99999999999999999999999", false, 0, false },
		{ "SIZE=", false, 0, false },
		{ "SIZE=-1", false, 0, false },
		{ "SIZE=1x", false, 0, false },
		{ "SIZE= 1", false, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct mail_parameters result;
		bool is_good =
		    mail_parameters_read(span_of(rows[i].text), &result);

		assert_int_equal(is_good, rows[i].is_good);
		assert_int_equal(result.size, rows[i].size);
		if (is_good)
			assert_int_equal(
			    result.is_eight_bit, rows[i].is_eight_bit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_said_is_canonical),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_long_lists),
		cmocka_unit_test(test_every_octet),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
