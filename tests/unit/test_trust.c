/*
 * Trust anchors and client certificates from PEM files, as they are found in
 * the field: edited on other systems, cut off, encrypted, of the wrong kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "certs.h"
#include "tls/identity.h"
#include "tls/trust.h"

static char place[1024];

static struct text words(void)
{
	struct text text;

	text_init(&text, place, sizeof(place));
	return text;
}

static struct cert root(enum cert_key key)
{
	return cert_make(
	    &(struct cert_recipe){
		.common_name = "Root", .is_ca = true, .key = key },
	    NULL);
}

static const char *string_file(const char *string)
{
	return certs_file(string, strlen(string));
}

/* The anchors a file of this content gives; -1 when it is refused. */
static int count_of(const char *octets, struct text *why)
{
	struct trust *trust = trust_load(string_file(octets), why);
	int count = trust ? (int)trust_count(trust) : -1;

	trust_drop(trust);
	return count;
}

/* Every "\n" of `pem` becomes `end`. */
static char *with_ends(const char *pem, const char *end)
{
	char *copy = calloc(1, strlen(pem) * (1 + strlen(end)) + 1);
	char *at = copy;

	assert_non_null(copy);
	for (; *pem; pem++) {
		if (*pem != '\n')
			*at++ = *pem;
		else
			at += sprintf(at, "%s", end);
	}
	return copy;
}

static void test_shapes_of_files(void **state)
{
	struct cert rsa = root(CERT_KEY_RSA_2048);
	struct cert ec = root(CERT_KEY_P384);
	const char *one = cert_pem(&rsa);
	const char *two = cert_pem(&ec);
	static const char *const texts[][3] = {
		{ "", "", "" },
		{ "\xef\xbb\xbf", "", "" },
		{ "# some words\n  and more: of them\n", "Text\n", "\n\n" },
		{ "  ", " \t", "" },
	};
	static const char *const ends[] = {
		"\n",
		"\r\n",
		" \r\n",
		"\t \n",
		"\n\n",
		"\r\r\n",
	};
	char file[16384];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(file, sizeof(file), "%s%s%s%s%s", texts[i][0], one,
		    texts[i][1], two, texts[i][2]);
		for (size_t j = 0; j < 6; j++) {
			char *shaped = with_ends(file, ends[j]);
			struct text why = words();

			assert_int_equal(count_of(shaped, &why), 2);
			assert_int_equal(why.len, 0);
			free(shaped);
		}
	}
}

static void test_no_last_newline(void **state)
{
	struct cert rsa = root(CERT_KEY_RSA_2048);
	char *pem = cert_pem(&rsa);
	struct text why = words();

	(void)state;
	assert_int_equal(pem[strlen(pem) - 1], '\n');
	pem[strlen(pem) - 1] = '\0';
	assert_int_equal(count_of(pem, &why), 1);
}

static void assert_refused(const char *file, const char *expected)
{
	struct text why = words();
	struct trust *trust = trust_load(file, &why);

	assert_null(trust);
	text_end(&why);
	assert_non_null(strstr(place, expected));
	assert_int_equal(strncmp(place, file, strlen(file)), 0);
}

static void test_nothing_in_it(void **state)
{
	(void)state;
	assert_refused("/nowhere/ca.pem", "No such file");
	assert_refused("/tmp", "is not a file");
	assert_refused(string_file(""), "is empty");
	assert_refused(string_file("\n"), "there is no certificate in it");
	assert_refused(string_file("-----BEGIN CERTIFICATE---\nAAAA\n"),
	    "there is no certificate in it");
	assert_refused(string_file(key_pem(certs_key(CERT_KEY_P256), NULL)),
	    "there is no certificate in it");
}

static void test_broken_in_the_middle(void **state)
{
	struct cert ec = root(CERT_KEY_P256);
	const char *pem = cert_pem(&ec);
	char file[8192];
	char *bad;

	(void)state;
	snprintf(file, sizeof(file), "%s\n%.200s", pem, pem);
	assert_refused(string_file(file), "has no END line");
	snprintf(file, sizeof(file), "%.200s\n%s", pem, pem);
	assert_refused(string_file(file), "line 1: what begins here");
	snprintf(file, sizeof(file), "\n%s", pem);
	bad = strchr(strchr(file + 1, '\n') + 1, 'A');
	*bad = '!';
	assert_refused(
	    string_file(file), "line 2: what begins here is not base64");
}

static void test_the_end_says_something_else(void **state)
{
	(void)state;
	assert_refused(string_file("-----BEGIN CERTIFICATE-----\nAAAA\n"
				   "-----END PRIVATE KEY-----\n"),
	    "has no END line");
}

static void test_anchors_of_no_use_are_counted(void **state)
{
	struct cert good = root(CERT_KEY_P256);
	struct cert weak = root(CERT_KEY_RSA_1024);
	struct cert odd = root(CERT_KEY_ED25519);
	struct text why = words();
	struct trust *trust;
	char file[16384];

	(void)state;
	snprintf(file, sizeof(file), "%s%s%s", cert_pem(&weak), cert_pem(&good),
	    cert_pem(&odd));
	trust = trust_load(string_file(file), &why);
	assert_non_null(trust);
	assert_int_equal(trust_count(trust), 1);
	assert_int_equal(trust_skipped(trust), 2);
	trust_drop(trust);
	snprintf(file, sizeof(file), "%s%s", cert_pem(&weak), cert_pem(&odd));
	assert_refused(
	    string_file(file), "none of its 2 certificates can be used");
}

static void test_the_systems_bundle(void **state)
{
	struct text why = words();
	struct trust *trust = trust_load(NULL, &why);

	(void)state;
	assert_non_null(trust);
	assert_in_range(trust_count(trust), 50, 1000);
	assert_int_equal(trust_file(trust)[0], '/');
	assert_ptr_equal(trust_hold(trust), trust);
	trust_drop(trust);
	assert_in_range(trust_count(trust), 50, 1000);
	trust_drop(trust);
}

/* ---- our own certificate ---- */

static const char *identity_refusal(const char *certificate, const char *key)
{
	struct text why = words();
	struct identity *identity = identity_load(certificate, key, &why);

	if (identity) {
		identity_free(identity);
		return NULL;
	}
	return text_end(&why);
}

static const char *certificate_file(enum cert_key kind)
{
	struct cert cert = cert_make(
	    &(struct cert_recipe){ .common_name = "Client", .key = kind },
	    NULL);

	return string_file(cert_pem(&cert));
}

/* As "openssl rsa -traditional" and "openssl ecparam -genkey" write them. */
static const char *old_key_file(enum cert_key kind, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *file;
	char *octets;
	long len;

	if (kind == CERT_KEY_P256)
		BIO_puts(bio, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw=="
			      "\n-----END EC PARAMETERS-----\n");
	assert_true(PEM_write_bio_PrivateKey_traditional(bio, certs_key(kind),
	    passphrase ? EVP_aes_128_cbc() : NULL,
	    (const unsigned char *)passphrase,
	    passphrase ? (int)strlen(passphrase) : 0, NULL, NULL));
	len = BIO_get_mem_data(bio, &octets);
	file = certs_file(octets, (size_t)len);
	BIO_free(bio);
	return file;
}

static void test_identities_of_all_kinds(void **state)
{
	static const enum cert_key kinds[] = {
		CERT_KEY_RSA_2048,
		CERT_KEY_P256,
		CERT_KEY_P384,
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const char *certificate = certificate_file(kinds[i]);
		const char *key =
		    string_file(key_pem(certs_key(kinds[i]), NULL));

		assert_null(identity_refusal(certificate, key));
		assert_null(identity_refusal(
		    certificate, old_key_file(kinds[i], NULL)));
	}
}

static void test_identity_in_one_file(void **state)
{
	struct cert cert =
	    cert_make(&(struct cert_recipe){ .common_name = "Client",
			  .key = CERT_KEY_P256 },
		NULL);
	char file[8192];

	(void)state;
	snprintf(file, sizeof(file), "%s%s", key_pem(cert.key, NULL),
	    cert_pem(&cert));
	assert_null(identity_refusal(string_file(file), NULL));
	assert_non_null(
	    strstr(identity_refusal(certificate_file(CERT_KEY_P256), NULL),
		"there is no private key in it"));
}

static void test_identity_that_does_not_fit(void **state)
{
	const char *keys[] = {
		string_file(key_pem(certs_key(CERT_KEY_RSA_2048_OTHER), NULL)),
		string_file(key_pem(certs_key(CERT_KEY_P256), NULL)),
	};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_non_null(
		    strstr(identity_refusal(
			       certificate_file(CERT_KEY_RSA_2048), keys[i]),
			"the key is not that of the certificate in "));
	assert_non_null(strstr(
	    identity_refusal(certificate_file(CERT_KEY_P256_OTHER), keys[1]),
	    "the key is not that of the certificate in "));
	assert_non_null(strstr(identity_refusal(keys[1], keys[1]),
	    "there is no certificate in it"));
}

static void test_encrypted_keys(void **state)
{
	const char *certificate = certificate_file(CERT_KEY_RSA_2048);

	(void)state;
	assert_non_null(strstr(
	    identity_refusal(certificate,
		string_file(key_pem(certs_key(CERT_KEY_RSA_2048), "pass"))),
	    "the key is encrypted with a passphrase"));
	assert_non_null(strstr(identity_refusal(certificate,
				   old_key_file(CERT_KEY_RSA_2048, "pass")),
	    "the key is encrypted with a passphrase"));
}

static void test_keys_of_no_use(void **state)
{
	const char *certificate = certificate_file(CERT_KEY_RSA_2048);

	(void)state;
	assert_non_null(
	    strstr(identity_refusal(certificate,
		       string_file(key_pem(certs_key(CERT_KEY_ED25519), NULL))),
		"the key cannot be used"));
	assert_non_null(
	    strstr(identity_refusal(certificate,
		       string_file("-----BEGIN PRIVATE KEY-----\nAAAA\n"
				   "-----END PRIVATE KEY-----\n")),
		"the key cannot be used"));
}

/*
 * An RSA key in DER with numbers of these lengths. It is no key, but what
 * counts here is that nobody tries to read it.
 */
static const char *large_key_file(size_t modulus, size_t half)
{
	const size_t lens[] = {
		modulus,
		3,
		modulus,
		half,
		half,
		half,
		half,
		half,
	};
	unsigned char *der = calloc(1, 16384);
	size_t at = 4;
	BIO *bio = BIO_new(BIO_s_mem());
	const char *file;
	char *octets;
	long len;

	assert_non_null(der);
	memcpy(der + at, "\x02\x01\x00", 3);
	at += 3;
	for (size_t i = 0; i < 8; i++) {
		der[at++] = 0x02;
		der[at++] = 0x82;
		der[at++] = (unsigned char)(lens[i] >> 8);
		der[at++] = (unsigned char)lens[i];
		memset(der + at, 0x55, lens[i]);
		at += lens[i];
	}
	memcpy(der, "\x30\x82", 2);
	der[2] = (unsigned char)((at - 4) >> 8);
	der[3] = (unsigned char)(at - 4);
	PEM_write_bio(bio, "RSA PRIVATE KEY", "", der, (long)at);
	len = BIO_get_mem_data(bio, &octets);
	file = certs_file(octets, (size_t)len);
	BIO_free(bio);
	free(der);
	return file;
}

static void test_keys_too_large(void **state)
{
	const char *certificate = certificate_file(CERT_KEY_RSA_2048);

	(void)state;
	assert_non_null(
	    strstr(identity_refusal(certificate, large_key_file(512, 256)),
		"the key is not that of the certificate"));
	assert_non_null(
	    strstr(identity_refusal(certificate, large_key_file(624, 312)),
		"the key cannot be used"));
	assert_non_null(
	    strstr(identity_refusal(certificate, large_key_file(512, 312)),
		"the key cannot be used"));
	assert_non_null(
	    strstr(identity_refusal(certificate, large_key_file(1024, 512)),
		"the key cannot be used"));
}

static void test_own_rsa_key_of_4096_bits(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(4096);
	const char *file = string_file(key_pem(key, NULL));
	struct cert cert =
	    cert_make(&(struct cert_recipe){ .common_name = "Client",
			  .key = CERT_KEY_RSA_2048 },
		NULL);

	(void)state;
	X509_set_pubkey(cert.x509, key);
	X509_sign(cert.x509, key, EVP_sha256());
	assert_null(identity_refusal(string_file(cert_pem(&cert)), file));
	EVP_PKEY_free(key);
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
		cmocka_unit_test(test_shapes_of_files),
		cmocka_unit_test(test_no_last_newline),
		cmocka_unit_test(test_nothing_in_it),
		cmocka_unit_test(test_broken_in_the_middle),
		cmocka_unit_test(test_the_end_says_something_else),
		cmocka_unit_test(test_anchors_of_no_use_are_counted),
		cmocka_unit_test(test_the_systems_bundle),
		cmocka_unit_test(test_identities_of_all_kinds),
		cmocka_unit_test(test_identity_in_one_file),
		cmocka_unit_test(test_identity_that_does_not_fit),
		cmocka_unit_test(test_encrypted_keys),
		cmocka_unit_test(test_keys_of_no_use),
		cmocka_unit_test(test_keys_too_large),
		cmocka_unit_test(test_own_rsa_key_of_4096_bits),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
