/*
 * The known answers of RFC 7636, and the addresses browsers come back with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "oauth/pkce.h"
#include "oauth/redirect.h"

/* RFC 7636 appendix A and B */
static void test_known(void **state)
{
	static const unsigned char a[] = { 3, 236, 255, 224, 193 };
	static const unsigned char b[] = { 116, 24, 223, 180, 151, 153, 224, 37,
		79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214,
		191, 240, 91, 88, 5, 88, 83, 132, 141, 121 };
	char encoded[64];
	char challenge[PKCE_VERIFIER_OCTETS + 1];

	(void)state;
	assert_int_equal(
	    pkce_base64url(span_make((const char *)a, sizeof(a)), encoded), 7);
	assert_string_equal(encoded, "A-z_4ME");
	pkce_base64url(span_make((const char *)b, sizeof(b)), encoded);
	assert_string_equal(
	    encoded, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	pkce_challenge(span_of(encoded), challenge);
	assert_string_equal(
	    challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void test_random(void **state)
{
	char one[PKCE_VERIFIER_OCTETS + 1];
	char two[PKCE_VERIFIER_OCTETS + 1];

	(void)state;
	assert_true(pkce_random(one));
	assert_true(pkce_random(two));
	assert_int_equal(strlen(one), PKCE_VERIFIER_OCTETS);
	assert_string_not_equal(one, two);
	/* RFC 7636 4.1: unreserved characters only */
	assert_int_equal(
	    strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
			"xyz0123456789-._~"),
	    PKCE_VERIFIER_OCTETS);
}

static void test_redirect(void **state)
{
	static const struct {
		const char *address;
		const char *state; /* NULL: no answer at all */
		const char *code;
		const char *error;
	} cases[] = {
		{ "http://localhost:1/?state=s&code=c", "s", "c", "" },
		{ "/?code=4%2F0Adeu%2B5-x_y&state=a.b~c&scope=x HTTP/1.1",
		    "a.b~c", "4/0Adeu+5-x_y", "" },
		{ "/?code=c&state=s#_=_", "s", "c", "" },
		{ "/?error=access_denied&state=s&error_description=he+said%"
		  "20no",
		    "s", "", "access_denied" },
		{ "/?state=s", NULL, "", "" },
		{ "/favicon.ico", NULL, "", "" },
		{ "", NULL, "", "" },
		{ "/?code=", NULL, "", "" },
		{ "/?code=a%0Ab&state=s", NULL, "", "" },
		{ "/?code=a%0", NULL, "", "" },
		{ "/?code=a%", NULL, "", "" },
		{ "/?code=a%zz", NULL, "", "" },
		{ "/?mycode=c&code=d", "", "d", "" },
		{ "/?&&=&code=d&", "", "d", "" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct redirect redirect;

		assert_int_equal(
		    redirect_parse(span_of(cases[i].address), &redirect),
		    cases[i].state != NULL);
		if (!cases[i].state)
			continue;
		assert_string_equal(redirect.state, cases[i].state);
		assert_string_equal(redirect.code, cases[i].code);
		assert_string_equal(redirect.error, cases[i].error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_redirect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
