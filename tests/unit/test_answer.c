/*
 * What an authorisation server may say, and what becomes of it; the forms it
 * is asked by.
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
#include "oauth/answer.h"
#include "oauth/http.h"

static struct answer_token token;
static struct answer_device device;
static char words[300];
static struct text why;

#define NO_JSON	 "the answer is no JSON object"
#define NO_TOKEN "the answer holds no access_token fit for use"

static void test_token(void **state)
{
	static const struct {
		const char *body;
		const char *why; /* "": it is good */
		int64_t expires_in;
		const char *refresh_token;
	} cases[] = {
		{ "{\"access_token\":\"a\",\"token_type\":\"Bearer\","
		  "\"expires_in\":3600,\"refresh_token\":\"r\"}",
		    "", 3600, "r" },
		{ "{\"access_token\":\"a\",\"token_type\":\"bEARER\"}", "", 0,
		    "" },
		{ "{\"access_token\":\"a\",\"expires_in\":\"3599\"} \r\n", "",
		    3599, "" },
		{ "{\"access_token\":\"a\",\"expires_in\":-5}", "", 0, "" },
		{ "{\"access_token\":\"a\",\"expires_in\":1e300}", "",
		    10 * 366 * 86400, "" },
		{ "{\"access_token\":\"a\",\"expires_in\":null}", "", 0, "" },
		{ "{\"access_token\":\"a\",\"refresh_token\":\"a\\nb\"}", "", 0,
		    "" },
		{ "{\"access_token\":\"a\",\"token_type\":\"mac\"}",
		    "the token is no bearer token", 0, "" },
		{ "{\"access_token\":\"a\",\"token_type\":1}",
		    "the token is no bearer token", 0, "" },
		{ "{\"access_token\":\"\"}", NO_TOKEN, 0, "" },
		{ "{\"access_token\":1}", NO_TOKEN, 0, "" },
		{ "{\"access_token\":\"\\u00e4\"}", NO_TOKEN, 0, "" },
		{ "{\"Access_Token\":\"a\"}", NO_TOKEN, 0, "" },
		{ "", NO_JSON, 0, "" },
		{ "[]", NO_JSON, 0, "" },
		{ "{", NO_JSON, 0, "" },
		{ "{\"access_token\":\"a\"} x", NO_JSON, 0, "" },
		{ "{\"access_token\":\"a\"}{}", NO_JSON, 0, "" },
		{ "<html>", NO_JSON, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		text_init(&why, words, sizeof(words));
		assert_int_equal(
		    answer_read_token(span_of(cases[i].body), &token, &why),
		    cases[i].why[0] == '\0');
		assert_string_equal(text_end(&why), cases[i].why);
		if (cases[i].why[0])
			continue;
		assert_string_equal(token.access_token, "a");
		assert_int_equal(token.expires_in, cases[i].expires_in);
		assert_string_equal(
		    token.refresh_token, cases[i].refresh_token);
	}
}

/* A token that just fits, and one octet more. */
static void test_long(void **state)
{
	static char body[STORE_TOKEN_OCTETS + 100];
	int len;

	(void)state;
	for (int more = 0; more < 2; more++) {
		char octets[STORE_TOKEN_OCTETS + 1] = { 0 };

		memset(octets, 't', (size_t)(STORE_TOKEN_OCTETS - 1 + more));
		len = snprintf(
		    body, sizeof(body), "{\"access_token\":\"%s\"}", octets);
		text_init(&why, words, sizeof(words));
		assert_int_equal(answer_read_token(span_make(body, (size_t)len),
				     &token, &why),
		    more == 0);
	}
	/* Deeply nested: no more than a refusal. */
	memset(body, '[', sizeof(body));
	assert_false(
	    answer_read_token(span_make(body, sizeof(body)), &token, &why));
}

static void test_device(void **state)
{
	static const struct {
		const char *body;
		bool is_good;
		const char *uri;
	} cases[] = {
		{ "{\"device_code\":\"d\",\"user_code\":\"u\","
		  "\"verification_uri\":\"https://a\",\"interval\":7}",
		    true, "https://a" },
		{ "{\"device_code\":\"d\",\"user_code\":\"u\","
		  "\"verification_url\":\"https://b\",\"interval\":\"7\"}",
		    true, "https://b" },
		{ "{\"device_code\":\"d\",\"user_code\":\"\\u001b[1m\","
		  "\"verification_uri\":\"https://a\",\"interval\":7}",
		    false, NULL },
		{ "{\"user_code\":\"u\",\"verification_uri\":\"https://a\"}",
		    false, NULL },
		{ "null", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		text_init(&why, words, sizeof(words));
		assert_int_equal(
		    answer_read_device(span_of(cases[i].body), &device, &why),
		    cases[i].is_good);
		if (!cases[i].is_good)
			continue;
		assert_string_equal(device.verification_uri, cases[i].uri);
		assert_int_equal(device.interval, 7);
	}
}

static void test_error(void **state)
{
	static const struct {
		const char *body;
		const char *error;
		const char *description;
	} cases[] = {
		{ "{\"error\":\"invalid_grant\","
		  "\"error_description\":\"AADSTS1: no.\\r\\nTrace: 1\"}",
		    "invalid_grant", "AADSTS1: no.\\r\\nTrace: 1" },
		{ "{\"error\":\"a\\nb\",\"error_description\":7}", "", "" },
		{ "{\"error\":{\"code\":1}}", "", "" },
		{ "no", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct answer_error answer;

		answer_read_error(span_of(cases[i].body), &answer);
		assert_string_equal(answer.error, cases[i].error);
		assert_string_equal(answer.description, cases[i].description);
	}
}

static void test_form(void **state)
{
	char octets[64];
	struct text form;

	(void)state;
	text_init(&form, octets, sizeof(octets));
	http_form(&form, "a", SPAN("x-._~Y9"));
	http_form(&form, "b", SPAN(" &=+%/\n\xff"));
	http_form(&form, "c", (struct span){ "\0", 1 });
	http_form(&form, "d", SPAN(""));
	assert_string_equal(
	    text_end(&form), "a=x-._~Y9&b=%20%26%3D%2B%25%2F%0A%FF&c=%00&d=");
	http_form(&form, "e", SPAN("0123456789012345678901234567890"));
	assert_true(form.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
