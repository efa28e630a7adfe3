/*
 * What is read out of an access token, and what is not.
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
#include "oauth/claims.h"
#include "oauth/pkce.h"

static struct claims claims;

/* header.PAYLOAD.signature, the payload encoded. */
static struct span token_of(const char *payload)
{
	static char token[STORE_TOKEN_OCTETS];
	static char encoded[STORE_TOKEN_OCTETS];
	int len;

	assert_true(base64_length(strlen(payload)) < sizeof(encoded));
	pkce_base64url(span_of(payload), encoded);
	len = snprintf(token, sizeof(token), "eyJh.%s.c2ln", encoded);
	return span_make(token, (size_t)len);
}

static void test_claims(void **state)
{
	static const struct {
		const char *payload;
		const char *audience;
		const char *scopes;
		const char *application;
		const char *user;
		int64_t ends;
	} cases[] = {
		{ "{\"aud\":\"https://outlook.office.com\",\"appid\":\"a-b\","
		  "\"scp\":\"SMTP.Send\",\"upn\":\"s@x\",\"sub\":\"77\","
		  "\"exp\":1800000000}",
		    "https://outlook.office.com", "SMTP.Send", "a-b", "s@x",
		    1800000000 },
		{ "{\"aud\":\"x\",\"roles\":[\"SMTP.SendAsApp\",7,\"B\"]}", "x",
		    "SMTP.SendAsApp B", "", "", 0 },
		{ "{\"aud\":[\"x\",\"y\"],\"scope\":\"a "
		  "b\",\"client_id\":\"c\","
		  "\"exp\":\"1800000000\"}",
		    "x y", "a b", "c", "", 1800000000 },
		{ "{\"aud\":\"\\u001b[1m\",\"scp\":[\"\\n\"],\"exp\":1e300}",
		    "", "", "", "", 253402300799 },
		{ "{\"exp\":-1,\"aud\":{},\"roles\":[]}", "", "", "", "", 0 },
		{ "{\"sub\":\"\xc3\xbf\",\"aud\":\"?>?>~?\"}", "?>?>~?", "", "",
		    "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		assert_true(claims_read(token_of(cases[i].payload), &claims));
		assert_string_equal(claims.audience, cases[i].audience);
		assert_string_equal(claims.scopes, cases[i].scopes);
		assert_string_equal(claims.application, cases[i].application);
		assert_string_equal(claims.user, cases[i].user);
		assert_int_equal(claims.ends, cases[i].ends);
	}
}

static void test_opaque(void **state)
{
	static const char *const tokens[] = { "", "ya29.a0Af", "a.b", "a.e30.",
		"a..c", "a.e30.c.d", "a.e3!.c", "a.W10.c", "..." };

	(void)state;
	for (size_t i = 0; i < array_len(tokens); i++)
		assert_false(claims_read(span_of(tokens[i]), &claims));
	assert_true(claims_read(SPAN("a.e30.c"), &claims));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_opaque),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
