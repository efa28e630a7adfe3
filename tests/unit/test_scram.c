/*
 * SCRAM: the examples of the RFCs, and servers that get it wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "sasl/sasl.h"
#include "sasl/scram.h"

static char pencil[] = "pencil";
static const struct secret secret = { pencil, 6 };

static void begin(struct sasl *sasl, enum sasl_mechanism mechanism,
    const char *user, const char *nonce)
{
	const struct sasl_terms terms = { span_of(user), &secret,
		span_of(nonce), SPAN("mx.example"), 587, SPAN("smtp") };

	assert_true(sasl_takes(mechanism, &terms));
	sasl_begin(sasl, mechanism, &terms);
}

static void assert_response(const struct sasl *sasl, const char *expected)
{
	char said[4000];
	size_t len = 0;

	for (size_t i = 0; i < sasl->part_count; i++) {
		memcpy(said + len, sasl->parts[i].ptr, sasl->parts[i].len);
		len += sasl->parts[i].len;
	}
	said[len] = '\0';
	assert_int_equal(len, sasl_length(sasl));
	assert_string_equal(said, expected);
}

static enum sasl_verdict hears(struct sasl *sasl, const char *challenge)
{
	return sasl_challenge(sasl, span_of(challenge));
}

/* ---- good servers ---- */

/*
 * RFC 5802 section 5, RFC 7677 section 3. Then ours, computed with Python: a
 * name that must be escaped and the least rounds, the most rounds, and
 * extensions of no account.
 */
/* clang-format off */
static const struct good_row {
	enum sasl_mechanism mechanism;
	const char *user;
	const char *nonce;
	const char *client_first;
	const char *server_first;
	const char *client_final;
	const char *server_final;
} good[] = {
	{ SASL_SCRAM_SHA_1, "user", "fyko+d2lbbFgONRv9qkxdawL",
		"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
		"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
		"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
		"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
	{ SASL_SCRAM_SHA_256, "user", "rOprNGfwEbeRWgbNEkqO",
		"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
		"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
		"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
	{ SASL_SCRAM_SHA_1, "a,b=c", "nonce",
		"n,,n=a=2Cb=3Dc,r=nonce", "r=noncex,s=c2FsdA==,i=1",
		"c=biws,r=noncex,p=zaJnWRjRJsowlZVCvYY9edi1LHo=",
		"v=zyXPvQCPCRgFYUvV/ytv4pDWzsw=,x=more" },
	{ SASL_SCRAM_SHA_256, "user", "nonce",
		"n,,n=user,r=nonce", "r=noncex,s=c2FsdA==,i=100000",
		"c=biws,r=noncex,p=EjtL2sjMrldJ9XBicy4K5ggH+YLBsIq5wsPzChzeXeA=",
		"v=9UnTTzlKFXlna8i3/4nOb3XjJgTnKfrTTsB8cdvAtX8=" },
};
/* clang-format on */

/* As far as the client's last word. */
static void play(struct sasl *sasl, const struct good_row *row)
{
	begin(sasl, row->mechanism, row->user, row->nonce);
	assert_true(sasl_initial(sasl));
	assert_response(sasl, row->client_first);
	assert_int_equal(hears(sasl, row->server_first), SASL_RESPOND);
	assert_response(sasl, row->client_final);
	assert_false(sasl_succeeds(sasl, SPAN("")));
}

/* The proof may be a challenge of its own, which is answered by nothing, or
 * come with the success. */
static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(good); i++) {
		struct sasl sasl;

		play(&sasl, &good[i]);
		assert_int_equal(
		    hears(&sasl, good[i].server_final), SASL_RESPOND);
		assert_response(&sasl, "");
		assert_true(sasl_succeeds(&sasl, SPAN("")));
		assert_int_equal(hears(&sasl, "v=x"), SASL_BROKEN);
		sasl_finish(&sasl);
		play(&sasl, &good[i]);
		assert_true(
		    sasl_succeeds(&sasl, span_of(good[i].server_final)));
		sasl_finish(&sasl);
	}
}

/* The first message may be asked for by an empty challenge. */
static void test_two_steps(void **state)
{
	struct sasl sasl;

	(void)state;
	begin(&sasl, good[0].mechanism, good[0].user, good[0].nonce);
	assert_true(sasl_initial(&sasl));
	sasl.step = 0;
	assert_int_equal(hears(&sasl, ""), SASL_RESPOND);
	assert_response(&sasl, good[0].client_first);
	assert_int_equal(hears(&sasl, good[0].server_first), SASL_RESPOND);
	assert_response(&sasl, good[0].client_final);
}

/* ---- challenges without an answer ---- */

#define ODD	  "the challenge is not one of SCRAM"
#define NO_ROUNDS "the challenge's number of rounds is none"
#define FOREIGN	  "the challenge's nonce does not go on ours"
#define MANY(n)                                                                \
	"the server asks for " n                                               \
	" rounds of hashing, more than the 100000 done here"

static void test_bad_first(void **state)
{
	static const struct {
		const char *said;
		const char *why;
	} rows[] = {
		{ "", ODD },
		{ "x", ODD },
		{ "r=,s=c2FsdA==,i=4096", ODD },
		{ "r=noncex", ODD },
		{ "r=noncex,s=c2FsdA==", ODD },
		{ "r=noncex,s=c2FsdA==,", ODD },
		{ "r=noncex,s=c2FsdA==,i=", ODD },
		{ "r=noncex,s=,i=4096", ODD },
		{ "r=noncex,i=4096,s=c2FsdA==", ODD },
		{ "s=c2FsdA==,r=noncex,i=4096", ODD },
		{ "r=noncex,,s=c2FsdA==,i=4096", ODD },
		{ "R=noncex,s=c2FsdA==,i=4096", ODD },
		{ "m=must,r=noncex,s=c2FsdA==,i=4096", ODD },
		{ "r=nonce\x7f,s=c2FsdA==,i=4096", ODD },
		{ "r=nonce\xc3\xa4,s=c2FsdA==,i=4096", ODD },
		{ "e=other-error", ODD },
		{ "r=noncex,s=c2Fs*A==,i=4096",
		    "the challenge's salt is not base64" },
		{ "r=noncex,s=c2FsdA=,i=4096",
		    "the challenge's salt is not base64" },
		{ "r=noncex,s=c,i=4096", "the challenge's salt is not base64" },
		{ "r=nonce,s=c2FsdA==,i=4096", FOREIGN },
		{ "r=noncE5,s=c2FsdA==,i=4096", FOREIGN },
		{ "r=xnonce,s=c2FsdA==,i=4096", FOREIGN },
		{ "r=n,s=c2FsdA==,i=4096", FOREIGN },
		{ "r=noncex,s=c2FsdA==,i=0", NO_ROUNDS },
		{ "r=noncex,s=c2FsdA==,i=04096", NO_ROUNDS },
		{ "r=noncex,s=c2FsdA==,i=-1", NO_ROUNDS },
		{ "r=noncex,s=c2FsdA==,i=4096x", NO_ROUNDS },
		{ "r=noncex,s=c2FsdA==,i=99999999999999999999", NO_ROUNDS },
		{ "r=noncex,s=c2FsdA==,i=100001", MANY("100001") },
		{ "r=noncex,s=c2FsdA==,i=4294967297", MANY("4294967297") },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows) * 2; i++) {
		struct sasl sasl;
		char why[200];

		begin(&sasl, i % 2 ? SASL_SCRAM_SHA_1 : SASL_SCRAM_SHA_256,
		    "user", "nonce");
		assert_true(sasl_initial(&sasl));
		assert_int_equal(hears(&sasl, rows[i / 2].said), SASL_BROKEN);
		(void)snprintf(
		    why, sizeof(why), "%.*s", (int)sasl.why.len, sasl.why.ptr);
		assert_string_equal(why, rows[i / 2].why);
		assert_int_equal(sasl_length(&sasl), 0);
		assert_false(sasl_succeeds(&sasl, SPAN("v=")));
		sasl_finish(&sasl);
	}
}

/* Few rounds are taken from servers that may be older than the advice. */
static void test_few_rounds(void **state)
{
	static const char few[] = "r=noncex,s=c2FsdA==,i=4095";
	struct sasl sasl;

	(void)state;
	begin(&sasl, SASL_SCRAM_SHA_256, "user", "nonce");
	sasl_initial(&sasl);
	assert_int_equal(hears(&sasl, few), SASL_BROKEN);
	assert_true(sasl.why.len > 0);
	begin(&sasl, SASL_SCRAM_SHA_1, "user", "nonce");
	sasl_initial(&sasl);
	assert_int_equal(hears(&sasl, few), SASL_RESPOND);
}

/* What does not fit into the room there is, is refused and not cut. */
static void test_too_long(void **state)
{
	char nonce[SASL_CHALLENGE_OCTETS];
	char challenge[SASL_CHALLENGE_OCTETS + 1];
	char user[1200];
	struct sasl sasl;
	bool fits = true;

	(void)state;
	memset(nonce, 'x', sizeof(nonce));
	memcpy(nonce, "nonce", 5);
	for (int len = 1900; len < 2030; len++) {
		enum sasl_verdict verdict;

		(void)snprintf(challenge, sizeof(challenge),
		    "r=%.*s,s=c2FsdA==,i=1", len, nonce);
		begin(&sasl, SASL_SCRAM_SHA_1, "user", "nonce");
		sasl_initial(&sasl);
		verdict = hears(&sasl, challenge);
		assert_true(fits || verdict == SASL_BROKEN);
		fits = verdict == SASL_RESPOND;
		assert_true(fits || sasl.why.len > 0);
	}
	assert_false(fits);
	memset(user, ',', sizeof(user));
	user[sizeof(user) - 1] = '\0';
	begin(&sasl, SASL_SCRAM_SHA_1, user, "nonce");
	assert_false(sasl_initial(&sasl));
	assert_int_equal(hears(&sasl, ""), SASL_BROKEN);
	assert_true(sasl.why.len > 0);
}

/* ---- impostors ---- */

static void test_bad_final(void **state)
{
	static const struct {
		const char *said;
		enum sasl_verdict verdict;
	} rows[] = {
		{ "", SASL_IMPOSTOR },
		{ "v=", SASL_IMPOSTOR },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKR=", SASL_IMPOSTOR },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKU=", SASL_IMPOSTOR },
		{ "v=smF9pqV8S7suAoZWja4dJRkFsKQ=", SASL_IMPOSTOR },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsA==", SASL_IMPOSTOR },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKQA", SASL_IMPOSTOR },
		{ "V=rmF9pqV8S7suAoZWja4dJRkFsKQ=", SASL_IMPOSTOR },
		{ "x=y,v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", SASL_IMPOSTOR },
		{ "rmF9pqV8S7suAoZWja4dJRkFsKQ=", SASL_IMPOSTOR },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
		    SASL_IMPOSTOR },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=6rriTRBi23W",
		    SASL_IMPOSTOR },
		{ "e=invalid-proof", SASL_REFUSED },
		{ "e=", SASL_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct sasl sasl;

		play(&sasl, &good[0]);
		assert_int_equal(hears(&sasl, rows[i].said), rows[i].verdict);
		assert_response(&sasl, "");
		assert_false(sasl_succeeds(&sasl, SPAN("")));
		sasl_finish(&sasl);
	}
}

/* A success that comes too soon proves nothing. */
static void test_early_success(void **state)
{
	struct sasl sasl;

	(void)state;
	begin(&sasl, SASL_SCRAM_SHA_1, "user", "nonce");
	sasl_initial(&sasl);
	assert_false(sasl_succeeds(&sasl, SPAN("")));
	assert_false(sasl_succeeds(&sasl, SPAN("v=")));
	assert_false(sasl_succeeds(&sasl, span_of(good[0].server_final)));
}

/* ---- SASLprep ---- */

static void test_prepared(void **state)
{
	static char password[20];
	struct secret with = { password, 0 };
	static const struct {
		const char *user;
		const char *password;
		bool takes;
	} rows[] = {
		{ "user", "pass word;#1~", true },
		{ "us\xc3\xa4r", "pencil", false },
		{ "user", "penc\xc3\xadl", false },
		{ "user", "pen\tcil", false },
		{ "user", "pencil\x7f", false },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct sasl_terms terms = { span_of(rows[i].user), &with,
			SPAN("nonce"), SPAN("mx.example"), 587, SPAN("smtp") };

		with.len = strlen(rows[i].password);
		memcpy(password, rows[i].password, with.len);
		assert_int_equal(
		    sasl_takes(SASL_SCRAM_SHA_256, &terms), rows[i].takes);
		assert_int_equal(
		    sasl_takes(SASL_SCRAM_SHA_1, &terms), rows[i].takes);
		assert_true(sasl_takes(SASL_PLAIN, &terms));
		assert_true(sasl_takes(SASL_CRAM_MD5, &terms));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_two_steps),
		cmocka_unit_test(test_bad_first),
		cmocka_unit_test(test_few_rounds),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_bad_final),
		cmocka_unit_test(test_early_success),
		cmocka_unit_test(test_prepared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
