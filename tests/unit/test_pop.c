/*
 * POP before SMTP: whole conversations, each in every grain; who is told what;
 * whose patience ends when; and that no password shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "relay/pop.h"

#define USER "USER scan@example.com\r\n"
#define PASS "PASS pass word;#1\r\n"
#define QUIT "QUIT\r\n"

static const struct upstream_policy policy = {
	.account = { "office", 6 },
	.host = { "mx.example", 10 },
	.port = 587,
	.user = { "scan@example.com", 16 },
	.pop_host = { "pop.example", 11 },
	.pop_port = 995,
};

static char password[] = "pass word;#1";
static const struct secret secret = { password, sizeof(password) - 1 };

static struct facts facts;

static void assert_span(struct span span, const char *expected)
{
	if (!span_equal(span, span_of(expected)))
		print_error("%.*s\n", (int)span.len, span.ptr);
	assert_true(span_equal(span, span_of(expected)));
}

/* One that has connected. */
static void begin(struct pop *pop)
{
	facts_init(&facts, LOG_LEVEL_TRACE);
	pop_init(pop, &policy, &facts, 1000);
	assert_int_equal(pop_wants(pop), 0);
	pop_connected(pop);
	assert_int_equal(pop_wants(pop), POP_WANTS_TLS);
	pop_secured(pop);
	assert_int_equal(pop->stage, POP_GREETING);
}

/* All that is to be said leaves, in pieces. */
static void drain(struct pop *pop, size_t grain, struct text *said)
{
	struct span out;

	while ((out = span_first(pop_peek(pop), grain)).len > 0) {
		text_put(said, out);
		pop_took(pop, out.len);
	}
}

/* A segment of the server: nothing of ours leaves within it. */
static void hear(struct pop *pop, size_t grain, struct span in)
{
	for (size_t i = 0; i < in.len; i += grain) {
		struct span piece = span_first(span_from(in, i), grain);

		assert_int_equal(pop_put(pop, piece), piece.len);
	}
}

static struct span all_facts(void)
{
	static char storage[4000];
	struct text text;
	enum log_level level;
	struct span words;
	size_t at = 0;

	text_init(&text, storage, sizeof(storage));
	while (facts_read(&facts, &at, &level, &words)) {
		text_put(&text, words);
		text_putc(&text, '\n');
	}
	return text_span(&text);
}

/* ---- conversations ---- */

/* Segments are parted by "|"; what is said to one leaves before the next. */
static const struct row {
	const char *title;
	const char *heard;
	const char *said;
	enum pop_stage stage; /* the last one, or the one that was lost in */
	enum failure failure;
	const char *detail;
} rows[] = {
	{ "in order",
	    "+OK hello <1@x>\r\n|+OK\r\n|+OK 2 messages\r\n|+OK bye\r\n",
	    USER PASS QUIT, POP_OVER, FAIL_NONE, "" },
	{ "with bare line feeds", "+OK\n|+OK\n|+OK\n|+OK\n", USER PASS QUIT,
	    POP_OVER, FAIL_NONE, "" },
	{ "in lower case", "+ok\r\n|+ok\r\n|+ok\r\n|-err\r\n", USER PASS QUIT,
	    POP_OVER, FAIL_NONE, "" },
	{ "nothing is said before the greeting", "", "", POP_GREETING,
	    FAIL_NONE, "" },
	{ "half a greeting is none", "+OK hello", "", POP_GREETING, FAIL_NONE,
	    "" },
	{ "half an answer is none", "+OK\r\n|+OK\r\n|+OK", USER PASS, POP_PASS,
	    FAIL_NONE, "" },
	{ "the answer to QUIT may be anything",
	    "+OK\r\n|+OK\r\n|+OK\r\n|HTTP/1.1 400\r\n", USER PASS QUIT,
	    POP_OVER, FAIL_NONE, "" },
	{ "the goodbye may come with the login",
	    "+OK\r\n|+OK\r\n|+OK\r\n+OK\r\n", USER PASS, POP_OVER, FAIL_NONE,
	    "" },
	{ "a greeting that refuses", "-ERR too busy\r\n", "", POP_GREETING,
	    FAIL_GREETING, "-ERR too busy" },
	{ "a user nobody knows", "+OK\r\n|-ERR never heard of it\r\n", USER,
	    POP_USER, FAIL_AUTH_REFUSED, "-ERR never heard of it" },
	{ "a password that is wrong", "+OK\r\n|+OK\r\n|-ERR no\r\n", USER PASS,
	    POP_PASS, FAIL_AUTH_REFUSED, "-ERR no" },
	{ "a password that is wrong, with its code",
	    "+OK\r\n|+OK\r\n|-ERR [AUTH] Authentication failed.\r\n", USER PASS,
	    POP_PASS, FAIL_AUTH_REFUSED, "-ERR [AUTH] Authentication failed." },
	{ "a mailbox that is open", "+OK\r\n|+OK\r\n|-ERR [IN-USE] locked\r\n",
	    USER PASS, POP_PASS, FAIL_AUTH_LATER, "-ERR [IN-USE] locked" },
	{ "a login too soon", "+OK\r\n|+OK\r\n|-ERR [login-delay] wait\r\n",
	    USER PASS, POP_PASS, FAIL_AUTH_LATER, "-ERR [login-delay] wait" },
	{ "a system in trouble, at USER", "+OK\r\n|-ERR  [SYS/TEMP] later\r\n",
	    USER, POP_USER, FAIL_AUTH_LATER, "-ERR  [SYS/TEMP] later" },
	{ "a system in trouble for long", "+OK\r\n|+OK\r\n|-ERR [SYS/PERM]\r\n",
	    USER PASS, POP_PASS, FAIL_AUTH_LATER, "-ERR [SYS/PERM]" },
	{ "a mailbox that is open, as RFC 1939 says it",
	    "+OK\r\n|+OK\r\n|-ERR maildrop already locked\r\n", USER PASS,
	    POP_PASS, FAIL_AUTH_LATER, "-ERR maildrop already locked" },
	{ "a user who is locked out", "+OK\r\n|+OK\r\n|-ERR user locked\r\n",
	    USER PASS, POP_PASS, FAIL_AUTH_REFUSED, "-ERR user locked" },
	{ "a mailbox that is locked, which is about the login",
	    "+OK\r\n|+OK\r\n|-ERR [AUTH] the maildrop is locked\r\n", USER PASS,
	    POP_PASS, FAIL_AUTH_REFUSED, "-ERR [AUTH] the maildrop is locked" },
	{ "a mailbox that is not there", "+OK\r\n|-ERR no such maildrop\r\n",
	    USER, POP_USER, FAIL_AUTH_REFUSED, "-ERR no such maildrop" },
	{ "the other half of a code", "+OK\r\n|+OK\r\n|-ERR (IN-USE] no\r\n",
	    USER PASS, POP_PASS, FAIL_AUTH_REFUSED, "-ERR (IN-USE] no" },
	{ "words that look like a code",
	    "+OK\r\n|+OK\r\n|-ERR not [IN-USE]\r\n", USER PASS, POP_PASS,
	    FAIL_AUTH_REFUSED, "-ERR not [IN-USE]" },
	{ "half a code", "+OK\r\n|+OK\r\n|-ERR [IN-USE\r\n", USER PASS,
	    POP_PASS, FAIL_AUTH_REFUSED, "-ERR [IN-USE" },
	{ "SMTP", "220 mx.example ESMTP\r\n", "", POP_GREETING, FAIL_NO_POP,
	    "220 mx.example ESMTP" },
	{ "an empty line", "\r\n", "", POP_GREETING, FAIL_NO_POP, "" },
	{ "a continuation", "+OK\r\n|+ \r\n", USER, POP_USER, FAIL_NO_POP,
	    "+ " },
	{ "an answer ahead of the user", "+OK\r\n+OK\r\n", "", POP_CREDENTIAL,
	    FAIL_NO_POP, "an answer to nothing that was asked" },
	{ "an answer ahead of the password", "+OK\r\n|+OK\r\n+OK\r\n", USER,
	    POP_PASS, FAIL_NO_POP, "an answer to nothing that was asked" },
	{ "an octet ahead of the password", "+OK\r\n|+OK\r\n\n", USER, POP_PASS,
	    FAIL_NO_POP, "an answer to nothing that was asked" },
};

/* What is wanted before the next segment. */
static void obey(struct pop *pop)
{
	if (pop_wants(pop) & POP_WANTS_CREDENTIAL)
		pop_credential(pop, &secret);
}

static void expect(const struct row *row, size_t grain, bool is_so)
{
	if (!is_so)
		fail_msg("%s, by %zu", row->title, grain);
}

static void play(const struct row *row, size_t grain)
{
	char storage[500];
	struct text said;
	struct pop pop;
	struct span rest = span_of(row->heard);
	bool is_lost;

	text_init(&said, storage, sizeof(storage));
	begin(&pop);
	while (rest.len > 0) {
		struct span segment = span_first(rest, span_find(rest, '|'));

		rest = span_from(rest, segment.len + 1);
		hear(&pop, grain, segment);
		obey(&pop);
		drain(&pop, grain, &said);
	}
	is_lost = pop.stage == POP_LOST;
	expect(row, grain, span_equal(text_span(&said), span_of(row->said)));
	expect(row, grain, is_lost == (row->failure != FAIL_NONE));
	expect(row, grain, (is_lost ? pop.failed_in : pop.stage) == row->stage);
	expect(row, grain, pop.failure == row->failure);
	expect(row, grain,
	    span_equal(text_span(&pop.detail), span_of(row->detail)));
	expect(row, grain,
	    (pop_wants(&pop) & POP_WANTS_CLOSE) ==
		(is_lost || pop.stage == POP_OVER ? POP_WANTS_CLOSE : 0));
	expect(row, grain,
	    (pop_deadline(&pop) == 0) == (is_lost || pop.stage == POP_OVER));
	pop_finish(&pop);
}

static void test_conversations(void **state)
{
	static const size_t grains[] = { 1, 2, 3, 7, 64, 1000 };

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		for (size_t j = 0; j < array_len(grains); j++)
			play(&rows[i], grains[j]);
}

/* An answer may have 512 octets, and not more. */
static void test_long_answers(void **state)
{
	char line[600];

	(void)state;
	for (size_t len = 505; len < 520; len++) {
		for (size_t grain = 1; grain < 600; grain *= 7) {
			struct pop pop;

			memset(line, 'x', sizeof(line));
			memcpy(line, "+OK ", 4);
			memcpy(line + len - 2, "\r\n", 2);
			begin(&pop);
			hear(&pop, grain, span_make(line, len));
			assert_int_equal(
			    pop.stage, len <= 512 ? POP_CREDENTIAL : POP_LOST);
			if (len > 512)
				assert_int_equal(pop.failure, FAIL_NO_POP);
			pop_finish(&pop);
		}
	}
}

/* ---- the password ---- */

/* Until a stage, in order. */
static void go_to(struct pop *pop, enum pop_stage stage)
{
	char storage[500];
	struct text said;

	text_init(&said, storage, sizeof(storage));
	begin(pop);
	while (pop->stage != stage) {
		if (pop->stage == POP_CREDENTIAL)
			pop_credential(pop, &secret);
		else
			pop_put(pop, SPAN("+OK\r\n"));
		if (pop->stage != stage)
			drain(pop, 1000, &said);
	}
}

static bool holds(const void *memory, size_t len, struct span words)
{
	return span_holds_nocase(span_make(memory, len), words);
}

/* Nothing of it stays once the login is over, one way or the other. */
static void test_forgets(void **state)
{
	struct pop pop;

	(void)state;
	go_to(&pop, POP_PASS);
	assert_true(holds(&pop, sizeof(pop), SPAN("word;#1")));
	pop_took(&pop, pop_peek(&pop).len);
	pop_put(&pop, SPAN("+OK\r\n"));
	assert_int_equal(pop.stage, POP_QUIT);
	assert_span(pop_peek(&pop), QUIT);
	assert_false(holds(&pop, sizeof(pop), SPAN("word;#1")));
	assert_null(pop.secret);

	go_to(&pop, POP_PASS);
	pop_lose(&pop, FAIL_CLOSED, SPAN("gone"));
	assert_int_equal(pop_peek(&pop).len, 0);
	assert_false(holds(&pop, sizeof(pop), SPAN("word;#1")));
	assert_null(pop.secret);

	go_to(&pop, POP_PASS);
	pop_finish(&pop);
	assert_false(holds(&pop, sizeof(pop), SPAN("word;#1")));
	assert_null(pop.secret);
}

/* A server that says it to us does not say it to the log. */
static void test_echoes(void **state)
{
	static const char *const echoes[] = {
		"-ERR unknown command: PASS pass word;#1\r\n",
		"-ERR PASS PASS WORD;#1\r\n",
		"-ERR PASS pass w\r\n",
		"PASS pass word;#1\r\n",
		"-ERR cGFzcyB3b3JkOyMx\r\n",
	};

	(void)state;
	for (size_t i = 0; i < array_len(echoes); i++) {
		struct pop pop;

		go_to(&pop, POP_PASS);
		pop_took(&pop, pop_peek(&pop).len);
		pop_put(&pop, span_of(echoes[i]));
		assert_int_equal(pop.stage, POP_LOST);
		assert_span(text_span(&pop.detail),
		    "its words are left out, as they may hold the password");
		assert_false(span_holds_nocase(all_facts(), SPAN("pass w")));
	}
}

/* What cannot be said on one line of POP3 is not said at all. */
static void test_unsayable(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
		bool is_good;
	} cases[] = {
		{ "a\rb", 3, false },
		{ "a\nb", 3, false },
		{ "a\0b", 3, false },
		{ "\r\nDELE 1", 8, false },
		{ "", 0, false },
		{ "p\xc3\xa4ss \t\x01", 8, true },
	};
	char longest[249];

	(void)state;
	for (size_t i = 0; i < array_len(cases) + 2; i++) {
		struct secret odd = { longest, 248 };
		bool is_good = i == array_len(cases);
		struct pop pop;

		memset(longest, 'x', sizeof(longest));
		if (i < array_len(cases)) {
			odd.hidden = (char *)cases[i].octets;
			odd.len = cases[i].len;
			is_good = cases[i].is_good;
		} else if (!is_good) {
			odd.len = 249;
		}
		go_to(&pop, POP_CREDENTIAL);
		pop_credential(&pop, &odd);
		assert_int_equal(pop.stage, is_good ? POP_USER : POP_LOST);
		assert_int_equal(pop_peek(&pop).len > 0, is_good);
		if (!is_good)
			assert_int_equal(pop.failure, FAIL_AUTH_METHOD);
		if (is_good) {
			pop_took(&pop, pop_peek(&pop).len);
			pop_put(&pop, SPAN("+OK\r\n"));
			assert_int_equal(pop_peek(&pop).len, odd.len + 7);
		}
		pop_finish(&pop);
	}
}

/* The user, too. */
static void test_unsayable_user(void **state)
{
	struct upstream_policy odd = policy;
	struct pop pop;

	(void)state;
	odd.user = SPAN("scan\r\nDELE 1");
	begin(&pop);
	pop.policy = &odd;
	pop_put(&pop, SPAN("+OK\r\n"));
	pop_credential(&pop, &secret);
	assert_int_equal(pop.failure, FAIL_AUTH_METHOD);
	assert_int_equal(pop_peek(&pop).len, 0);
}

/* ---- time, and the world ---- */

static void test_patience(void **state)
{
	static const struct {
		enum pop_stage stage;
		unsigned seconds;
		enum failure failure;
	} cases[] = {
		{ POP_DIAL, 30, FAIL_TIMEOUT },
		{ POP_HANDSHAKE, 30, FAIL_TIMEOUT },
		{ POP_GREETING, 30, FAIL_TIMEOUT },
		{ POP_CREDENTIAL, 60, FAIL_CREDENTIAL },
		{ POP_USER, 60, FAIL_TIMEOUT },
		{ POP_PASS, 60, FAIL_TIMEOUT },
		{ POP_QUIT, 5, FAIL_NONE },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		uint64_t end = 1000 + 1000 * (uint64_t)cases[i].seconds;
		struct pop pop;

		if (cases[i].stage < POP_GREETING) {
			pop_init(&pop, &policy, &facts, 1000);
			if (cases[i].stage == POP_HANDSHAKE)
				pop_connected(&pop);
		} else {
			go_to(&pop, cases[i].stage);
		}
		assert_int_equal(pop_deadline(&pop), end);
		pop_tick(&pop, end - 1);
		assert_int_equal(pop.stage, cases[i].stage);
		pop_tick(&pop, end);
		assert_int_equal(pop.failure, cases[i].failure);
		assert_int_equal(pop.stage,
		    cases[i].failure == FAIL_NONE ? POP_OVER : POP_LOST);
	}
}

/* It closes at each point; behind the login that is no loss. */
static void test_closed(void **state)
{
	(void)state;
	for (enum pop_stage i = POP_GREETING; i <= POP_QUIT; i++) {
		struct pop pop;

		go_to(&pop, i);
		pop_closed(&pop);
		assert_int_equal(
		    pop.stage, i == POP_QUIT ? POP_OVER : POP_LOST);
		assert_int_equal(pop.failure, i == POP_QUIT ? FAIL_NONE
					      : i == POP_GREETING
						  ? FAIL_GREETING
						  : FAIL_CLOSED);
		/* What comes later changes nothing. */
		pop_lose(&pop, FAIL_TLS_HANDSHAKE, SPAN("late"));
		pop_connected(&pop);
		pop_secured(&pop);
		pop_credential(&pop, &secret);
		pop_put(&pop, SPAN("+OK\r\n-ERR\r\n"));
		assert_true(pop_wants(&pop) & POP_WANTS_CLOSE);
		assert_int_not_equal(pop.failure, FAIL_TLS_HANDSHAKE);
		assert_int_equal(pop_peek(&pop).len, 0);
	}
}

/* What the log is told, and what the catalogue would not know. */
static void test_words(void **state)
{
	struct pop pop;

	(void)state;
	go_to(&pop, POP_QUIT);
	assert_span(all_facts(),
	    "event=pop-reply stage=pop-greeting said=+OK\n"
	    "event=pop-reply stage=pop-user said=+OK\n"
	    "event=pop-reply stage=pop-pass said=+OK\n"
	    "event=pop-login account=office host=pop.example port=995 "
	    "after_ms=0\n");
	go_to(&pop, POP_PASS);
	pop_took(&pop, pop_peek(&pop).len);
	pop_put(&pop, SPAN("-ERR\r\n"));
	assert_true(span_holds_nocase(pop.advice, SPAN("allows POP3")));
	assert_true(span_holds_nocase(
	    pop_advice(FAIL_TLS_NAME), SPAN("set pop_host to")));
	assert_int_equal(pop_advice(FAIL_NO_POP).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conversations),
		cmocka_unit_test(test_long_answers),
		cmocka_unit_test(test_forgets),
		cmocka_unit_test(test_echoes),
		cmocka_unit_test(test_unsayable),
		cmocka_unit_test(test_unsayable_user),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
