/*
 * play - plays transcripts against the pure session, in several grains.
 *
 *     play FILE...
 *
 * The grammar is told in tests/README.md. Ends with "N passed, N failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "stage.h"

enum { LINE_OCTETS = 8192, FILE_OCTETS = 1 << 18 };

static const size_t grains[] = { 1, 2, 3, 7, 64, 0 };

/* One performance of one file. */
struct performance {
	const char *file;
	unsigned line;
	bool has_begun;
	bool has_failed;
	struct stage_play play;
	char glued[STAGE_OCTETS]; /* a segment being put together */
	size_t glued_len;
	size_t facts_at;
	char hello[256];
	char password[20000];
};

static void fail(struct performance *show, const char *what, struct span got)
{
	if (!show->has_failed)
		printf("%s:%u: grain %zu: %s: %.*s\n", show->file, show->line,
		    show->play.grain, what, (int)got.len, got.ptr);
	show->has_failed = true;
}

static void begin(struct performance *show)
{
	if (show->has_begun)
		return;
	stage_begin(&show->play);
	show->has_begun = true;
}

/* ---- escapes: \r \n \0 \t \\ \xHH ---- */

static unsigned hex_value(char c)
{
	return is_digit(c) ? (unsigned)(c - '0')
			   : (unsigned)(to_lower(c) - 'a' + 10);
}

static size_t unescape(struct span text, char *out)
{
	static const char letters[] = "rn0t\\";
	static const char octets[] = "\r\n\0\t\\";
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *letter;

		if (text.ptr[i] != '\\' || i + 1 == text.len) {
			out[len++] = text.ptr[i];
			continue;
		}
		i++;
		letter = memchr(letters, text.ptr[i], sizeof(letters) - 1);
		if (letter) {
			out[len++] = octets[letter - letters];
		} else if (text.ptr[i] == 'x' && i + 2 < text.len) {
			out[len++] = (char)(hex_value(text.ptr[i + 1]) << 4 |
			    hex_value(text.ptr[i + 2]));
			i += 2;
		}
	}
	return len;
}

/* ---- what must have been said ---- */

static void expect_line(
    struct performance *show, struct buf *said, struct span want)
{
	struct span have = buf_peek(said);
	size_t end = span_find(have, '\n');
	struct span line = span_first(have, end);

	if (end == have.len) {
		fail(show, "nothing was said, wanted", want);
		return;
	}
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	else
		fail(show, "a line without CR", line);
	if (!span_equal(line, want))
		fail(show, "said instead", line);
	buf_took(said, end + 1);
}

static void expect_silence(struct performance *show)
{
	if (buf_len(&show->play.to_client) > 0)
		fail(show, "said to the device, not listed",
		    buf_peek(&show->play.to_client));
	if (buf_len(&show->play.to_upstream) > 0)
		fail(show, "said to the provider, not listed",
		    buf_peek(&show->play.to_upstream));
}

static bool contains(struct span text, struct span part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (span_equal(span_first(span_from(text, i), part.len), part))
			return true;
	return false;
}

/* The next fact that holds these words; message lines are never skipped. */
static void expect_fact(struct performance *show, struct span want)
{
	enum log_level level;
	struct span words;

	while (facts_read(
	    &show->play.facts, &show->facts_at, &level, &words)) {
		if (contains(words, want))
			return;
		if (contains(words, SPAN("event=message"))) {
			fail(show, "told instead", words);
			return;
		}
	}
	fail(show, "not told", want);
}

static void expect_no_message(struct performance *show)
{
	enum log_level level;
	struct span words;

	while (facts_read(&show->play.facts, &show->facts_at, &level, &words))
		if (contains(words, SPAN("event=message")))
			fail(show, "told, not listed", words);
}

/* ---- news and wishes ---- */

static enum failure find_failure(struct span name)
{
	enum failure failure = 0;

	while (failure < FAIL_COUNT - 1 &&
	    !span_equal(failure_name(failure), name))
		failure++;
	return failure;
}

static void news(struct performance *show, struct span words)
{
	struct stage_play *play = &show->play;
	struct span verb = span_word(&words);
	uint64_t number;

	words = span_trim(words);
	if (span_equal(verb, SPAN("link"))) {
		stage_link(play);
	} else if (span_equal(verb, SPAN("warm"))) {
		char keywords[512];
		size_t len = words.len < sizeof(keywords) ? words.len : 0;

		memcpy(keywords, words.ptr, len);
		for (size_t i = 0; i < len; i++)
			if (keywords[i] == ',')
				keywords[i] = '\n';
		stage_warm(play, span_make(keywords, len));
	} else if (span_equal(verb, SPAN("again"))) {
		stage_again(play);
	} else if (span_equal(verb, SPAN("no-link"))) {
		session_no_link(&play->session, find_failure(words),
		    play->upstream_policy.host);
	} else if (span_equal(verb, SPAN("tls-up"))) {
		upstream_secured(&play->upstream);
	} else if (span_equal(verb, SPAN("tls-failed"))) {
		upstream_lose(&play->upstream, find_failure(words),
		    SPAN("told by the transcript"));
	} else if (span_equal(verb, SPAN("upstream-closed"))) {
		upstream_closed(&play->upstream);
	} else if (span_equal(verb, SPAN("client-gone"))) {
		session_client_gone(&play->session);
	} else if (span_equal(verb, SPAN("drain"))) {
		session_drain(&play->session);
	} else if (span_equal(verb, SPAN("wait")) &&
	    span_number(words, 1000000, &number)) {
		stage_wait(play, number * 1000);
	} else {
		fail(show, "unknown news", verb);
	}
	stage_turn(play);
}

static void wish(struct performance *show, struct span words)
{
	struct stage_play *play = &show->play;
	struct span verb = span_word(&words);
	unsigned wants = session_wants(&play->session);
	bool stands = false;

	words = span_trim(words);
	if (span_equal(verb, SPAN("warm")))
		stands = wants & WANT_WARM;
	else if (span_equal(verb, SPAN("link")))
		stands = wants & WANT_LINK;
	else if (span_equal(verb, SPAN("no-link")))
		stands = !(wants & WANT_LINK);
	else if (span_equal(verb, SPAN("close")))
		stands = wants & WANT_CLOSE;
	else if (span_equal(verb, SPAN("tls")))
		stands = upstream_wants(&play->upstream) & UPSTREAM_WANTS_TLS;
	else if (span_equal(verb, SPAN("released")))
		stands = play->was_released && span_equal(words,
		    stage_name(play->upstream.stage));
	else if (span_equal(verb, SPAN("lost")))
		stands = play->upstream.stage == STAGE_LOST && span_equal(words,
		    failure_name(play->upstream.failure));
	if (!stands)
		fail(show, "does not stand", words.len ? words : verb);
}

/* ---- settings ---- */

static uint32_t mechanisms_of(struct span names)
{
	uint32_t set = 0;
	struct span word;

	while ((word = span_word(&names)).len > 0)
		set |= SASL_BIT(sasl_find(word));
	return set;
}

static void set_upstream(
    struct performance *show, struct span key, struct span value)
{
	struct upstream_policy *policy = &show->play.upstream_policy;

	if (span_equal(key, SPAN("tls")))
		policy->security = span_equal(value, SPAN("implicit"))
		    ? UPSTREAM_IMPLICIT : span_equal(value, SPAN("none"))
		    ? UPSTREAM_PLAIN : UPSTREAM_STARTTLS;
	else if (span_equal(key, SPAN("auth")))
		policy->mechanisms = span_equal(value, SPAN("none"))
		    ? 0 : mechanisms_of(value);
	else if (span_equal(key, SPAN("hello")))
		policy->hello = value;
	else
		fail(show, "unknown setting", key);
}

static void setting(struct performance *show, struct span words)
{
	struct client_policy *client = &show->play.client_policy;
	struct span key = span_word(&words);
	struct span value = span_trim(words);
	uint64_t number = 0;
	bool is_number = span_number(value, 100000000, &number);

	if (span_equal(key, SPAN("hold")) && is_number)
		show->play.hold = number;
	else if (span_equal(key, SPAN("message_size")) && is_number)
		client->message_size = number;
	else if (span_equal(key, SPAN("recipients")) && is_number)
		client->recipients = (unsigned)number;
	else if (span_equal(key, SPAN("hide")) && is_number)
		client->hide = (unsigned)number;
	else if (span_equal(key, SPAN("token")) && is_number &&
	    number <= sizeof(show->password)) {
		memset(show->password, 'x', number);
		show->play.secret = (struct secret){ show->password, number };
	} else if (span_equal(key, SPAN("client-auth")))
		client->auth = CLIENT_AUTH_OFF;
	else
		set_upstream(show, key, value);
}

static void set_defaults(struct performance *show)
{
	struct stage_play *play = &show->play;

	memcpy(show->password, "secret", 6);
	play->secret = (struct secret){ show->password, 6 };
	play->hold = 65536;
	play->client_policy = (struct client_policy){
		.hello = SPAN("relay"),
		.device = SPAN("copier"),
		.recipients = 100,
		.command_timeout_s = 300,
		.message_timeout_s = 1800,
	};
	play->upstream_policy = (struct upstream_policy){
		.account = SPAN("office"),
		.host = SPAN("mx.example"),
		.port = 587,
		.hello = SPAN("relay.example"),
		.user = SPAN("scan@example.com"),
		.mechanisms = SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_LOGIN) |
		    SASL_BIT(SASL_CRAM_MD5),
	};
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

/* Puts a spoken line to the segment; a line without "+" ends the segment. */
static void speak(
    struct performance *show, char who, char kind, struct span text)
{
	uint64_t count = cut_count(kind, &text);

	if (show->glued_len == 0)
		expect_silence(show);
	for (uint64_t i = 0; i < count; i++) {
		if (show->glued_len + text.len + 2 > sizeof(show->glued)) {
			fail(show, "too much", text);
			return;
		}
		show->glued_len +=
		    unescape(text, show->glued + show->glued_len);
		if (kind != '!') {
			memcpy(show->glued + show->glued_len, "\r\n", 2);
			show->glued_len += 2;
		}
	}
	if (kind == '+')
		return;
	if (who == 'C')
		stage_client_says(&show->play,
		    span_make(show->glued, show->glued_len));
	else
		stage_upstream_says(&show->play,
		    span_make(show->glued, show->glued_len));
	show->glued_len = 0;
}

static void listen(
    struct performance *show, char who, char kind, struct span text)
{
	uint64_t count = cut_count(kind, &text);
	char want[LINE_OCTETS];
	size_t len = unescape(text, want);

	for (uint64_t i = 0; i < count && !show->has_failed; i++)
		expect_line(show, who == 'S' ? &show->play.to_client
		    : &show->play.to_upstream, span_make(want, len));
}

static void play_line(struct performance *show, struct span line)
{
	char who = line.ptr[0];
	char kind = line.len > 1 ? line.ptr[1] : ' ';
	struct span text = span_from(line, 3);

	if (who == '#')
		return;
	if (who == '%') {
		setting(show, span_from(line, 2));
		return;
	}
	begin(show);
	if (who == 'C' || who == 'U') {
		speak(show, who, kind, text);
	} else if (who == 'S' || who == 'P') {
		listen(show, who, kind, text);
	} else if (who == 'L') {
		expect_fact(show, text);
	} else if (who == '@') {
		expect_silence(show);
		news(show, span_from(line, 2));
	} else if (who == '=') {
		wish(show, span_from(line, 2));
	} else {
		fail(show, "not a line of a transcript", line);
	}
}

static bool play_file(const char *file, struct span script, size_t grain)
{
	struct performance *show = calloc(1, sizeof(*show));
	bool has_passed;

	ENSURE(show);
	show->file = file;
	show->play.grain = grain;
	set_defaults(show);
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
	has_passed = show->has_begun && !show->has_failed;
	if (show->has_begun)
		stage_end(&show->play);
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
	unsigned passed = 0;
	unsigned failed = 0;

	ensure_report = report_ensure;
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");
		size_t len = file ? fread(script, 1, sizeof(script), file) : 0;

		for (size_t g = 0; g < array_len(grains); g++) {
			if (len > 0 && play_file(argv[i],
			    span_make(script, len), grains[g]))
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
