/*
 * The DER reader: what a certificate says, and that nothing said wrongly is
 * believed or read beyond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "certs.h"
#include "tls/certificate.h"
#include "tls/der.h"

static struct span der_of(const struct cert *cert)
{
	unsigned char *der;
	size_t len = cert_der(cert, &der);

	return span_make((const char *)der, len);
}

static struct cert make(const struct cert_recipe *recipe)
{
	static const struct cert_recipe authority = {
		.common_name = "Some Root",
		.is_ca = true,
		.key = CERT_KEY_P256_OTHER,
	};
	struct cert issuer = cert_make(&authority, NULL);

	return cert_make(recipe, &issuer);
}

static struct certificate read_made(const struct cert_recipe *recipe)
{
	struct cert cert = make(recipe);
	struct certificate certificate;

	assert_true(certificate_read(der_of(&cert), &certificate));
	return certificate;
}

static void assert_words(const struct text *text, const char *expected)
{
	assert_int_equal(text->len, strlen(expected));
	assert_memory_equal(text->ptr, expected, text->len);
}

static void test_der_lengths(void **state)
{
	static const struct {
		struct span der;
		size_t content; /* SIZE_MAX: refused */
	} cases[] = {
		{ SPAN(""), SIZE_MAX },
		{ SPAN("\x30"), SIZE_MAX },
		{ SPAN("\x30\x00"), 0 },
		{ SPAN("\x30\x01"), SIZE_MAX },
		{ SPAN("\x30\x01z"), 1 },
		{ SPAN("\x30\x01zz"), 1 },
		{ SPAN("\x30\x80"), SIZE_MAX },
		{ SPAN("\x30\x80zz\x00\x00"), SIZE_MAX },
		{ SPAN("\x30\x81"), SIZE_MAX },
		{ SPAN("\x30\x81\x02zz"), 2 },
		{ SPAN("\x30\x82\x00\x02zz"), 2 },
		{ SPAN("\x30\x82\x00\x03zz"), SIZE_MAX },
		{ SPAN("\x30\x84\xff\xff\xff\xffzz"), SIZE_MAX },
		{ SPAN("\x30\x85\x00\x00\x00\x00\x01z"), SIZE_MAX },
		{ SPAN("\x30\xff"), SIZE_MAX },
		{ SPAN("\x1f\x01z"), SIZE_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span rest = cases[i].der;
		struct der element;
		bool fine = der_take(&rest, &element);

		assert_int_equal(fine, cases[i].content != SIZE_MAX);
		if (fine)
			assert_int_equal(element.content.len, cases[i].content);
		else
			assert_int_equal(rest.len, cases[i].der.len);
	}
}

static void test_whole_certificate(void **state)
{
	struct certificate certificate =
	    read_made(&(struct cert_recipe){ .common_name = "mail.example.com",
		.uses = "serverAuth",
		.names = "DNS:mail.example.com,DNS:*.example.net,"
			 "email:x@example.com,IP:192.0.2.1,IP:2001:db8::1",
		.key = CERT_KEY_P256,
		.days_from = -1,
		.days_to = 1 });
	int64_t now = time(NULL);
	char place[256];
	struct text text;

	(void)state;
	assert_true(certificate.has_names);
	assert_false(certificate.is_ca);
	assert_true(certificate.is_for_servers);
	assert_false(certificate.is_weak_signed);
	assert_in_range(now - certificate.not_before, 86399, 86500);
	assert_in_range(certificate.not_after - now, 86300, 86401);
	text_init(&text, place, sizeof(place));
	certificate_put_subject(&text, certificate.subject);
	assert_words(&text, "CN=mail.example.com");
	text_init(&text, place, sizeof(place));
	certificate_put_subject(&text, certificate.issuer);
	assert_words(&text, "CN=Some Root");
	text_init(&text, place, sizeof(place));
	certificate_put_names(&text, &certificate, 3);
	assert_words(
	    &text, "mail.example.com, *.example.net, 192.0.2.1 and 1 more");
	text_init(&text, place, sizeof(place));
	certificate_put_names(&text, &certificate, 4);
	assert_words(
	    &text, "mail.example.com, *.example.net, 192.0.2.1, 2001:db8::1");
}

/* Writes `time` in place of the certificate's first date. */
static bool read_with_date(const char *time, struct certificate *certificate)
{
	struct cert cert = make(&(struct cert_recipe){ .key = CERT_KEY_P256,
	    .days_from = strlen(time) == 13 ? 0 : 30000,
	    .days_to = 30001 });
	unsigned char *der;
	size_t len = cert_der(&cert, &der);
	const char mark[] = { strlen(time) == 13 ? 0x17 : 0x18,
		(char)strlen(time), '\0' };
	size_t at = 0;

	while (memcmp(der + at, mark, 2) != 0)
		assert_true(++at < len - 2);
	memcpy(der + at + 2, time, strlen(time));
	return certificate_read(span_make((const char *)der, len), certificate);
}

static void test_dates(void **state)
{
	static const struct {
		const char *time;
		int64_t seconds; /* -1: not a date */
	} cases[] = {
		{ "700101000000Z", 0 },
		{ "700102030405Z", 97445 },
		{ "991231235959Z", 946684799 },
		{ "000101000000Z", 946684800 },
		{ "000229000000Z", 951782400 },
		{ "000301000000Z", 951868800 },
		{ "010228235959Z", 983404799 },
		{ "010301000000Z", 983404800 },
		{ "240331120000Z", 1711886400 },
		{ "261121000000Z", 1795219200 },
		{ "491231235959Z", 2524607999 },
		{ "20500101000000Z", 2524608000 },
		{ "21000228235959Z", 4107542399 },
		{ "21000301000000Z", 4107542400 },
		{ "99991231235959Z", 253402300799 },
		{ "19700101000000Z", 0 },
		{ "701301000000Z", -1 },
		{ "700001000000Z", -1 },
		{ "700132000000Z", -1 },
		{ "700100000000Z", -1 },
		{ "700101240000Z", -1 },
		{ "700101006000Z", -1 },
		{ "7001010000000", -1 },
		{ "70010100000-1", -1 },
		{ "+00101000000Z", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct certificate certificate;
		bool fine = read_with_date(cases[i].time, &certificate);

		assert_int_equal(fine, cases[i].seconds != -1);
		if (fine)
			assert_int_equal(
			    certificate.not_before, cases[i].seconds);
	}
}

/* From 50 on, two digits are of the century before: RFC 5280 4.1.2.5.1. */
static void test_years_of_two_digits(void **state)
{
	struct certificate certificate;

	(void)state;
	assert_true(read_with_date("500101000000Z", &certificate));
	assert_true(certificate.not_before == -631152000);
}

static void test_uses(void **state)
{
	static const struct {
		const char *uses;
		bool is_for_servers;
	} cases[] = {
		{ NULL, true },
		{ "serverAuth", true },
		{ "clientAuth,serverAuth", true },
		{ "anyExtendedKeyUsage", true },
		{ "clientAuth", false },
		{ "clientAuth,emailProtection,codeSigning", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    read_made(&(struct cert_recipe){
				  .uses = cases[i].uses, .key = CERT_KEY_P256 })
			.is_for_servers,
		    cases[i].is_for_servers);
}

static void test_weak_signatures(void **state)
{
	static const struct {
		const char *digest;
		bool is_weak;
	} cases[] = {
		{ "SHA256", false },
		{ "SHA384", false },
		{ "SHA512", false },
		{ "SHA1", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cert_recipe recipe = { .digest = cases[i].digest,
			.key = CERT_KEY_P256 };
		struct cert alone;
		struct certificate certificate;

		assert_int_equal(
		    read_made(&recipe).is_weak_signed, cases[i].is_weak);
		recipe.key = CERT_KEY_RSA_1024;
		alone = cert_make(&recipe, NULL);
		assert_true(certificate_read(der_of(&alone), &certificate));
		assert_int_equal(certificate.is_weak_signed, cases[i].is_weak);
	}
}

static void test_authority(void **state)
{
	struct cert_recipe recipe = { .key = CERT_KEY_P256 };

	(void)state;
	assert_false(read_made(&recipe).is_ca);
	recipe.is_said_no_ca = true;
	assert_false(read_made(&recipe).is_ca);
	recipe.is_said_no_ca = false;
	recipe.is_ca = true;
	assert_true(read_made(&recipe).is_ca);
}

static void test_host_names(void **state)
{
	static const struct {
		const char *names;
		const char *host;
		bool matches;
	} cases[] = {
		{ "DNS:mail.example.com", "mail.example.com", true },
		{ "DNS:MAIL.example.COM", "mail.Example.com", true },
		{ "DNS:mail.example.com", "mail.example.co", false },
		{ "DNS:mail.example.com", "ail.example.com", false },
		{ "DNS:mail.example.com", "x.mail.example.com", false },
		{ "DNS:a.example,DNS:b.example", "b.example", true },
		{ "DNS:*.example.com", "mail.example.com", true },
		{ "DNS:*.EXAMPLE.com", "mail.example.com", true },
		{ "DNS:*.example.com", "a.b.example.com", false },
		{ "DNS:*.example.com", "example.com", false },
		{ "DNS:*.example.com", ".example.com", false },
		{ "DNS:*.com", "example.com", false },
		{ "DNS:*", "example", false },
		{ "DNS:*.", "example.", false },
		{ "DNS:m*.example.com", "mail.example.com", false },
		{ "DNS:*l.example.com", "mail.example.com", false },
		{ "DNS:mail.*.com", "mail.example.com", false },
		{ "DNS:*.*.com", "mail.example.com", false },
		{ "DNS:mail.example.com.", "mail.example.com", false },
		{ "email:mail.example.com@x", "mail.example.com", false },
		{ "URI:mail.example.com", "mail.example.com", false },
		{ NULL, "common.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct certificate certificate = read_made(
		    &(struct cert_recipe){ .common_name = "common.example",
			.names = cases[i].names,
			.key = CERT_KEY_P256 });

		assert_int_equal(certificate_is_for_host(
				     &certificate, span_of(cases[i].host)),
		    cases[i].matches);
	}
}

/* "good.example\0.evil.example" is a name of its own. */
static void test_name_with_a_nul(void **state)
{
	struct certificate certificate = {
		.names = SPAN("\x82\x0cgood.example"),
	};

	(void)state;
	assert_true(
	    certificate_is_for_host(&certificate, SPAN("good.example")));
	certificate.names = SPAN("\x82\x0fgood.example\0.x");
	assert_false(
	    certificate_is_for_host(&certificate, SPAN("good.example")));
}

static void test_addresses(void **state)
{
	struct certificate certificate = read_made(&(struct cert_recipe){
	    .names = "DNS:192.0.2.9,IP:192.0.2.1,IP:2001:db8::1",
	    .key = CERT_KEY_P256 });

	(void)state;
	assert_true(
	    certificate_is_for_address(&certificate, SPAN("\xc0\x00\x02\x01")));
	assert_true(certificate_is_for_address(
	    &certificate, SPAN("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01")));
	assert_false(
	    certificate_is_for_address(&certificate, SPAN("\xc0\x00\x02\x09")));
	assert_false(certificate_is_for_address(&certificate, SPAN("")));
	certificate.names = SPAN("\x82\x04\xc0\x00\x02\x01");
	assert_false(
	    certificate_is_for_address(&certificate, SPAN("\xc0\x00\x02\x01")));
}

static void test_pin(void **state)
{
	static const enum cert_key kinds[] = {
		CERT_KEY_P256,
		CERT_KEY_RSA_2048,
		CERT_KEY_ED25519,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct cert cert =
		    make(&(struct cert_recipe){ .key = kinds[i] });
		struct certificate certificate;
		unsigned char expected[32];
		struct tls_pin pin;

		assert_true(certificate_read(der_of(&cert), &certificate));
		pin = certificate_pin(&certificate);
		cert_pin(&cert, expected);
		assert_memory_equal(pin.octets, expected, sizeof(expected));
	}
}

static void test_subject_is_escaped(void **state)
{
	struct certificate certificate = read_made(&(struct cert_recipe){
	    .common_name = "a\"b\n\x7f", .key = CERT_KEY_P256 });
	char place[256];
	struct text text;

	(void)state;
	text_init(&text, place, sizeof(place));
	certificate_put_subject(&text, certificate.subject);
	assert_words(&text, "CN=a\\\"b\\n\\x7f");
}

/* A copy of exactly the octets, so that a sanitizer sees a read behind them. */
static bool is_read(struct span der)
{
	char *copy = malloc(der.len ? der.len : 1);
	struct certificate certificate;
	char place[64];
	struct text text;
	bool fine;

	assert_non_null(copy);
	if (der.len > 0)
		memcpy(copy, der.ptr, der.len);
	fine = certificate_read(span_make(copy, der.len), &certificate);
	if (fine) {
		text_init(&text, place, sizeof(place));
		certificate_put_subject(&text, certificate.issuer);
		certificate_put_names(&text, &certificate, 3);
		certificate_is_for_host(&certificate, SPAN("a.example.com"));
		certificate_pin(&certificate);
	}
	free(copy);
	return fine;
}

static struct span rich_der(void)
{
	struct cert cert =
	    make(&(struct cert_recipe){ .common_name = "mail.example.com",
		.uses = "serverAuth",
		.names = "DNS:mail.example.com,DNS:*.example.net,IP:192.0.2.1",
		.is_ca = true,
		.key = CERT_KEY_P256 });

	return der_of(&cert);
}

static void test_cut_at_each_octet(void **state)
{
	struct span der = rich_der();

	(void)state;
	assert_true(is_read(der));
	for (size_t len = 0; len < der.len; len++)
		assert_false(is_read(span_first(der, len)));
}

static void test_one_octet_too_many(void **state)
{
	struct span der = rich_der();
	char *longer = calloc(1, der.len + 1);

	(void)state;
	assert_non_null(longer);
	memcpy(longer, der.ptr, der.len);
	assert_false(is_read(span_make(longer, der.len + 1)));
	free(longer);
}

/* Whatever becomes of it, nothing may be read beyond. */
static void test_each_octet_changed(void **state)
{
	struct span der = rich_der();
	char *changed = malloc(der.len);

	(void)state;
	assert_non_null(changed);
	memcpy(changed, der.ptr, der.len);
	for (size_t i = 0; i < der.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			changed[i] = (char)(der.ptr[i] ^ 1 << bit);
			is_read(span_make(changed, der.len));
		}
		changed[i] = der.ptr[i];
	}
	assert_true(is_read(span_make(changed, der.len)));
	free(changed);
}

static void test_garbage(void **state)
{
	char garbage[300];
	uint32_t random = 12345;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof(garbage); i++) {
			random = random * 1664525 + 1013904223;
			garbage[i] = (char)(random >> 24);
		}
		garbage[0] = 0x30;
		garbage[1] = (char)0x82;
		garbage[2] = 1;
		garbage[3] = 0x28;
		assert_false(is_read(span_make(garbage, sizeof(garbage))));
	}
}

static int finish(void **state)
{
	(void)state;
	certs_finish();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_der_lengths),
		cmocka_unit_test(test_whole_certificate),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_years_of_two_digits),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_weak_signatures),
		cmocka_unit_test(test_authority),
		cmocka_unit_test(test_host_names),
		cmocka_unit_test(test_name_with_a_nul),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_pin),
		cmocka_unit_test(test_subject_is_escaped),
		cmocka_unit_test(test_cut_at_each_octet),
		cmocka_unit_test(test_one_octet_too_many),
		cmocka_unit_test(test_each_octet_changed),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
