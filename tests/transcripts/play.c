/*
 * play - plays transcripts against the pure session, in several grains.
 *
 *     play FILE...
 *     play -s FOLDER FILE...   writes them as seeds for fuzz_session, too
 *
 * The grammar is told in tests/README.md. Ends with "N passed, N failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "transcripts/seed.h"
#include "transcripts/show.h"

enum { FILE_OCTETS = 1 << 18 };

static const size_t grains[] = { 1, 2, 3, 7, 64, 0 };

/* see show.h */
void show_fail(struct show *show, const char *what, struct span got)
{
	if (!show->has_failed)
		printf("%s:%u: grain %zu: %s: %.*s\n", show->file, show->line,
		    show->world.grain, what, (int)got.len, got.ptr);
	show->has_failed = true;
}

static void begin(struct show *show)
{
	if (show->has_begun)
		return;
	seed_begin(show);
	world_begin(&show->world);
	show->has_begun = true;
}

/* ---- escapes: \r \n \0 \t \\ \xHH \<N>c \<N>(text) ---- */

static unsigned hex_value(char c)
{
	return is_digit(c) ? (unsigned)(c - '0')
			   : (unsigned)(to_lower(c) - 'a' + 10);
}

/* What is repeated: one octet, or what stands in parentheses. */
static void repeat(struct span *rest, struct text *out)
{
	size_t end = span_find(*rest, '>');
	uint64_t count = 0;
	struct span what;

	span_number(span_first(*rest, end), WORLD_OCTETS, &count);
	*rest = span_from(*rest, end + 1);
	if (rest->len > 0 && rest->ptr[0] == '(') {
		end = span_find(*rest, ')');
		what = span_from(span_first(*rest, end), 1);
		*rest = span_from(*rest, end + 1);
	} else {
		what = span_first(*rest, 1);
		*rest = span_from(*rest, 1);
	}
	for (uint64_t i = 0; i < count; i++)
		text_put(out, what);
}

static void unescape_one(struct span *rest, struct text *out)
{
	static const char letters[] = "rn0t\\";
	static const char octets[] = "\r\n\0\t\\";
	char c = rest->ptr[0];
	const char *letter = memchr(letters, c, sizeof(letters) - 1);

	*rest = span_from(*rest, 1);
	if (letter) {
		text_putc(out, octets[letter - letters]);
	} else if (c == '<') {
		repeat(rest, out);
	} else if (c == 'x' && rest->len >= 2) {
		text_putc(out, (char)(hex_value(rest->ptr[0]) << 4 |
				      hex_value(rest->ptr[1])));
		*rest = span_from(*rest, 2);
	}
}

static void unescape(struct span rest, struct text *out)
{
	while (rest.len > 0) {
		size_t plain = span_find(rest, '\\');

		text_put(out, span_first(rest, plain));
		rest = span_from(rest, plain + 1);
		if (rest.len > 0)
			unescape_one(&rest, out);
	}
}

/* ---- what must have been said ---- */

static void expect_line(struct show *show, struct buf *said, struct span want)
{
	struct span have = buf_peek(said);
	size_t end = span_find(have, '\n');
	struct span line = span_first(have, end);

	if (end == have.len) {
		show_fail(show, "nothing was said, wanted", want);
		return;
	}
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	else
		show_fail(show, "a line without CR", line);
	if (!span_equal(line, want))
		show_fail(show, "said instead", line);
	buf_took(said, end + 1);
}

/* Octets that are no line yet. */
static void expect_octets(struct show *show, struct buf *said, struct span want)
{
	struct span have = span_first(buf_peek(said), want.len);

	if (!span_equal(have, want))
		show_fail(show, "said instead", have);
	buf_took(said, have.len);
}

static void expect_silence(struct show *show)
{
	if (buf_len(&show->world.to_client) > 0)
		show_fail(show, "said to the device, not listed",
		    buf_peek(&show->world.to_client));
	if (buf_len(&show->world.to_upstream) > 0)
		show_fail(show, "said to the provider, not listed",
		    buf_peek(&show->world.to_upstream));
}

static bool contains(struct span text, struct span part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (span_equal(span_first(span_from(text, i), part.len), part))
			return true;
	return false;
}

/* The next fact that holds these words; message lines are never skipped. */
static void expect_fact(struct show *show, struct span want)
{
	enum log_level level;
	struct span words;

	while (
	    facts_read(&show->world.facts, &show->facts_at, &level, &words)) {
		if (contains(words, want))
			return;
		if (contains(words, SPAN("event=message"))) {
			show_fail(show, "told instead", words);
			return;
		}
	}
	show_fail(show, "not told", want);
}

/* No fact at all, from the beginning on, holds these words. */
static void expect_no_fact(struct show *show, struct span words)
{
	enum log_level level;
	struct span told;
	size_t at = 0;

	while (facts_read(&show->world.facts, &at, &level, &told))
		if (contains(told, words))
			show_fail(show, "told", told);
}

static void expect_no_message(struct show *show)
{
	enum log_level level;
	struct span words;

	while (facts_read(&show->world.facts, &show->facts_at, &level, &words))
		if (contains(words, SPAN("event=message")))
			show_fail(show, "told, not listed", words);
}

/* ---- lines ---- */

/* "* N text" says a line many times; other lines once. */
static uint64_t cut_count(char kind, struct span *text)
{
	uint64_t count = 1;

	if (kind == '*' && span_number(span_word(text), 1000000, &count))
		*text = span_from(*text, 1);
	return count;
}

static void say(struct show *show, char who)
{
	struct span said = span_make(show->glued, show->glued_len);

	show->glued_len = 0;
	if (who == 'C') {
		seed_say(show, PROGRAM_CLIENT, said);
		world_client_says(&show->world, said);
	} else {
		seed_say(show, PROGRAM_UPSTREAM, said);
		world_upstream_says(&show->world, said);
	}
}

/* Puts a spoken line to the segment; a line without "+" ends the segment. */
static void speak(struct show *show, char who, char kind, struct span text)
{
	uint64_t count = cut_count(kind, &text);
	struct text glued;

	if (show->glued_len == 0)
		expect_silence(show);
	text_init(&glued, show->glued + show->glued_len,
	    sizeof(show->glued) - show->glued_len);
	for (uint64_t i = 0; i < count; i++) {
		unescape(text, &glued);
		if (kind != '!')
			text_puts(&glued, "\r\n");
	}
	if (glued.cut)
		show_fail(show, "too much", text);
	show->glued_len += glued.len;
	if (kind != '+')
		say(show, who);
}

static void listen(struct show *show, char who, char kind, struct span text)
{
	struct world *world = &show->world;
	struct buf *said = who == 'S' ? &world->to_client : &world->to_upstream;
	uint64_t count = cut_count(kind, &text);
	static char storage[SHOW_LINE_OCTETS];
	struct text want;

	text_init(&want, storage, sizeof(storage));
	unescape(text, &want);
	for (uint64_t i = 0; i < count && !show->has_failed; i++) {
		if (kind == '!')
			expect_octets(show, said, text_span(&want));
		else
			expect_line(show, said, text_span(&want));
	}
}

static void play_line(struct show *show, struct span line)
{
	char who = line.ptr[0];
	char kind = line.len > 1 ? line.ptr[1] : ' ';
	struct span text = span_from(line, 3);

	if (who == '#')
		return;
	if (who == '%') {
		show_set(show, span_from(line, 2));
		return;
	}
	begin(show);
	if (who == 'C' || who == 'U') {
		speak(show, who, kind, text);
	} else if (who == 'S' || who == 'P') {
		listen(show, who, kind, text);
	} else if (who == 'L' && kind == '!') {
		expect_no_fact(show, text);
	} else if (who == 'L') {
		expect_fact(show, text);
	} else if (who == '@') {
		expect_silence(show);
		show_tell(show, span_from(line, 2));
	} else if (who == '=') {
		show_check(show, span_from(line, 2));
	} else {
		show_fail(show, "not a line of a transcript", line);
	}
}

static bool play_file(
    const char *file, struct span script, size_t grain, const char *seeds)
{
	struct show *show = calloc(1, sizeof(*show));
	bool has_passed;

	ENSURE(show);
	show->file = file;
	show->world.grain = grain;
	show_set_defaults(show);
	while (script.len > 0 && !show->has_failed) {
		size_t end = span_find(script, '\n');
		struct span line = span_first(script, end);

		show->line++;
		if (line.len > 0)
			play_line(show, line);
		script = span_from(script, end + 1);
	}
	if (show->has_begun && !show->has_failed) {
		expect_silence(show);
		expect_no_message(show);
	}
	if (seeds && !seed_save(show, seeds))
		show_fail(show, "no seed could be written to", span_of(seeds));
	has_passed = show->has_begun && !show->has_failed;
	if (show->has_begun)
		world_end(&show->world);
	free(show);
	return has_passed;
}

static void report_ensure(const char *file, int line, const char *cond)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, cond);
}

int main(int argc, char **argv)
{
	static char script[FILE_OCTETS];
	const char *seeds = NULL;
	unsigned passed = 0;
	unsigned failed = 0;
	int first = 1;

	ensure_report = report_ensure;
	if (argc > 2 && strcmp(argv[1], "-s") == 0) {
		seeds = argv[2];
		first = 3;
	}
	for (int i = first; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");
		size_t len = file ? fread(script, 1, sizeof(script), file) : 0;

		for (size_t g = 0; g < array_len(grains); g++) {
			if (len > 0 &&
			    play_file(argv[i], span_make(script, len),
				grains[g], seeds))
				passed++;
			else
				failed++;
		}
		if (file)
			fclose(file);
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
