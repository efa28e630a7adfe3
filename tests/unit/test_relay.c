/*
 * The small rooms of the relay: facts, failures, envelope, advice and login.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/ensure.h"
#include "relay/advice.h"
#include "relay/echo.h"
#include "relay/envelope.h"
#include "relay/fact.h"
#include "relay/failure.h"
#include "relay/login.h"

static void assert_span(struct span span, const char *expected)
{
	if (!span_equal(span, span_of(expected)))
		print_error("%.*s\n", (int)span.len, span.ptr);
	assert_true(span_equal(span, span_of(expected)));
}

/* ---- facts ---- */

static struct facts facts;

static void test_facts(void **state)
{
	enum log_level level;
	struct span words;
	size_t at = 0;

	(void)state;
	facts_init(&facts, LOG_LEVEL_INFO);
	assert_true(fact_begin(&facts, LOG_LEVEL_INFO, "message"));
	fact_word(&facts, "from", SPAN("a b\r\n=\xff"));
	fact_number(&facts, "bytes", 48213);
	fact_end(&facts);
	assert_false(fact_begin(&facts, LOG_LEVEL_DEBUG, "unheard"));
	assert_true(fact_begin(&facts, LOG_LEVEL_ERROR, "bare"));
	fact_end(&facts);

	assert_true(facts_read(&facts, &at, &level, &words));
	assert_int_equal(level, LOG_LEVEL_INFO);
	assert_span(
	    words, "event=message from=\"a b\\r\\n=\\xff\" bytes=48213");
	assert_true(facts_read(&facts, &at, &level, &words));
	assert_int_equal(level, LOG_LEVEL_ERROR);
	assert_span(words, "event=bare");
	assert_false(facts_read(&facts, &at, &level, &words));
	facts_clear(&facts);
	at = 0;
	assert_false(facts_read(&facts, &at, &level, &words));
	assert_int_equal(facts.lost, 0);
}

/* Too long a fact is cut; too many are counted. */
static void test_facts_bounds(void **state)
{
	char octets[FACT_MAX_OCTETS];
	enum log_level level;
	struct span words;
	size_t at = 0;
	size_t told = 0;

	(void)state;
	memset(octets, '\n', sizeof(octets));
	facts_init(&facts, LOG_LEVEL_TRACE);
	for (size_t i = 0; i < 100; i++) {
		if (!fact_begin(&facts, LOG_LEVEL_TRACE, "x"))
			continue;
		for (size_t j = 0; j < 9; j++)
			fact_word(&facts, "y", span_make(octets, 2000));
		fact_end(&facts);
	}
	while (facts_read(&facts, &at, &level, &words)) {
		assert_int_equal(words.len, FACT_MAX_OCTETS);
		assert_int_equal(span_find(words, '\n'), words.len);
		told++;
	}
	assert_in_range(told, 1, 4);
	assert_int_equal(told + facts.lost, 100);
}

/* ---- failures ---- */

/* Only these are not "try again": the device did wrong, not the world. */
static bool is_final(enum failure failure)
{
	return (failure >= FAIL_TOO_LARGE && failure <= FAIL_NO_ACCOUNT) ||
	       failure == FAIL_NOT_ALLOWED;
}

static struct span failure_reply(enum failure failure, struct span host)
{
	static char storage[1000];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	failure_put_reply(&text, failure, host);
	return text_span(&text);
}

/* Code, enhanced code of the same class, words; one line of ASCII. */
static void assert_reply_form(struct span reply)
{
	struct span code = span_word(&reply);
	struct span enhanced = span_word(&reply);

	assert_int_equal(code.len, 3);
	assert_int_equal(enhanced.len, 5);
	assert_int_equal(enhanced.ptr[0], code.ptr[0]);
	assert_int_equal(enhanced.ptr[1], '.');
	assert_int_equal(enhanced.ptr[3], '.');
	assert_true(span_trim(reply).len > 0);
	for (size_t i = 0; i < reply.len; i++)
		assert_true(is_print(reply.ptr[i]));
}

static void test_failures(void **state)
{
	char host[255];

	(void)state;
	memset(host, 'h', sizeof(host));
	for (enum failure i = FAIL_NONE + 1; i < FAIL_COUNT; i++) {
		struct span reply =
		    failure_reply(i, span_make(host, sizeof(host)));
		struct span name = failure_name(i);

		assert_reply_form(reply);
		assert_true(reply.len <= 510);
		assert_int_equal(failure_code(i) / 100, is_final(i) ? 5 : 4);
		assert_int_equal(failure_code(i) / 100, reply.ptr[0] - '0');
		assert_true(name.len > 0);
		assert_int_equal(span_find(name, ' '), name.len);
		assert_true(failure_level(i) <= LOG_LEVEL_INFO);
		/* Whoever must act is told what to do. */
		if (failure_level(i) == LOG_LEVEL_ERROR)
			assert_true(failure_hint(i).len > 0);
		for (enum failure j = FAIL_NONE; j < i; j++)
			assert_false(span_equal(name, failure_name(j)));
	}
}

/* Other programs and people know these codes. */
static void test_failure_codes(void **state)
{
	static const struct {
		enum failure failure;
		const char *begins;
	} rows[] = {
		{ FAIL_RESOLVE, "451 4.4.1 h.example " },
		{ FAIL_CONNECT, "451 4.4.1 h.example " },
		{ FAIL_TIMEOUT, "451 4.4.1 h.example " },
		{ FAIL_TLS_UNTRUSTED, "451 4.7.5 h.example " },
		{ FAIL_TLS_NAME, "451 4.7.5 h.example " },
		{ FAIL_TLS_DATES, "451 4.7.5 h.example " },
		{ FAIL_TLS_WEAK, "451 4.7.5 h.example " },
		{ FAIL_TLS_PIN, "451 4.7.5 h.example " },
		{ FAIL_AUTH_REFUSED, "451 4.7.0 h.example " },
		{ FAIL_AUTH_METHOD, "451 4.7.0 h.example " },
		{ FAIL_AUTH_IMPOSTOR, "451 4.7.0 h.example " },
		{ FAIL_HELD_DOWN, "451 4.7.0 h.example " },
		{ FAIL_CLOSED, "451 4.4.2 h.example " },
		{ FAIL_LOST_AFTER_DOT, "451 4.4.2 h.example " },
		{ FAIL_TOO_SLOW, "421 4.4.2 Nothing " },
		{ FAIL_SHUTTING_DOWN, "421 4.3.2 The relay " },
		{ FAIL_TOO_MANY, "421 4.3.2 Too many " },
		{ FAIL_NOT_ALLOWED, "554 5.7.1 This address " },
		{ FAIL_TOO_LARGE, "552 5.3.4 The message " },
		{ FAIL_TWO_FROMS, "550 5.6.0 The message has two From fields" },
		{ FAIL_SIGNED, "550 5.7.7 The message is signed" },
		{ FAIL_EIGHT_BIT,
		    "554 5.6.1 The message has 8-bit characters" },
		{ FAIL_TOO_MANY_RECIPIENTS, "452 4.5.3 Too many " },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct span reply =
		    failure_reply(rows[i].failure, SPAN("h.example"));

		assert_span(
		    span_first(reply, strlen(rows[i].begins)), rows[i].begins);
	}
}

/* After MAIL no other account takes over, and only a refused login is held
 * down. */
static void test_failure_kinds(void **state)
{
	(void)state;
	assert_true(failure_permits_next(FAIL_RESOLVE));
	assert_true(failure_permits_next(FAIL_TLS_UNTRUSTED));
	assert_true(failure_permits_next(FAIL_AUTH_REFUSED));
	assert_true(failure_permits_next(FAIL_HELD_DOWN));
	assert_false(failure_permits_next(FAIL_NONE));
	assert_true(failure_permits_next(FAIL_CLOSED));
	assert_true(failure_permits_next(FAIL_LOST_AFTER_DOT));
	assert_false(failure_permits_next(FAIL_TOO_LARGE));
	assert_false(failure_permits_next(FAIL_CLIENT_GONE));
	assert_true(failure_holds_down(FAIL_AUTH_REFUSED));
	assert_true(failure_permits_next(FAIL_AUTH_METHOD));
	assert_true(failure_permits_next(FAIL_AUTH_IMPOSTOR));
	assert_false(failure_holds_down(FAIL_AUTH_METHOD));
	assert_false(failure_holds_down(FAIL_CONNECT));
	assert_false(failure_holds_down(FAIL_CREDENTIAL));
	assert_false(failure_holds_down(FAIL_NO_MECHANISM));
}

/* ---- envelope ---- */

static void test_envelope(void **state)
{
	struct address sender = { SPAN("a"), SPAN("b") };
	struct address one = { SPAN("\"c d\""), SPAN("e") };
	struct address two = { SPAN("root"), { 0 } };
	struct envelope envelope;
	char storage[1200];
	size_t cursor = 0;

	(void)state;
	envelope_init(&envelope, storage, sizeof(storage));
	assert_int_equal(envelope_end(&envelope), 0);
	assert_true(envelope_add(&envelope, &sender));
	envelope_mark(&envelope);
	assert_true(envelope_add(&envelope, &one));
	assert_true(envelope_add(&envelope, &two));
	envelope_take_back(&envelope);
	assert_int_equal(envelope.count, 1);
	envelope_take_back(&envelope);
	assert_int_equal(envelope.count, 1);
	assert_true(envelope_add(&envelope, &two));
	assert_true(envelope_add(&envelope, &one));
	assert_int_equal(envelope.count, 3);
	assert_span(envelope_sender(&envelope), "a@b");
	assert_span(envelope_path(&envelope, &cursor), "<a@b>");
	assert_span(envelope_path(&envelope, &cursor), "<root>");
	assert_span(envelope_path(&envelope, &cursor), "<\"c d\"@e>");
	assert_int_equal(cursor, envelope_end(&envelope));
}

static void test_envelope_null_sender(void **state)
{
	struct address null = { 0 };
	struct envelope envelope;
	char storage[400];
	size_t cursor = 0;

	(void)state;
	envelope_init(&envelope, storage, sizeof(storage));
	assert_true(envelope_add(&envelope, &null));
	assert_span(envelope_path(&envelope, &cursor), "<>");
	assert_span(envelope_sender(&envelope), "");
}

/* What does not fit is refused whole, and the rest stays as it was. */
static void test_envelope_full(void **state)
{
	char octets[ADDRESS_MAX_OCTETS];
	struct address longest = { { octets, 64 }, { octets, 255 } };
	char storage[3 * (PATH_MAX_OCTETS + 1)];
	struct envelope envelope;
	size_t cursor = 0;

	(void)state;
	memset(octets, 'x', sizeof(octets));
	envelope_init(&envelope, storage, sizeof(storage) - 1);
	assert_true(envelope_add(&envelope, &longest));
	assert_true(envelope_add(&envelope, &longest));
	assert_false(envelope_add(&envelope, &longest));
	assert_int_equal(envelope.count, 2);
	assert_false(envelope.paths.cut);
	envelope_path(&envelope, &cursor);
	assert_int_equal(
	    envelope_path(&envelope, &cursor).len, PATH_MAX_OCTETS);
	envelope_init(&envelope, storage, sizeof(storage));
	for (size_t i = 0; i < 3; i++)
		assert_true(envelope_add(&envelope, &longest));
}

/* ---- advice ---- */

static struct reply_reader reader;

static const struct reply *hear(const char *octets)
{
	struct span in = span_of(octets);

	reply_reader_init(&reader);
	assert_int_equal(reply_read(&reader, &in), REPLY_READY);
	return &reader.reply;
}

static const struct advice_row {
	const char *heard;
	const char *words; /* of the advice; "": there is none */
} advice_rows[] = {
	{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthent"
	  "ication is disabled for the Tenant.\r\n",
	    "Authenticated SMTP" },
	{ "535 5.7.139 Authentication unsuccessful, user is locked by"
	  " your organization's security defaults policy.\r\n",
	    "security defaults" },
	{ "550 5.7.30 Basic authentication is not supported for Clien"
	  "t Submission.\r\n",
	    "no longer takes passwords" },
	{ "451 5.7.3 STARTTLS is required to send mail\r\n", "tls = starttls" },
	{ "535 5.7.3 Authentication unsuccessful [host]\r\n",
	    "Microsoft refused" },
	{ "530 5.7.57 Client not authenticated to send mail\r\n",
	    "a login first" },
	{ "550 5.7.60 SMTP; Client does not have permissions to send "
	  "as this sender\r\n",
	    "Send As" },
	{ "554 5.2.252 SendAsDenied; a@x not allowed to send as b@y\r"
	  "\n",
	    "the From line counts too" },
	{ "504 5.7.4 Unrecognized authentication type\r\n", "no PLAIN" },
	{ "501 5.5.124 Invalid XOAUTH2 auth data\r\n", "SMTP.Send" },
	{ "534-5.7.9 Application-specific password required.\r\n"
	  "534 5.7.9 For more information\r\n",
	    "app password" },
	{ "535-5.7.8 Username and Password not accepted.\r\n"
	  "535 5.7.8 For more\r\n",
	    "user or password is wrong" },
	{ "534-5.7.14 Please log in via your web browser\r\n"
	  "534 5.7.14 x\r\n",
	    "browser" },
	{ "432 4.3.2 Concurrent connections limit exceeded\r\n",
	    "lower connections" },
	{ "432 4.7.12 A password transition is needed\r\n",
	    "auth = plain for one login" },
	{ "421 4.7.0 Too many login attempts\r\n", "wait" },
	{ "554 Message rejected: Email address is not verified.\r\n",
	    "verified at the provider" },
	{ "535 Incorrect authentication data\r\n",
	    "user or password is wrong" },
	{ "530 Must issue a STARTTLS command first\r\n", "tls = starttls" },
	{ "504 x\r\n", "leave auth = auto" },
	{ "550 No such user\r\n", "" },
	{ "450 4.2.1 busy\r\n", "" },
	{ "250 2.0.0 not verified, too many\r\n", "" },
	{ "334 5.7.8\r\n", "" },
};

static const struct token_advice_row {
	const char *heard;
	const char *words;
	enum upstream_identity identity;
} token_advice_rows[] = {
	{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthent"
	  "ication is disabled for the Tenant.\r\n",
	    "in the organisation, for tokens as well", IDENTITY_USER_TOKEN },
	{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthent"
	  "ication is disabled for the Mailbox.\r\n",
	    "for this mailbox, for tokens as well",
	    IDENTITY_APPLICATION_TOKEN },
	{ "535 5.7.139 Authentication unsuccessful, the request did not meet "
	  "the criteria\r\n",
	    "Conditional Access", IDENTITY_USER_TOKEN },
	{ "535 5.7.3 Authentication unsuccessful\r\n", "a shared one",
	    IDENTITY_USER_TOKEN },
	{ "535 5.7.3 Authentication unsuccessful\r\n", "SMTP.SendAsApp",
	    IDENTITY_APPLICATION_TOKEN },
	{ "535 5.7.8 Username and Password not accepted.\r\n",
	    "https://mail.google.com/", IDENTITY_USER_TOKEN },
	{ "535 5.7.8 Username and Password not accepted.\r\n",
	    "domain-wide delegation", IDENTITY_APPLICATION_TOKEN },
	{ "535 No\r\n", "audience and scopes", IDENTITY_USER_TOKEN },
	{ "432 4.3.2 Concurrent connections limit exceeded\r\n",
	    "lower connections", IDENTITY_USER_TOKEN },
};

static void check_advice(
    const char *heard, const char *words, enum upstream_identity identity)
{
	struct span advice = advice_for(hear(heard), identity);
	char text[400] = "";

	assert_true(advice.len < sizeof(text));
	if (advice.len > 0)
		memcpy(text, advice.ptr, advice.len);
	if (!strstr(text, words))
		print_error("%s%s\n", heard, text);
	assert_non_null(strstr(text, words));
	assert_int_equal(advice.len > 0, words[0] != '\0');
}

static void test_advice(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(advice_rows); i++)
		check_advice(advice_rows[i].heard, advice_rows[i].words,
		    IDENTITY_PASSWORD);
	for (size_t i = 0; i < array_len(token_advice_rows); i++)
		check_advice(token_advice_rows[i].heard,
		    token_advice_rows[i].words, token_advice_rows[i].identity);
}

/* ---- login ---- */

static const uint32_t any = UINT32_MAX;
static char token[20000];

static uint32_t bits(const char *names)
{
	struct span rest = span_of(names);
	struct span word;
	uint32_t set = 0;

	while ((word = span_word(&rest)).len > 0)
		set |= SASL_BIT(sasl_find(word));
	return set;
}

static bool begin(struct login *login, const char *usable, const char *user,
    const struct secret *secret)
{
	const struct sasl_terms terms = { span_of(user), secret,
		SPAN("rOprNGfwEbeRWgbNEkqO"), SPAN("mx.example"), 587,
		SPAN("smtp") };

	return login_begin(login, bits(usable), &terms);
}

static void test_login_usable(void **state)
{
	static const struct {
		const char *offered;
		const char *allowed;
		const char *turned_away;
		bool is_secure;
		const char *usable;
	} rows[] = {
		{ "LOGIN PLAIN", "PLAIN LOGIN", "", true, "PLAIN LOGIN" },
		{ "LOGIN PLAIN", "PLAIN LOGIN", "", false, "" },
		{ "LOGIN CRAM-MD5 XOAUTH2", "LOGIN CRAM-MD5 XOAUTH2", "", false,
		    "CRAM-MD5" },
		{ "login xoauth2", "PLAIN LOGIN", "", true, "LOGIN" },
		{ "LOGIN PLAIN", "PLAIN LOGIN", "PLAIN", true, "LOGIN" },
		{ "LOGIN PLAIN", "XOAUTH2", "", true, "" },
		{ "PLAIN-CLIENTTOKEN XYMCOOKIE NTLM", "PLAIN LOGIN", "", true,
		    "" },
		{ "", "PLAIN", "", true, "" },
		{ "PLAIN", "", "", true, "" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct login login = {
			.turned_away = bits(rows[i].turned_away),
		};

		assert_int_equal(
		    login_usable(&login, bits(rows[i].allowed),
			span_of(rows[i].offered), rows[i].is_secure),
		    bits(rows[i].usable));
	}
}

/* In the clear nothing that shows a secret is ever used, whatever is offered
 * and allowed. */
static void test_login_never_reveals(void **state)
{
	struct login login = { 0 };
	char offered[200];
	struct text text;
	uint32_t usable;

	(void)state;
	text_init(&text, offered, sizeof(offered));
	for (enum sasl_mechanism i = 0; i < SASL_MECHANISM_COUNT; i++) {
		text_put(&text, sasl_name(i));
		text_putc(&text, ' ');
	}
	usable = login_usable(&login, any, text_span(&text), false);
	for (enum sasl_mechanism i = 0; i < SASL_MECHANISM_COUNT; i++)
		assert_false((usable & SASL_BIT(i)) && sasl_needs_tls(i));
}

static void test_login_preference(void **state)
{
	static char password[] = "p";
	static const struct secret secret = { password, 1 };
	struct login login = { 0 };

	(void)state;
	begin(&login, "PLAIN CRAM-MD5 LOGIN", "u", &secret);
	assert_int_equal(login_mechanism(&login), SASL_CRAM_MD5);
	login_turned_away(&login);
	login_finish(&login);
	assert_int_equal(
	    login_usable(&login, any, SPAN("CRAM-MD5 PLAIN LOGIN"), true),
	    bits("PLAIN LOGIN"));
	begin(&login, "LOGIN PLAIN", "u", &secret);
	assert_int_equal(login_mechanism(&login), SASL_PLAIN);
}

/* A secret of `len` octets. */
static struct secret make_secret(size_t len)
{
	for (size_t i = 0; i < len; i++)
		token[i] = (char)('a' + i % 26);
	return (struct secret){ token, len };
}

/* Everything that leaves, through a buffer of `room` octets taken in grains
 * of `grain`. */
static struct span drain(struct login *login, struct buf *out, size_t grain)
{
	static char said[2 * sizeof(token)];
	size_t len = 0;

	while (buf_len(out) > 0) {
		struct span got = span_first(buf_peek(out), grain);

		memcpy(said + len, got.ptr, got.len);
		len += got.len;
		buf_took(out, got.len);
		login_pour(login, out);
	}
	assert_false(login->is_answering);
	return span_make(said, len);
}

/* "PLAIN user secret" as one line of base64. */
static size_t encode_plain(const struct secret *secret, char *line)
{
	static char octets[sizeof(token) + 8];
	size_t len;

	memcpy(octets, "\0user\0", 6);
	memcpy(octets + 6, secret->hidden, secret->len);
	len = base64_encode(span_make(octets, 6 + secret->len), line);
	memcpy(line + len, "\r\n", 2);
	return len + 2;
}

/* One login with PLAIN: with the command where both fit into 510 octets, else
 * after the server has asked. */
static void check_plain(size_t secret_len, size_t room, size_t grain)
{
	static char line[2 * sizeof(token)];
	struct secret secret = make_secret(secret_len);
	size_t len = encode_plain(&secret, line);
	struct login login = { 0 };
	char storage[1024];
	struct span said;
	struct buf out;

	buf_init(&out, storage, room);
	begin(&login, "PLAIN", "user", &secret);
	login_say(&login, &out);
	said = drain(&login, &out, grain);
	if (11 + len - 2 <= 510) {
		assert_span(span_first(said, 11), "AUTH PLAIN ");
		said = span_from(said, 11);
	} else {
		assert_span(said, "AUTH PLAIN\r\n");
		assert_int_equal(
		    login_challenge(&login, (struct span){ 0 }, &out),
		    SASL_RESPOND);
		said = drain(&login, &out, grain);
	}
	assert_int_equal(said.len, len);
	assert_memory_equal(said.ptr, line, len);
	assert_int_equal(
	    login_challenge(&login, (struct span){ 0 }, &out), SASL_BROKEN);
	assert_span(drain(&login, &out, grain), "*\r\n");
	login_finish(&login);
}

static void test_login_plain(void **state)
{
	static const size_t lens[] = { 0, 1, 2, 3, 4, 5, 100, 366, 367, 368,
		369, 370, 371, 372, 373, 374, 375, 1500, 12288, 19999 };

	(void)state;
	for (size_t i = 0; i < array_len(lens); i++) {
		check_plain(lens[i], 1024, 1024);
		check_plain(lens[i], 600, 7);
		check_plain(lens[i], 17, 1);
		check_plain(lens[i], 19, 5);
	}
}

/* A token that is refused is answered by an empty line, so that the reason
 * comes. */
static void test_login_refused_token(void **state)
{
	struct secret secret = make_secret(10);
	struct login login = { 0 };
	char storage[200];
	struct buf out;

	(void)state;
	buf_init(&out, storage, sizeof(storage));
	begin(&login, "XOAUTH2", "u", &secret);
	login_say(&login, &out);
	assert_span(drain(&login, &out, 99),
	    "AUTH XOAUTH2 "
	    "dXNlcj11AWF1dGg9QmVhcmVyIGFiY2RlZmdoaWoBAQ==\r\n");
	assert_int_equal(
	    login_challenge(&login, SPAN("{\"status\":\"401\"}"), &out),
	    SASL_REFUSED);
	assert_span(drain(&login, &out, 99), "\r\n");
}

/* An empty response is said as "=", and after a "334 " as an empty line. */
static void test_login_empty(void **state)
{
	struct secret none = { 0 };
	struct login login = { 0 };
	char storage[200];
	struct buf out;

	(void)state;
	buf_init(&out, storage, sizeof(storage));
	begin(&login, "EXTERNAL", "", &none);
	login_say(&login, &out);
	assert_span(drain(&login, &out, 99), "AUTH EXTERNAL =\r\n");
	login_finish(&login);
	begin(&login, "EXTERNAL", "u", &none);
	login_say(&login, &out);
	assert_span(drain(&login, &out, 99), "AUTH EXTERNAL dQ==\r\n");
	assert_false(login_is_echoed(&login, SPAN("dQ==")));
	login_finish(&login);
}

static void test_login_words(void **state)
{
	struct secret secret = make_secret(3);
	struct login login = { 0 };
	char storage[200];
	struct buf out;

	(void)state;
	buf_init(&out, storage, sizeof(storage));
	begin(&login, "LOGIN", "user", &secret);
	login_say(&login, &out);
	assert_span(drain(&login, &out, 99), "AUTH LOGIN\r\n");
	login_challenge(&login, SPAN("+"), &out);
	assert_span(drain(&login, &out, 99), "dXNlcg==\r\n");
	login_challenge(&login, SPAN("+"), &out);
	assert_span(drain(&login, &out, 99), "YWJj\r\n");
	assert_int_equal(login_challenge(&login, SPAN("+"), &out), SASL_BROKEN);
	assert_span(drain(&login, &out, 99), "*\r\n");
	login_finish(&login);
	assert_int_equal(sasl_length(&login.sasl), 0);
	assert_null(login.sasl.terms.secret);
}

/* What a server says that may quote the line it did not understand. */
static void test_echo(void **state)
{
	static const struct {
		const char *secret;
		const char *said;
		bool is_held;
	} rows[] = {
		{ "pass word;#1", "pass word;#1", true },
		{ "pass word;#1", "-ERR unknown: PASS pass word;#1", true },
		{ "pass word;#1", "-ERR unknown: PASS PASS WORD;#1", true },
		{ "pass word;#1", "-ERR unknown: PASS pass w", true },
		{ "pass word;#1", "-ERR unknown: ord;#1", true },
		{ "pass word;#1", "-ERR unknown: PASS pass ", false },
		{ "pass word;#1", "-ERR bad password", false },
		{ "pass word;#1", "500 cGFzcyB3b3JkOyMx", true },
		{ "pass word;#1", "500 AHUAcGFzcyB3b3", true },
		{ "pass word;#1", "", false },
		{ "abc", "x ABC y", true },
		{ "abc", "ab", false },
		{ "abcdefghijkl", "defghi", false },
		{ "abcdefghijkl", "ghijkl", true },
		{ "", "anything", false },
	};

	(void)state;
	assert_false(echo_holds(NULL, SPAN("anything")));
	for (size_t i = 0; i < array_len(rows); i++) {
		struct secret secret = { (char *)rows[i].secret,
			strlen(rows[i].secret) };

		if (echo_holds(&secret, span_of(rows[i].said)) !=
		    rows[i].is_held)
			fail_msg("row %zu", i);
	}
}

static void test_login_decode(void **state)
{
	static const struct {
		const char *heard;
		const char *challenge;
	} rows[] = {
		{ "334 VXNlcm5hbWU6\r\n", "Username:" },
		{ "334  dXNlcm5hbWU6 \r\n", "username:" },
		{ "334\r\n", "" },
		{ "334 \r\n", "" },
		{ "334 + \r\n", "" },
		{ "334 Username:\r\n", "" },
		{ "334-VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n", "Username:" },
		{ "334 QUJD\r\n", "ABC" },
		{ "334 QUJDRA==\r\n", "" },
	};
	char storage[12];

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		assert_span(login_decode(hear(rows[i].heard), storage,
				i < 7 ? sizeof(storage) : 6),
		    rows[i].challenge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_facts_bounds),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_failure_codes),
		cmocka_unit_test(test_failure_kinds),
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_envelope_null_sender),
		cmocka_unit_test(test_envelope_full),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_login_usable),
		cmocka_unit_test(test_login_never_reveals),
		cmocka_unit_test(test_login_preference),
		cmocka_unit_test(test_login_plain),
		cmocka_unit_test(test_login_refused_token),
		cmocka_unit_test(test_login_empty),
		cmocka_unit_test(test_login_words),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_login_decode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
