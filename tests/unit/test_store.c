/*
 * The token store: what is read back, what is refused, and what stands under
 * the name whatever happens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "oauth/store.h"

static char folder[] = "/tmp/smtpseal-store-XXXXXX";
static struct store store;
static char words[300];
static struct text why;

static int begin(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	unlink("a.oauth.lock");
	return chdir("/") < 0 || rmdir(folder) < 0;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(name, mode), 0);
}

/* The file's content; the caller frees it. */
static char *file_text(const char *name)
{
	char *text = calloc(1, 2 * sizeof(store));
	FILE *file = fopen(name, "r");

	assert_non_null(file);
	assert_true(fread(text, 1, 2 * sizeof(store) - 1, file) > 0);
	fclose(file);
	return text;
}

static void forget_words(void)
{
	text_init(&why, words, sizeof(words));
}

#define FRONT "smtpseal-oauth 1\n"

static void test_parse(void **state)
{
	static const struct {
		const char *content;
		const char *why; /* NULL: it is good */
	} cases[] = {
		{ FRONT "end\n", NULL },
		{ FRONT "client_id a b\naccess_ends 17\nend\n", NULL },
		{ "", "is no store of this version" },
		{ "smtpseal-oauth 1", "is no store of this version" },
		{ "smtpseal-oauth 2\nend\n", "is no store of this version" },
		{ "{\"access_token\":\"x\"}\n", "is no store of this version" },
		{ FRONT, "is not whole" },
		{ FRONT "client_id x\n", "is not whole" },
		{ FRONT "client_id x\nen", "is not whole" },
		{ FRONT "client_id x\nend", "is not whole" },
		{ FRONT "end\nend\n", "is damaged" },
		{ FRONT "end\nmore", "is damaged" },
		{ FRONT "banana x\nend\n", "is damaged" },
		{ FRONT "\nend\n", "is damaged" },
		{ FRONT "access_ends x\nend\n", "is damaged" },
		{ FRONT "access_ends -1\nend\n", "is damaged" },
		{ FRONT "access_ends\nend\n", "is damaged" },
		{ FRONT "access_ends 9223372036854775808\nend\n",
		    "is damaged" },
		{ FRONT "client_id x\ty\nend\n", "is damaged" },
		{ FRONT "client_id \xc3\xa4\nend\n", "is damaged" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		forget_words();
		assert_int_equal(
		    store_parse(span_of(cases[i].content), &store, &why),
		    cases[i].why == NULL);
		assert_string_equal(
		    text_end(&why), cases[i].why ? cases[i].why : "");
	}
}

/* Every field comes back, at its full length. */
static void test_round(void **state)
{
	static struct store full, back;
	static char octets[2 * sizeof(struct store)];
	struct text content;

	(void)state;
	memset(full.client_id, 'c', sizeof(full.client_id) - 1);
	memset(full.token_url, 'u', sizeof(full.token_url) - 1);
	memset(full.scope, ' ', sizeof(full.scope) - 1);
	memset(full.access_token, '~', sizeof(full.access_token) - 1);
	memset(full.refresh_token, '!', sizeof(full.refresh_token) - 1);
	memset(full.error, 'e', sizeof(full.error) - 1);
	full.access_ends = INT64_MAX;
	full.refresh_ends = 2;
	full.login_at = 3;
	full.refreshed_at = 4;
	full.error_at = 5;
	full.retry_at = 6;
	full.is_refused = 1;
	text_init(&content, octets, sizeof(octets));
	store_compose(&full, &content);
	assert_false(content.cut);
	forget_words();
	assert_true(store_parse(text_span(&content), &back, &why));
	assert_memory_equal(&full, &back, sizeof(full));
	/* None of its beginnings is taken for a whole file. */
	for (size_t len = 0; len < content.len; len += 97)
		assert_false(store_parse(
		    span_first(text_span(&content), len), &back, &why));
	assert_false(store_parse(
	    span_first(text_span(&content), content.len - 1), &back, &why));
}

static void test_files(void **state)
{
	struct stat info;

	(void)state;
	forget_words();
	assert_int_equal(store_read(".", "a", &store, &why), STORE_NONE);
	assert_int_equal(store_read("no", "a", &store, &why), STORE_NONE);
	memset(&store, 0, sizeof(store));
	strcpy(store.refresh_token, "one");
	forget_words();
	assert_true(store_write(".", "a", &store, &why));
	assert_int_equal(stat("a.oauth", &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	/* What was left behind by one that was killed is no hindrance. */
	write_file("a.oauth.new", "half", 0600);
	strcpy(store.refresh_token, "two");
	assert_true(store_write(".", "a", &store, &why));
	assert_int_equal(access("a.oauth.new", F_OK), -1);
	memset(&store, 'x', sizeof(store));
	assert_int_equal(store_read(".", "a", &store, &why), STORE_FOUND);
	assert_string_equal(store.refresh_token, "two");
	assert_string_equal(store.access_token, "");
	assert_string_equal(text_end(&why), "");
	assert_true(store_remove(".", "a", &why));
	assert_int_equal(access("a.oauth", F_OK), -1);
	assert_true(store_remove(".", "a", &why));
	assert_true(store_remove("no", "a", &why));
}

/* What is not ours is told, kept, and only removed when that is asked for. */
static void test_foreign(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		const char *why;
	} cases[] = {
		{ "{}\n", 0600, "./a.oauth: is no store of this version" },
		{ FRONT "client_id x\n", 0600, "./a.oauth: is not whole" },
		{ FRONT "end\n", 0640,
		    "./a.oauth: is open to group or others; make it the "
		    "owner's alone: chmod 600" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char *kept;

		write_file("a.oauth", cases[i].text, cases[i].mode);
		forget_words();
		assert_int_equal(
		    store_read(".", "a", &store, &why), STORE_FAULT);
		assert_string_equal(text_end(&why), cases[i].why);
		memset(&store, 0, sizeof(store));
		forget_words();
		assert_false(store_write(".", "a", &store, &why));
		assert_string_equal(text_end(&why), cases[i].why);
		kept = file_text("a.oauth");
		assert_string_equal(kept, cases[i].text);
		free(kept);
		assert_int_equal(access("a.oauth.new", F_OK), -1);
		assert_true(store_remove(".", "a", &why));
	}
	assert_int_equal(symlink("/etc/passwd", "a.oauth"), 0);
	forget_words();
	assert_int_equal(store_read(".", "a", &store, &why), STORE_FAULT);
	assert_false(store_write(".", "a", &store, &why));
	assert_int_equal(unlink("a.oauth"), 0);
}

static void test_lock(void **state)
{
	int first, second;

	(void)state;
	forget_words();
	first = store_lock("sub", "a", 0, &why);
	assert_true(first >= 0);
	second = store_lock("sub", "b", 0, &why);
	assert_true(second >= 0);
	close(second);
	assert_int_equal(store_lock("sub", "a", 40, &why), -1);
	assert_string_equal(text_end(&why),
	    "sub/a.oauth.lock: another process has held it for too long");
	close(first);
	forget_words();
	first = store_lock("sub", "a", 0, &why);
	assert_true(first >= 0);
	close(first);
	unlink("sub/a.oauth.lock");
	unlink("sub/b.oauth.lock");
	assert_int_equal(rmdir("sub"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_lock),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
