/*
 * The mechanisms, step by step.
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

static char password[] = "tanstaaftanstaaf";
static const struct secret secret = { password, sizeof(password) - 1 };

static void begin(struct sasl *sasl, enum sasl_mechanism mechanism,
    struct span user, const struct secret *with)
{
	const struct sasl_terms terms = { user, with, SPAN("nonce"),
		SPAN("mx.example"), 587, SPAN("smtp") };

	sasl_begin(sasl, mechanism, &terms);
}

/* The response in one piece. */
static struct span response(const struct sasl *sasl)
{
	static char octets[1000];
	size_t len = 0;

	for (size_t i = 0; i < sasl->part_count; i++) {
		memcpy(octets + len, sasl->parts[i].ptr, sasl->parts[i].len);
		len += sasl->parts[i].len;
	}
	assert_int_equal(len, sasl_length(sasl));
	return span_make(octets, len);
}

static void assert_response(const struct sasl *sasl, struct span expected)
{
	struct span said = response(sasl);

	assert_int_equal(said.len, expected.len);
	if (said.len > 0)
		assert_memory_equal(said.ptr, expected.ptr, said.len);
}

/* ---- names and sets ---- */

static void test_names(void **state)
{
	(void)state;
	for (enum sasl_mechanism i = 0; i < SASL_MECHANISM_COUNT; i++)
		assert_int_equal(sasl_find(sasl_name(i)), i);
	assert_int_equal(sasl_find(SPAN("cram-MD5")), SASL_CRAM_MD5);
	assert_int_equal(sasl_find(SPAN("LOGI")), SASL_MECHANISM_COUNT);
	assert_int_equal(
	    sasl_find(SPAN("PLAIN-CLIENTTOKEN")), SASL_MECHANISM_COUNT);
	assert_int_equal(sasl_find(SPAN("")), SASL_MECHANISM_COUNT);
}

/* What shows a secret, or is too weak, never goes without TLS. */
static void test_needs_tls(void **state)
{
	(void)state;
	assert_true(sasl_needs_tls(SASL_PLAIN));
	assert_true(sasl_needs_tls(SASL_LOGIN));
	assert_true(sasl_needs_tls(SASL_XOAUTH2));
	assert_true(sasl_needs_tls(SASL_OAUTHBEARER));
	assert_true(sasl_needs_tls(SASL_DIGEST_MD5));
	assert_true(sasl_needs_tls(SASL_EXTERNAL));
	assert_false(sasl_needs_tls(SASL_CRAM_MD5));
	assert_false(sasl_needs_tls(SASL_SCRAM_SHA_1));
	assert_false(sasl_needs_tls(SASL_SCRAM_SHA_256));
}

static void test_sets(void **state)
{
	uint32_t passwords = sasl_all(SASL_NEEDS_PASSWORD);
	uint32_t tokens = sasl_all(SASL_NEEDS_TOKEN);

	(void)state;
	assert_true(passwords & SASL_BIT(SASL_PLAIN));
	assert_true(passwords & SASL_BIT(SASL_LOGIN));
	assert_true(passwords & SASL_BIT(SASL_CRAM_MD5));
	assert_true(passwords & SASL_BIT(SASL_SCRAM_SHA_256));
	assert_true(passwords & SASL_BIT(SASL_SCRAM_SHA_1));
	assert_true(tokens & SASL_BIT(SASL_XOAUTH2));
	assert_true(tokens & SASL_BIT(SASL_OAUTHBEARER));
	assert_int_equal(passwords & tokens, 0);
	for (enum sasl_mechanism i = 0; i < SASL_MECHANISM_COUNT; i++) {
		uint32_t all = sasl_all(sasl_needs(i));

		assert_true(all & SASL_BIT(i));
	}
}

/* ---- CRAM-MD5 ---- */

/* RFC 2195 section 2; RFC 2104's key longer than a block; octets of any
 * value. */
static void test_cram_md5(void **state)
{
	static char long_key[80];
	static const struct secret long_secret = { long_key, 80 };
	static const struct cram_row {
		const char *user;
		const struct secret *secret;
		const char *challenge;
		const char *response;
	} rows[] = {
		{ "tim", &secret, "<1896.697170952@postoffice.reston.mci.net>",
		    "tim b913a602c7eda7a495b4e6e7334d3890" },
		{ "joe blow", &long_secret,
		    "Test Using Larger Than Block-Size Key - Hash Key First",
		    "joe blow 6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
	};

	(void)state;
	memset(long_key, 0xaa, sizeof(long_key));
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct cram_row *row = &rows[i];
		struct sasl sasl;

		begin(&sasl, SASL_CRAM_MD5, span_of(row->user), row->secret);
		assert_false(sasl_initial(&sasl));
		assert_int_equal(sasl_challenge(&sasl, span_of(row->challenge)),
		    SASL_RESPOND);
		assert_response(&sasl, span_of(row->response));
		assert_int_equal(
		    sasl_challenge(&sasl, SPAN("<again>")), SASL_BROKEN);
		assert_int_equal(sasl.part_count, 0);
		sasl_finish(&sasl);
	}
}

/* Nothing to digest is a trick or a mistake. */
static void test_cram_md5_empty(void **state)
{
	struct sasl sasl;

	(void)state;
	begin(&sasl, SASL_CRAM_MD5, SPAN("tim"), &secret);
	assert_int_equal(
	    sasl_challenge(&sasl, (struct span){ 0 }), SASL_BROKEN);
	assert_int_equal(sasl_length(&sasl), 0);
}

/* ---- PLAIN ---- */

static void test_plain(void **state)
{
	static const char expected[] = "\0tim\0tanstaaftanstaaf";
	struct sasl sasl;

	(void)state;
	begin(&sasl, SASL_PLAIN, SPAN("tim"), &secret);
	assert_true(sasl_initial(&sasl));
	assert_response(&sasl, span_make(expected, sizeof(expected) - 1));
	assert_int_equal(
	    sasl_challenge(&sasl, (struct span){ 0 }), SASL_BROKEN);
	assert_int_equal(sasl_length(&sasl), 0);
}

/* ---- LOGIN ---- */

/* Prompts in any words: only their number counts. */
static void test_login(void **state)
{
	static const char named[] = "User Name\0";
	static const struct {
		struct span user;
		struct span password;
	} prompts[] = {
		{ SPAN("Username:"), SPAN("Password:") },
		{ SPAN("username:"), SPAN("password:") },
		{ { named, 10 }, SPAN("Password\0") },
		{ SPAN(""), SPAN("") },
		{ SPAN("Password:"), SPAN("Username:") },
	};

	(void)state;
	for (size_t i = 0; i < array_len(prompts); i++) {
		struct sasl sasl;

		begin(&sasl, SASL_LOGIN, SPAN("tim"), &secret);
		assert_false(sasl_initial(&sasl));
		assert_int_equal(
		    sasl_challenge(&sasl, prompts[i].user), SASL_RESPOND);
		assert_response(&sasl, SPAN("tim"));
		assert_int_equal(
		    sasl_challenge(&sasl, prompts[i].password), SASL_RESPOND);
		assert_response(&sasl, SPAN("tanstaaftanstaaf"));
		assert_int_equal(
		    sasl_challenge(&sasl, SPAN("Password:")), SASL_BROKEN);
		assert_int_equal(sasl_length(&sasl), 0);
	}
}

/* ---- XOAUTH2 ---- */

static void test_xoauth2(void **state)
{
	static const char expected[] =
	    "user=someuser@example.com\001auth=Bearer tanstaaftanstaaf\001\001";
	struct sasl sasl;

	(void)state;
	begin(&sasl, SASL_XOAUTH2, SPAN("someuser@example.com"), &secret);
	assert_true(sasl_initial(&sasl));
	assert_response(&sasl, span_of(expected));
	/* The reason as JSON; an empty response lets the 535 come. */
	assert_int_equal(
	    sasl_challenge(
		&sasl, SPAN("{\"status\":\"400\",\"schemes\":\"Bearer\"}")),
	    SASL_REFUSED);
	assert_int_equal(sasl_length(&sasl), 0);
	assert_int_equal(sasl_challenge(&sasl, SPAN("{}")), SASL_BROKEN);
}

/* ---- OAUTHBEARER ---- */

/* The example of RFC 7628 section 4.1, and its error leg. */
static void test_oauthbearer(void **state)
{
	static char token[] = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
	static const struct secret bearer = { token, sizeof(token) - 1 };
	static const struct sasl_terms terms = { SPAN("user@example.com"),
		&bearer, SPAN("nonce"), SPAN("server.example.com"), 143,
		SPAN("imap") };
	static const char expected[] =
	    "n,a=user@example.com,\001host=server.example.com\001port=143"
	    "\001auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
	    "\001\001";
	struct sasl sasl;

	(void)state;
	sasl_begin(&sasl, SASL_OAUTHBEARER, &terms);
	assert_true(sasl_initial(&sasl));
	assert_response(&sasl, span_of(expected));
	assert_int_equal(
	    sasl_challenge(&sasl, SPAN("{\"status\":\"invalid_token\"}")),
	    SASL_REFUSED);
	assert_response(&sasl, SPAN("\001"));
	assert_int_equal(sasl_challenge(&sasl, SPAN("{}")), SASL_BROKEN);
	assert_int_equal(sasl_length(&sasl), 0);
}

/* The user's name is a saslname; one that is too long is not cut. */
static void test_oauthbearer_names(void **state)
{
	static const char expected[] =
	    "n,a=a=2Cb=3Dc,\001host=mx.example\001port=587"
	    "\001auth=Bearer tanstaaftanstaaf\001\001";
	char user[SASL_COMPUTED_OCTETS];
	struct sasl sasl;

	(void)state;
	begin(&sasl, SASL_OAUTHBEARER, SPAN("a,b=c"), &secret);
	assert_true(sasl_initial(&sasl));
	assert_response(&sasl, span_of(expected));
	memset(user, 'x', sizeof(user));
	begin(&sasl, SASL_OAUTHBEARER, span_make(user, sizeof(user)), &secret);
	assert_false(sasl_initial(&sasl));
	sasl.step = 0;
	assert_int_equal(
	    sasl_challenge(&sasl, (struct span){ 0 }), SASL_BROKEN);
	assert_true(sasl.why.len > 0);
}

/* ---- EXTERNAL ---- */

/* The certificate has spoken; a user that is set is who we want to be. */
static void test_external(void **state)
{
	struct sasl sasl;

	(void)state;
	begin(&sasl, SASL_EXTERNAL, SPAN("tim"), &secret);
	assert_true(sasl_initial(&sasl));
	assert_response(&sasl, SPAN("tim"));
	assert_int_equal(
	    sasl_challenge(&sasl, (struct span){ 0 }), SASL_BROKEN);
	begin(&sasl, SASL_EXTERNAL, SPAN(""), &secret);
	assert_true(sasl_initial(&sasl));
	assert_response(&sasl, SPAN(""));
	assert_int_equal(
	    sasl_all(SASL_NEEDS_CERTIFICATE), SASL_BIT(SASL_EXTERNAL));
}

/* ---- all of them ---- */

/* Afterwards nothing of the login is left. */
static void test_finish(void **state)
{
	static const unsigned char none[sizeof(struct sasl)];

	(void)state;
	for (enum sasl_mechanism i = 0; i < SASL_MECHANISM_COUNT; i++) {
		struct sasl sasl;

		begin(&sasl, i, SPAN("tim"), &secret);
		sasl_challenge(&sasl, SPAN("<x@y>"));
		sasl_finish(&sasl);
		assert_memory_equal(&sasl, none, sizeof(sasl));
	}
}

/* No server can keep a login going for ever. */
static void test_endless_challenges(void **state)
{
	(void)state;
	for (enum sasl_mechanism i = 0; i < SASL_MECHANISM_COUNT; i++) {
		enum sasl_verdict verdict = SASL_RESPOND;
		struct sasl sasl;
		unsigned steps = 0;

		begin(&sasl, i, SPAN("tim"), &secret);
		while (verdict != SASL_BROKEN && steps++ < 10)
			verdict = sasl_challenge(&sasl, SPAN("x"));
		assert_int_equal(verdict, SASL_BROKEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_needs_tls),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_cram_md5),
		cmocka_unit_test(test_cram_md5_empty),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_xoauth2),
		cmocka_unit_test(test_oauthbearer),
		cmocka_unit_test(test_oauthbearer_names),
		cmocka_unit_test(test_external),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_endless_challenges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
