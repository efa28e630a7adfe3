/*
 * Whole files, some of them with octets no editor shows, and what becomes of
 * them: the sections and pairs with their lines, then the complaints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "base/span.h"
#include "config/ini.h"

static const struct row {
	const char *title;
	struct span text;
	const char *expected;
} rows[] = {
	{ "a plain file", SPAN("[a]\nx = 1\n\n[b c]\ny=2\n"),
	    "1 [a]\n2 x=1\n4 [b c]\n5 y=2\n" },
	{ "an empty file", SPAN(""), "" },
	{ "no end of line at the end", SPAN("[a]\nx = 1"), "1 [a]\n2 x=1\n" },
	{ "CRLF as line ends", SPAN("[a]\r\nx = 1\r\n\r\n"), "1 [a]\n2 x=1\n" },
	{ "a section without keys is seen", SPAN("[a]\n[b]\n"),
	    "1 [a]\n2 [b]\n" },
	{ "blanks and tabs around everything",
	    SPAN("  [a  b ]  \n\tx\t=\t1 2\t\n"), "1 [a b]\n2 x=1 2\n" },
	{ "a value may be empty", SPAN("[a]\nx =\n"), "1 [a]\n2 x=\n" },

	/* What inih would bend. */
	{ "a semicolon behind a blank stays",
	    SPAN("[a]\npw = hun ;ter\npx = ;lead\npy = \"a ; b\"\n"),
	    "1 [a]\n2 pw=hun ;ter\n3 px=;lead\n4 py=\"a ; b\"\n" },
	{ "a hash stays", SPAN("[a]\npw = hun #ter\npx = #a;b\n"),
	    "1 [a]\n2 pw=hun #ter\n3 px=#a;b\n" },
	{ "quotes are part of the value", SPAN("[a]\npw = \"a\"\n"),
	    "1 [a]\n2 pw=\"a\"\n" },
	{ "more signs of equality are part of the value",
	    SPAN("[a]\npw = a=b==\npx = :x\n"),
	    "1 [a]\n2 pw=a=b==\n3 px=:x\n" },
	{ "comments begin a line, indented or not",
	    SPAN("; one\n[a]\n# two = 2\n  ; three = 3\nx = 1\n"),
	    "2 [a]\n5 x=1\n" },
	{ "comments may be in any language",
	    SPAN("[a]\n; B\xc3\xbcro\t1\nx = 1\n"), "1 [a]\n3 x=1\n" },
	{ "an indented pair is a pair of its own",
	    SPAN("[a]\nx = 1\n  z = 2\n"), "1 [a]\n2 x=1\n3 z=2\n" },
	{ "a NUL is refused", SPAN("[a]\npw = ab\0cd\ny = 1\n"),
	    "1 [a]\n3 y=1\n!2 line: octet 0x00 is not printable\n" },
	{ "the octet that shields semicolons is refused",
	    SPAN("[a]\npw = ab\001cd\n"),
	    "1 [a]\n!2 line: octet 0x01 is not printable\n" },
	{ "a tab inside of a value is refused", SPAN("[a]\nx = a\tb\n"),
	    "1 [a]\n!2 line: octet 0x09 is not printable\n" },
	{ "a CR inside of a line is refused", SPAN("[a]\nx = a\rb = c\n"),
	    "1 [a]\n!2 line: octet 0x0d is not printable\n" },
	{ "what is not ASCII is refused, with a hint",
	    SPAN("[a]\nx = b\xc3\xbc.example\n"),
	    "1 [a]\n!2 line: octet 0xc3 is not printable ASCII (a host name "
	    "is written as xn--..., a password goes into a file)\n" },
	{ "a control octet in a comment is refused", SPAN("[a]\n; a\x1b[2J\n"),
	    "1 [a]\n!2 line: octet 0x1b is not printable\n" },
	{ "a byte order mark is refused, and what follows is read",
	    SPAN("\xef\xbb\xbf[a]\nx = 1\n"),
	    "1 [a]\n2 x=1\n"
	    "!1 line: the file begins with a byte order mark; save it as plain "
	    "text without one\n" },
	{ "a byte order mark elsewhere is no mark",
	    SPAN("[a]\n\xef\xbb\xbf[b]\n"),
	    "1 [a]\n"
	    "!2 line: octet 0xef is not printable ASCII (a host name is "
	    "written as xn--..., a password goes into a file)\n" },

	/* Headings. */
	{ "a heading without its bracket takes its keys with it",
	    SPAN("[a]\nx = 1\n[b\ny = 2\n[c]\nz = 3\n"),
	    "1 [a]\n2 x=1\n5 [c]\n6 z=3\n"
	    "!3 line: the heading lacks its ]\n" },
	{ "keys below a bad heading are looked at all the same",
	    SPAN("[b\ny\n"),
	    "!1 line: the heading lacks its ]\n"
	    "!2 line: there is no = (key = value)\n" },
	{ "nothing may follow a heading", SPAN("[b]junk\nx = 1\n"),
	    "!1 line: nothing may follow the ] of a heading\n" },
	{ "not even a comment", SPAN("[b] ; the second\n"),
	    "!1 line: nothing may follow the ] of a heading\n" },
	{ "an empty heading", SPAN("[]\n[ ]\n"),
	    "!1 line: the heading is empty\n!2 line: the heading is empty\n" },
	{ "a name that could leave a folder", SPAN("[account ../x]\n"),
	    "!1 line: a section's name is made of letters, digits, dots, "
	    "hyphens and underscores\n" },
	{ "two words for a name", SPAN("[account a b]\n"),
	    "!1 line: a section's name is made of letters, digits, dots, "
	    "hyphens and underscores\n" },
	{ "the longest name",
	    SPAN("[a 1234567890123456789012345678901234567890]\n"),
	    "1 [a 1234567890123456789012345678901234567890]\n" },
	{ "a name too long",
	    SPAN("[a 12345678901234567890123456789012345678901]\n"),
	    "!1 line: the section's name is too long (40 octets at most)\n" },

	/* Pairs. */
	{ "a key before the first section", SPAN("x = 1\n[a]\n"),
	    "2 [a]\n!1 line: the key stands before the first section\n" },
	{ "no sign of equality: the line is not shown", SPAN("[a]\nhunter2\n"),
	    "1 [a]\n!2 line: there is no = (key = value)\n" },
	{ "no key", SPAN("[a]\n= v\n"),
	    "1 [a]\n!2 line: there is no key before the =\n" },
	{ "a colon instead", SPAN("[a]\nhost: b = c\nhost:25 = y\n"),
	    "1 [a]\n"
	    "!2 line: key and value are separated by =, not by a colon\n"
	    "!3 line: key and value are separated by =, not by a colon\n" },
	{ "a key with a blank in it", SPAN("[a]\nmy key = 1\n"),
	    "1 [a]\n"
	    "!2 line: a key is made of letters, digits and underscores\n" },
	{ "a key twice", SPAN("[a]\nx = 1\nx = 2\n[b]\nx = 3\n"),
	    "1 [a]\n2 x=1\n4 [b]\n5 x=3\n"
	    "!3 x: it stands in line 2 already\n" },
	{ "a section twice is two sections", SPAN("[a]\nx = 1\n[a]\nx = 2\n"),
	    "1 [a]\n2 x=1\n3 [a]\n4 x=2\n" },
};

/* Writes what was read, and then what was complained about. */
static void dump(
    const struct ini *ini, const struct complaints *complaints, FILE *out)
{
	for (size_t i = 0; i < ini->section_count; i++) {
		const struct ini_section *section = &ini->sections[i];

		fprintf(out, "%u [%s%s%s]\n", section->line, section->kind,
		    section->name[0] ? " " : "", section->name);
		for (size_t j = 0; j < section->entry_count; j++)
			fprintf(out, "%u %s=%s\n", section->entries[j].line,
			    section->entries[j].key, section->entries[j].value);
	}
	for (size_t i = 0; i < complaints->count; i++)
		fprintf(out, "!%u %s\n", complaints->list[i].line,
		    complaints->list[i].text);
}

/* Reads the text and gives the dump, which the caller frees. */
static char *read_text(struct span text)
{
	struct complaints complaints;
	struct arena arena = { 0 };
	struct ini ini;
	char *dumped = NULL;
	size_t len;
	FILE *file = tmpfile();
	FILE *out = open_memstream(&dumped, &len);

	assert_non_null(file);
	assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
	rewind(file);
	complaints_init(&complaints, "a.ini");
	assert_true(ini_read(file, &arena, &ini, &complaints));
	dump(&ini, &complaints, out);
	fclose(out);
	fclose(file);
	complaints_finish(&complaints);
	arena_free(&arena);
	return dumped;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char *dumped = read_text(rows[i].text);

		if (strcmp(dumped, rows[i].expected) != 0)
			print_error("%s\n", rows[i].title);
		assert_string_equal(dumped, rows[i].expected);
		free(dumped);
	}
}

/* "[a]", then a line of `len` octets made of `start` and letters, then a pair
 * that shows whether lines are still counted right. */
static char *read_long(const char *start, size_t len)
{
	char *text = malloc(len + 64);
	size_t at = (size_t)sprintf(text, "[a]\n%s", start);
	char *dumped;

	memset(text + at, 'v', len - strlen(start));
	at += len - strlen(start);
	at += (size_t)sprintf(text + at, "\r\ny = 1\n");
	dumped = read_text(span_make(text, at));
	free(text);
	return dumped;
}

static void test_long_lines(void **state)
{
	char *dumped = read_long("x =", 1000);

	(void)state;
	assert_int_equal(strlen(dumped), strlen("1 [a]\n2 x=\n3 y=1\n") + 997);
	assert_non_null(strstr(dumped, "v\n3 y=1\n"));
	free(dumped);
	dumped = read_long("x =", 1001);
	assert_string_equal(dumped, "1 [a]\n3 y=1\n!2 line: 1001 octets are "
				    "too many for one line (1000 at most)\n");
	free(dumped);
	dumped = read_long("x =", 100000);
	assert_string_equal(dumped, "1 [a]\n3 y=1\n!2 line: 100000 octets are "
				    "too many for one line (1000 at most)\n");
	free(dumped);
	/* inih's own buffer would make a key `evil` of this comment's end. */
	dumped = read_long("; evil = 1 ; evil = 1 ; evil = 1", 800);
	assert_string_equal(dumped, "1 [a]\n3 y=1\n");
	free(dumped);
}

/* A folder can be opened but not read. */
static void test_read_error(void **state)
{
	struct complaints complaints;
	struct arena arena = { 0 };
	struct ini ini;
	FILE *file = fopen("/", "r");

	(void)state;
	assert_non_null(file);
	complaints_init(&complaints, "/");
	assert_false(ini_read(file, &arena, &ini, &complaints));
	fclose(file);
	complaints_finish(&complaints);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_read_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
