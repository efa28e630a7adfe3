/*
 * Whose certificates are believed, and what is said about the others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tls_scene.h"

/* clang-format off */
static const struct row {
	struct cert_recipe leaf;
	enum chain chain;
	const char *name; /* wanted; mail.example.com if left out */
	enum tls_fault fault;
	const char *words;
} rows[] = {
	{ .leaf = { .names = "DNS:mail.example.com" }, .fault = TLS_FAULT_NONE },
	{ .leaf = { .names = "DNS:mail.example.com", .key = CERT_KEY_P256 } },
	{ .leaf = { .names = "DNS:mail.example.com", .key = CERT_KEY_P384 } },
	{ .leaf = { .names = "DNS:mail.example.com" }, .chain = CHAIN_ROOTED },
	{ .leaf = { .names = "DNS:mail.example.com" }, .chain = CHAIN_DIRECT },
	{ .leaf = { .names = "DNS:mail.example.com", .uses = "serverAuth" } },
	{ .leaf = { .names = "DNS:mail.example.com", .uses = "anyExtendedKeyUsage" } },
	{ .leaf = { .names = "DNS:MAIL.Example.com" } },
	{ .leaf = { .names = "DNS:mail.example.com" }, .name = "MAIL.example.com" },
	{ .leaf = { .names = "DNS:mail.example.com" }, .name = "mail.example.com." },
	{ .leaf = { .names = "DNS:*.example.com" } },
	{ .leaf = { .names = "DNS:mail.example.com", .name_count = 200 } },
	{ .leaf = { .names = "IP:192.0.2.1" }, .name = "192.0.2.1" },
	{ .leaf = { .names = "IP:2001:db8::1" }, .name = "2001:DB8:0::1" },
	{ .leaf = { .names = "DNS:mail.example.com", .digest = "SHA384" } },
	{ .leaf = { .names = "DNS:mail.example.com", .digest = "SHA512" } },

	{ .leaf = { .common_name = "mail.example.com" },
	    .fault = TLS_FAULT_NAME, .words = "the common name does not count" },
	{ .leaf = { .names = "DNS:other.example,DNS:third.example" },
	    .fault = TLS_FAULT_NAME,
	    .words = " is for other.example, third.example, not for "
		     "mail.example.com" },
	{ .leaf = { .name_count = 20 }, .fault = TLS_FAULT_NAME,
	    .words = "n7.example.com and 12 more, not for mail.example.com" },
	{ .leaf = { .names = "DNS:*.mail.example.com" }, .fault = TLS_FAULT_NAME,
	    .words = "*.mail.example.com, not for mail.example.com" },
	{ .leaf = { .names = "DNS:192.0.2.1,IP:192.0.2.2" }, .name = "192.0.2.1",
	    .fault = TLS_FAULT_NAME,
	    .words = "192.0.2.1, 192.0.2.2, not for 192.0.2.1" },
	{ .leaf = { .common_name = "192.0.2.1" }, .name = "192.0.2.1",
	    .fault = TLS_FAULT_NAME, .words = "not for 192.0.2.1" },

	{ .leaf = { .names = "DNS:mail.example.com", .days_from = -9, .days_to = -2 },
	    .fault = TLS_FAULT_DATES,
	    .words = "the server's certificate ((nobody)) has expired on 20" },
	{ .leaf = { .names = "DNS:mail.example.com", .days_from = 2, .days_to = 9 },
	    .fault = TLS_FAULT_DATES, .words = " is not valid before 20" },
	{ .leaf = { .names = "DNS:mail.example.com" }, .chain = CHAIN_LATE,
	    .fault = TLS_FAULT_DATES,
	    .words = "an issuer's certificate (CN=Issuer) has expired on 20" },

	{ .leaf = { .names = "DNS:mail.example.com", .common_name = "me" },
	    .chain = CHAIN_SELF,
	    .fault = TLS_FAULT_UNTRUSTED,
	    .words = "(CN=me) is self-signed and is not among the 1 trust "
		     "anchor of /tmp/" },
	{ .leaf = { .names = "DNS:mail.example.com" }, .chain = CHAIN_TORN,
	    .fault = TLS_FAULT_UNTRUSTED,
	    .words = "after 1 certificate sent, to the issuer CN=Issuer, "
		     "which is not among" },

	{ .leaf = { .names = "DNS:mail.example.com" }, .chain = CHAIN_REVERSED,
	    .fault = TLS_FAULT_CHAIN,
	    .words = "an issuer's certificate comes first" },
	{ .leaf = { .names = "DNS:mail.example.com" }, .chain = CHAIN_STRANGE,
	    .fault = TLS_FAULT_CHAIN,
	    .words = "the certificates do not follow each other" },
	{ .leaf = { .names = "DNS:mail.example.com" }, .chain = CHAIN_NO_CA,
	    .fault = TLS_FAULT_CHAIN, .words = "no certificate authority" },
	{ .leaf = { .names = "DNS:mail.example.com", .name_count = 700 },
	    .fault = TLS_FAULT_CHAIN, .words = "too large" },

	{ .leaf = { .names = "DNS:mail.example.com", .key = CERT_KEY_RSA_1024 },
	    .fault = TLS_FAULT_WEAK, .words = "an RSA key below 2048 bits" },
	{ .leaf = { .names = "DNS:mail.example.com", .digest = "SHA1" },
	    .fault = TLS_FAULT_WEAK, .words = "signed over SHA-1 or MD5" },
	{ .leaf = { .names = "DNS:mail.example.com" }, .chain = CHAIN_WEAK,
	    .fault = TLS_FAULT_WEAK,
	    .words = "an issuer's certificate (CN=Issuer) is signed over SHA" },

	{ .leaf = { .names = "DNS:mail.example.com", .uses = "clientAuth" },
	    .fault = TLS_FAULT_USAGE, .words = "is not for use by servers" },
};
/* clang-format on */

static void test_certificates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct scene scene = { .settings = { .name = row->name } };
		struct cert chain[CHAIN_MAX];
		size_t count = chain_make(row->chain, &row->leaf, chain);

		scene.server = server_new(chain, count);
		scene_open(&scene);
		scene_pump(&scene);
		if (row->fault == TLS_FAULT_NONE)
			scene_assert_open(&scene);
		else
			scene_assert_fault(&scene, row->fault, row->words);
		scene_close(&scene);
	}
}

static void test_unknown_authority(void **state)
{
	struct scene scene = scene_good();

	(void)state;
	scene.settings.ca_file = scene_file(&scene_stranger);
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_fault(&scene, TLS_FAULT_UNTRUSTED,
	    "leads, after 2 certificates sent, to the issuer CN=Root, which "
	    "is not among the 1 trust anchor of /tmp/");
	scene_close(&scene);
}

/* An operator may name the server's own certificate as the anchor. */
static void test_own_certificate_as_anchor(void **state)
{
	const struct cert_recipe own = { .common_name = "nas",
		.names = "DNS:mail.example.com",
		.key = CERT_KEY_P256 };
	struct cert cert = cert_make(&own, NULL);
	char *pem = cert_pem(&cert);
	struct scene scene = { .server = server_new(&cert, 1) };

	(void)state;
	scene.settings.ca_file = certs_file(pem, strlen(pem));
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_open(&scene);
	scene_close(&scene);
}

/* ... which does not make it an authority. */
static void test_anchor_that_is_no_authority(void **state)
{
	struct cert nas = cert_make(&(struct cert_recipe){ .common_name = "nas",
					.key = CERT_KEY_P256_OTHER },
	    NULL);
	struct cert cert =
	    cert_make(&(struct cert_recipe){ .names = "DNS:mail.example.com",
			  .key = CERT_KEY_P256 },
		&nas);
	char *pem = cert_pem(&nas);
	struct scene scene = { .server = server_new(&cert, 1) };

	(void)state;
	scene.settings.ca_file = certs_file(pem, strlen(pem));
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_fault(&scene, TLS_FAULT_UNTRUSTED, "to the issuer CN=nas");
	scene_close(&scene);
}

static void try_pins(const struct tls_pin *pins, size_t count, bool fits)
{
	struct scene scene = scene_good();

	scene.settings.pins = pins;
	scene.settings.pin_count = count;
	scene_open(&scene);
	scene_pump(&scene);
	if (fits)
		scene_assert_open(&scene);
	else
		scene_assert_fault(
		    &scene, TLS_FAULT_PIN, "does not match the ");
	scene_close(&scene);
}

static void test_pins(void **state)
{
	struct cert leaf = { .key = NULL };
	struct tls_pin pins[3] = { { { 1 } }, { { 2 } } };

	(void)state;
	leaf = cert_make(&(struct cert_recipe){ .key = CERT_KEY_P256 }, NULL);
	cert_pin(&leaf, pins[2].octets);
	try_pins(pins, 3, true);
	try_pins(pins + 2, 1, true);
	try_pins(pins, 2, false);
	cert_pin(&scene_issuer, pins[0].octets);
	try_pins(pins, 1, false);
}

/* A reload may free the settings while a handshake is under way. */
static void test_pins_are_copied(void **state)
{
	const struct cert_recipe recipe = { .key = CERT_KEY_P256 };
	struct cert leaf = cert_make(&recipe, NULL);
	struct scene scene = scene_good();
	struct tls_pin pin;

	(void)state;
	cert_pin(&leaf, pin.octets);
	scene.settings.pins = &pin;
	scene.settings.pin_count = 1;
	scene_open(&scene);
	pin = (struct tls_pin){ { 0 } };
	scene_pump(&scene);
	scene_assert_open(&scene);
	scene_close(&scene);
}

/* A pin does not stand in for the chain. */
static void test_pin_without_trust(void **state)
{
	const struct cert_recipe own = { .key = CERT_KEY_P256,
		.names = "DNS:mail.example.com" };
	struct cert cert = cert_make(&own, NULL);
	struct scene scene = { .server = server_new(&cert, 1) };
	struct tls_pin pin;

	(void)state;
	cert_pin(&cert, pin.octets);
	scene.settings.pins = &pin;
	scene.settings.pin_count = 1;
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_fault(&scene, TLS_FAULT_UNTRUSTED, "is self-signed");
	scene_close(&scene);
}

static void test_subject_cannot_forge_words(void **state)
{
	const struct cert_recipe own = { .common_name = "x\r\n\x1b[2Jy",
		.names = "DNS:mail.example.com",
		.key = CERT_KEY_P256 };
	struct cert cert = cert_make(&own, NULL);
	struct scene scene = { .server = server_new(&cert, 1) };

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_fault(
	    &scene, TLS_FAULT_UNTRUSTED, "(CN=x\\r\\n\\x1b[2Jy)");
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_unknown_authority),
		cmocka_unit_test(test_own_certificate_as_anchor),
		cmocka_unit_test(test_anchor_that_is_no_authority),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_pins_are_copied),
		cmocka_unit_test(test_pin_without_trust),
		cmocka_unit_test(test_subject_cannot_forge_words),
	};

	return cmocka_run_group_tests(tests, scene_begin, scene_finish);
}
