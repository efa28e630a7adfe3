/*
 * DIGEST-MD5: the examples of RFC 2831, and servers that get it wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "sasl/digest.h"
#include "sasl/sasl.h"

static char word[] = "secret";
static const struct secret secret = { word, 6 };

static void begin(struct sasl *sasl, const char *user, const char *nonce,
    const char *service, const char *host)
{
	const struct sasl_terms terms = { span_of(user), &secret,
		span_of(nonce), span_of(host), 587, span_of(service) };

	assert_true(sasl_takes(SASL_DIGEST_MD5, &terms));
	sasl_begin(sasl, SASL_DIGEST_MD5, &terms);
	assert_false(sasl_initial(sasl));
}

static void assert_response(const struct sasl *sasl, const char *expected)
{
	char said[3000];
	size_t len = 0;

	for (size_t i = 0; i < sasl->part_count; i++) {
		memcpy(said + len, sasl->parts[i].ptr, sasl->parts[i].len);
		len += sasl->parts[i].len;
	}
	said[len] = '\0';
	assert_string_equal(said, expected);
}

static enum sasl_verdict hears(struct sasl *sasl, const char *challenge)
{
	return sasl_challenge(sasl, span_of(challenge));
}

/* ---- good servers ---- */

#define REST ",algorithm=md5-sess,charset=utf-8"

/* RFC 2831 section 4, for IMAP and ACAP. Then ours, computed with Python: how
 * the realm is chosen, and what must be quoted. */
/* clang-format off */
static const struct good_row {
	const char *user;
	const char *cnonce;
	const char *service;
	const char *host;
	const char *challenge;
	const char *response;
	const char *rspauth;
} good[] = {
	{ "chris", "OA6MHXh6VqTrRk", "imap", "elwood.innosoft.com",
		"realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\"" REST,
		"charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",nc=00000001,cnonce=\"OA6MHXh6VqTrRk\",digest-uri=\"imap/elwood.innosoft.com\",response=d388dad90d4bbd760a152321f2143af7,qop=auth",
		"rspauth=ea40f60335c427b5527b84dbabcdfffd" },
	{ "chris", "OA9BSuZWMSpW8m", "acap", "elwood.innosoft.com",
		"realm=\"elwood.innosoft.com\",nonce=\"OA9BSXrbuRhWay\",qop=\"auth\"" REST,
		"charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\",nonce=\"OA9BSXrbuRhWay\",nc=00000001,cnonce=\"OA9BSuZWMSpW8m\",digest-uri=\"acap/elwood.innosoft.com\",response=6084c6db3fede7352c551284490fd0fc,qop=auth",
		"rspauth=2f0b3d7c3c2e486600ef710726aa2eae" },
	{ "scan@example.com", "nonce", "smtp", "mx.example",
		"realm=\"first\",realm=\"Example.COM\",nonce=\"n\",algorithm=md5-sess,charset=utf-8",
		"charset=utf-8,username=\"scan\",realm=\"Example.COM\",nonce=\"n\",nc=00000001,cnonce=\"nonce\",digest-uri=\"smtp/mx.example\",response=e7086205413709b102ad0c16906bb4aa,qop=auth",
		"rspauth=24bc7f1ecad1ec9c761253a6346a373c" },
	{ "scan@example.com", "nonce", "smtp", "mx.example",
		"realm=\"first\",realm=\"second\",nonce=\"n\",algorithm=md5-sess,charset=utf-8",
		"charset=utf-8,username=\"scan@example.com\",realm=\"first\",nonce=\"n\",nc=00000001,cnonce=\"nonce\",digest-uri=\"smtp/mx.example\",response=03130cf87bd5693056a1b04895d52fba,qop=auth",
		"rspauth=a228d7bf7a84e30581722d5a32347e2b" },
	{ "scan@example.com", "nonce", "smtp", "mx.example",
		"nonce=\"n\",algorithm=md5-sess",
		"username=\"scan@example.com\",nonce=\"n\",nc=00000001,cnonce=\"nonce\",digest-uri=\"smtp/mx.example\",response=4c68815e3c61665d0a0d29e6e76085f2,qop=auth",
		"rspauth=94ad3f9613b1b4c771b7dfb79e97fc18" },
	{ "scan", "nonce", "smtp", "mx.example",
		"realm=\"\",nonce=\"n\",algorithm=md5-sess,charset=utf-8",
		"charset=utf-8,username=\"scan\",realm=\"\",nonce=\"n\",nc=00000001,cnonce=\"nonce\",digest-uri=\"smtp/mx.example\",response=20e80b0a51fb678911ff5a56290469ee,qop=auth",
		"rspauth=69f49c2ce3f0646335746eb38d845d2c" },
	{ "a\"b\\c", "nonce", "smtp", "mx.example",
		"realm=\"r\\\"\\\\\",nonce=\"n\\\"m\",algorithm=md5-sess,charset=utf-8",
		"charset=utf-8,username=\"a\\\"b\\\\c\",realm=\"r\\\"\\\\\",nonce=\"n\\\"m\",nc=00000001,cnonce=\"nonce\",digest-uri=\"smtp/mx.example\",response=0cbdadbba55ed6b08d9e34bffdebe9eb,qop=auth",
		"rspauth=f885c5999baf408e2da657d44ec08c54" },
};
/* clang-format on */

static void play(struct sasl *sasl, const struct good_row *row)
{
	begin(sasl, row->user, row->cnonce, row->service, row->host);
	assert_int_equal(hears(sasl, row->challenge), SASL_RESPOND);
	assert_response(sasl, row->response);
	assert_false(sasl_succeeds(sasl, SPAN("")));
}

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(good); i++) {
		struct sasl sasl;

		play(&sasl, &good[i]);
		assert_int_equal(hears(&sasl, good[i].rspauth), SASL_RESPOND);
		assert_response(&sasl, "");
		assert_true(sasl_succeeds(&sasl, SPAN("")));
		assert_int_equal(hears(&sasl, "x"), SASL_BROKEN);
		sasl_finish(&sasl);
		play(&sasl, &good[i]);
		assert_true(sasl_succeeds(&sasl, span_of(good[i].rspauth)));
		sasl_finish(&sasl);
	}
}

/* The same thing in other words gets the same response. */
static void test_same(void **state)
{
	static const char *const rows[] = {
		"nonce=\"OA6MG9tEQGm2hh\",realm=\"elwood.innosoft.com\"" REST,
		"realm=\"elwood.innosoft.com\" , nonce = \"OA6MG9tEQGm2hh\""
		",\r\n\tqop=\"auth-int,auth\"" REST,
		",,REALM=\"elwood.innosoft.com\",,Nonce=\"OA6MG9tEQGm2hh\""
		",QoP=\"auth-conf, AUTH\",cipher=\"rc4,des\",maxbuf=1024"
		",stale=true,x=\"\\\",\",algorithm=MD5-SESS,charset=UTF-8,",
		"realm=\"\\elwood.innosoft.com\",nonce=OA6MG9tEQGm2hh"
		",qop=auth" REST,
		"realm=\"elwood.innosoft.com\",realm=\"other\""
		",nonce=\"OA6MG9tEQGm2hh\"" REST,
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct good_row row = good[0];
		struct sasl sasl;

		row.challenge = rows[i];
		play(&sasl, &row);
	}
}

/* ---- challenges without an answer ---- */

#define ODD   "the challenge is not one of DIGEST-MD5"
#define TWICE "the challenge says one thing twice"

static void test_bad_challenge(void **state)
{
	static const struct {
		const char *said;
		const char *why;
	} rows[] = {
		{ "", "the challenge has no nonce" },
		{ ",", "the challenge has no nonce" },
		{ "realm=\"r\"" REST, "the challenge has no nonce" },
		{ "nonce=\"\"" REST, "the challenge has no nonce" },
		{ "nonce", ODD },
		{ "nonce=", ODD },
		{ "nonce=," REST, ODD },
		{ "=\"n\"" REST, ODD },
		{ "nonce=\"n", ODD },
		{ "nonce=\"n\\", ODD },
		{ "nonce=\"n\\\"" REST, ODD },
		{ "nonce=\"n\"x" REST, ODD },
		{ "nonce=\"n\"\"m\"" REST, ODD },
		{ "nonce=n m" REST, ODD },
		{ "nonce=\"n\";" REST, ODD },
		{ "nonce=\"n\",nonce=\"n\"" REST, TWICE },
		{ "nonce=\"n\",charset=utf-8" REST, TWICE },
		{ "nonce=\"n\",qop=\"auth\",qop=\"auth\"" REST, TWICE },
		{ "nonce=\"n\",stale=true,stale=true" REST, TWICE },
		{ "nonce=\"n\"",
		    "the challenge wants another algorithm than md5-sess" },
		{ "nonce=\"n\",algorithm=md5",
		    "the challenge wants another algorithm than md5-sess" },
		{ "nonce=\"n\",qop=\"auth-int,auth-conf\"" REST,
		    "the challenge does not offer qop=auth" },
		{ "nonce=\"n\",qop=\"\"" REST,
		    "the challenge does not offer qop=auth" },
		{ "nonce=\"n\",algorithm=md5-sess,charset=latin-1",
		    "the challenge wants another charset than utf-8" },
		{ "nonce=\"n\r\nm\"" REST, "the challenge has odd characters" },
		{ "nonce=\"n\",realm=\"r\x80\"" REST,
		    "the challenge has odd characters" },
		{ "nonce=\"n\",realm=\"r\",realm=\"\x01\"" REST,
		    "the challenge has odd characters" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct sasl sasl;
		char why[200];

		begin(&sasl, "chris", "nonce", "smtp", "mx.example");
		assert_int_equal(hears(&sasl, rows[i].said), SASL_BROKEN);
		(void)snprintf(
		    why, sizeof(why), "%.*s", (int)sasl.why.len, sasl.why.ptr);
		assert_string_equal(why, rows[i].why);
		assert_int_equal(sasl_length(&sasl), 0);
		assert_false(sasl_succeeds(&sasl, SPAN("rspauth=")));
		sasl_finish(&sasl);
	}
}

/* What does not fit into the room there is, is refused and not cut. */
static void test_too_long(void **state)
{
	char challenge[SASL_CHALLENGE_OCTETS];
	bool fits = true;

	(void)state;
	for (int len = 500; len < 1900; len += 7) {
		enum sasl_verdict verdict;
		struct sasl sasl;

		(void)snprintf(challenge, sizeof(challenge),
		    "nonce=\"%0*d\"" REST, len, 0);
		begin(&sasl, "chris", "nonce", "smtp", "mx.example");
		verdict = hears(&sasl, challenge);
		assert_true(fits || verdict == SASL_BROKEN);
		fits = verdict == SASL_RESPOND;
		assert_true(fits || sasl.why.len > 0);
	}
	assert_false(fits);
}

/* More realms than are looked at do no harm. */
static void test_many_realms(void **state)
{
	char challenge[SASL_CHALLENGE_OCTETS] = "nonce=\"n\"" REST;
	struct sasl sasl;

	(void)state;
	for (int i = 0; i < 2 * DIGEST_REALMS; i++) {
		size_t len = strlen(challenge);

		(void)snprintf(challenge + len, sizeof(challenge) - len,
		    ",realm=\"r%d\"", i);
	}
	begin(&sasl, "chris@r15", "nonce", "smtp", "mx.example");
	assert_int_equal(hears(&sasl, challenge), SASL_RESPOND);
	assert_true(span_starts_nocase(sasl.parts[0],
	    SPAN("charset=utf-8,username=\"chris\",realm=\"r15\",")));
	begin(&sasl, "chris@r16", "nonce", "smtp", "mx.example");
	assert_int_equal(hears(&sasl, challenge), SASL_RESPOND);
	assert_true(span_starts_nocase(sasl.parts[0],
	    SPAN("charset=utf-8,username=\"chris@r16\",realm=\"r0\",")));
}

/* ---- impostors ---- */

static void test_bad_rspauth(void **state)
{
	static const char *const rows[] = {
		"",
		"rspauth=",
		"rspauth=ea40f60335c427b5527b84dbabcdfffe",
		"rspauth=ea40f60335c427b5527b84dbabcdfff",
		"rspauth=ea40f60335c427b5527b84dbabcdfffd,x=y",
		"rspauth=d388dad90d4bbd760a152321f2143af7",
		"x=ea40f60335c427b5527b84dbabcdfffd",
		"ea40f60335c427b5527b84dbabcdfffd",
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct sasl sasl;

		play(&sasl, &good[0]);
		assert_int_equal(hears(&sasl, rows[i]), SASL_IMPOSTOR);
		assert_response(&sasl, "");
		assert_false(sasl_succeeds(&sasl, SPAN("")));
		sasl_finish(&sasl);
	}
}

/* Only ASCII is the same in all of the character sets it could be in. */
static void test_prepared(void **state)
{
	const struct sasl_terms terms = { SPAN("us\xc3\xa4r"), &secret,
		SPAN("nonce"), SPAN("mx.example"), 587, SPAN("smtp") };

	(void)state;
	assert_false(sasl_takes(SASL_DIGEST_MD5, &terms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_bad_challenge),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_many_realms),
		cmocka_unit_test(test_bad_rspauth),
		cmocka_unit_test(test_prepared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
