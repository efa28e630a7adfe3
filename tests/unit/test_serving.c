/*
 * The TLS engine as a device's server: devices of today and of 2008, octets in
 * grains, devices that speak something else, certificates that do not do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tls_scene.h"

/* A device, and what it meets. */
struct device {
	SSL_CTX *context;
	SSL *ssl;
	BIO *in;
	BIO *out;
	struct tls_server_context *served;
	struct tls *tls;
	size_t grain;
};

static char place[1024];

/* Both files of a certificate of this key, issued by the issuer. */
static struct tls_server_settings settings_for(
    enum cert_key key, unsigned oldest)
{
	struct cert_recipe leaf = { .names = "DNS:relay.example", .key = key };
	struct cert own = cert_make(&leaf, &scene_issuer);
	static char pems[16384];
	int len = snprintf(pems, sizeof(pems), "%s%s", cert_pem(&own),
	    cert_pem(&scene_issuer));
	char *secret = key_pem(own.key, NULL);

	return (struct tls_server_settings){
		.certificate = certs_file(pems, (size_t)len),
		.key = certs_file(secret, strlen(secret)),
		.oldest = oldest,
	};
}

static void device_open(struct device *device,
    const struct tls_server_settings *settings, const char *ciphers, int newest)
{
	struct text why;

	text_init(&why, place, sizeof(place));
	device->served = tls_server_context_new(settings, &why);
	if (!device->served)
		fail_msg("%s", text_end(&why));
	device->tls = tls_server_new(device->served);
	assert_non_null(device->tls);
	device->context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(device->context, 0);
	SSL_CTX_set_min_proto_version(device->context, 0);
	SSL_CTX_set_max_proto_version(device->context, newest);
	if (ciphers)
		assert_int_equal(
		    SSL_CTX_set_cipher_list(device->context, ciphers), 1);
	device->ssl = SSL_new(device->context);
	device->in = BIO_new(BIO_s_mem());
	device->out = BIO_new(BIO_s_mem());
	BIO_set_mem_eof_return(device->in, -1);
	SSL_set_bio(device->ssl, device->in, device->out);
	SSL_set_connect_state(device->ssl);
	if (device->grain == 0)
		device->grain = GRAIN_WHOLE;
}

static void device_close(struct device *device)
{
	SSL_free(device->ssl);
	SSL_CTX_free(device->context);
	tls_free(device->tls);
	tls_server_context_drop(device->served);
}

static bool to_device(struct device *device)
{
	struct span cipher = span_first(tls_cipher(device->tls), device->grain);

	if (cipher.len == 0)
		return false;
	BIO_write(device->in, cipher.ptr, (int)cipher.len);
	tls_took_cipher(device->tls, cipher.len);
	return true;
}

static bool from_device(struct device *device)
{
	static char dropped[GRAIN_WHOLE];
	char *octets;
	long len = BIO_get_mem_data(device->out, &octets);
	size_t used = tls_put_cipher(device->tls,
	    span_first(span_make(octets, (size_t)len), device->grain));

	if (used > 0)
		BIO_read(device->out, dropped, (int)used);
	return used > 0;
}

static void pump(struct device *device)
{
	bool is_moving;

	do {
		if (!SSL_is_init_finished(device->ssl))
			SSL_do_handshake(device->ssl);
		is_moving = from_device(device);
		is_moving |= to_device(device);
	} while (is_moving);
}

static const char *explained(const struct device *device)
{
	struct text words;

	text_init(&words, place, sizeof(place));
	tls_explain(device->tls, &words);
	return text_end(&words);
}

/* ---- what is agreed on ---- */

/* Both directions carry octets. */
static void assert_talking(struct device *device)
{
	char heard[32] = "";

	assert_int_equal(SSL_write(device->ssl, "EHLO copier\r\n", 13), 13);
	pump(device);
	/* TLS 1.0 sends the first octet in a record of its own. */
	for (size_t len = 0; len < 13;) {
		struct span plain = tls_plain(device->tls);

		assert_true(plain.len > 0);
		memcpy(heard + len, plain.ptr, plain.len);
		len += plain.len;
		tls_took_plain(device->tls, plain.len);
		pump(device);
	}
	assert_string_equal(heard, "EHLO copier\r\n");
	assert_int_equal(tls_put_plain(device->tls, SPAN("250 relay\r\n")), 11);
	pump(device);
	for (int len = 0; len < 11;) {
		int got = SSL_read(device->ssl, heard + len, 11 - len);

		assert_true(got > 0);
		len += got;
	}
	assert_memory_equal(heard, "250 relay\r\n", 11);
}

static void try_agreed(enum cert_key key, unsigned oldest, int newest,
    const char *suite, const char *version)
{
	static const size_t grains[] = { 1, 7, GRAIN_WHOLE };
	struct tls_server_settings settings = settings_for(key, oldest);

	for (size_t i = 0; i < 3; i++) {
		struct device device = { .grain = grains[i] };

		device_open(&device, &settings, suite, newest);
		pump(&device);
		if (tls_state(device.tls) != TLS_OPEN)
			fail_msg(
			    "%s %s: %s", version, suite, explained(&device));
		if (suite)
			assert_string_equal(tls_suite(device.tls), suite);
		assert_string_equal(tls_version(device.tls), version);
		assert_talking(&device);
		device_close(&device);
	}
}

static void test_devices_of_today(void **state)
{
	(void)state;
	try_agreed(CERT_KEY_RSA_2048, TLS_1_2, TLS1_2_VERSION,
	    "ECDHE-RSA-AES256-GCM-SHA384", "TLSv1.2");
	try_agreed(CERT_KEY_P256, TLS_1_2, TLS1_2_VERSION,
	    "ECDHE-ECDSA-CHACHA20-POLY1305", "TLSv1.2");
	try_agreed(CERT_KEY_RSA_2048, TLS_1_2, TLS1_2_VERSION,
	    "ECDHE-RSA-AES128-SHA256", "TLSv1.2");
	try_agreed(CERT_KEY_P384, TLS_1_2, TLS1_2_VERSION,
	    "ECDHE-ECDSA-AES256-SHA384", "TLSv1.2");
	/* One that knows 1.3 as well. */
	try_agreed(CERT_KEY_RSA_2048, TLS_1_2, TLS1_3_VERSION, NULL, "TLSv1.2");
}

static void test_devices_of_2008(void **state)
{
	static const struct {
		int newest;
		const char *version;
	} rows[] = {
		{ TLS1_VERSION, "TLSv1.0" },
		{ TLS1_1_VERSION, "TLSv1.1" },
		{ TLS1_2_VERSION, "TLSv1.2" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		try_agreed(CERT_KEY_RSA_2048, TLS_1_0, rows[i].newest,
		    "AES128-SHA", rows[i].version);
		try_agreed(CERT_KEY_RSA_1024, TLS_1_0, rows[i].newest,
		    "AES256-SHA", rows[i].version);
		try_agreed(CERT_KEY_RSA_2048, TLS_1_0, rows[i].newest,
		    "ECDHE-RSA-AES128-SHA", rows[i].version);
		try_agreed(CERT_KEY_P256, TLS_1_0, rows[i].newest,
		    "ECDHE-ECDSA-AES256-SHA", rows[i].version);
	}
	try_agreed(CERT_KEY_RSA_2048, TLS_1_0, TLS1_2_VERSION,
	    "AES128-GCM-SHA256", "TLSv1.2");
	try_agreed(CERT_KEY_RSA_2048, TLS_1_0, TLS1_2_VERSION, "AES256-SHA256",
	    "TLSv1.2");
}

/* The choice is ours, and it is the newest. */
static void test_our_choice(void **state)
{
	struct tls_server_settings settings =
	    settings_for(CERT_KEY_RSA_2048, TLS_1_0);
	struct device device = { 0 };

	(void)state;
	device_open(&device, &settings,
	    "AES128-SHA:AES256-SHA256:ECDHE-RSA-AES128-SHA:"
	    "ECDHE-RSA-AES256-GCM-SHA384",
	    TLS1_2_VERSION);
	pump(&device);
	assert_string_equal(
	    tls_suite(device.tls), "ECDHE-RSA-AES256-GCM-SHA384");
	device_close(&device);
}

/* ---- what is not ---- */

static void try_refused(
    unsigned oldest, int newest, const char *suite, const char *words)
{
	struct tls_server_settings settings =
	    settings_for(CERT_KEY_RSA_2048, oldest);
	struct device device = { 0 };

	device_open(&device, &settings, suite, newest);
	pump(&device);
	if (tls_state(device.tls) != TLS_FAILED ||
	    tls_fault(device.tls) != TLS_FAULT_VERSION ||
	    !strstr(explained(&device), words))
		fail_msg("state %d, fault %s: %s", (int)tls_state(device.tls),
		    tls_fault_name(tls_fault(device.tls)), explained(&device));
	assert_int_equal(tls_put_plain(device.tls, SPAN("220 hello")), 0);
	device_close(&device);
}

static void test_devices_too_old(void **state)
{
	(void)state;
	try_refused(TLS_1_2, TLS1_VERSION, NULL, "newest is TLS 1.0");
	try_refused(TLS_1_2, TLS1_1_VERSION, NULL, "newest is TLS 1.1");
	try_refused(TLS_1_1, TLS1_VERSION, NULL, "newest is TLS 1.0");
	try_refused(TLS_1_2, TLS1_2_VERSION, "AES128-SHA",
	    "no TLS version or no cipher suite in common; the device's newest "
	    "is TLS 1.2");
	try_refused(TLS_1_2, TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA", "");
	try_refused(TLS_1_2, TLS1_2_VERSION, "AES128-GCM-SHA256", "");
	try_refused(TLS_1_0, TLS1_2_VERSION, "DHE-RSA-AES128-SHA", "");
}

static void test_no_tls(void **state)
{
	static const struct {
		struct span said;
		const char *words;
	} cases[] = {
		{ SPAN("EHLO copier\r\n"),
		    "the device said in plain text, not in TLS: \"EHLO "
		    "copier\"" },
		{ SPAN("\x80\x2e\x01\x03\x01\x00"),
		    "the device begins as in SSL 2.0, which cannot be served" },
		{ SPAN("\x00\x01"), "something that is not TLS" },
	};
	struct tls_server_settings settings =
	    settings_for(CERT_KEY_P256, TLS_1_0);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct device device = { 0 };

		device_open(&device, &settings, NULL, TLS1_2_VERSION);
		assert_int_equal(tls_put_cipher(device.tls, cases[i].said),
		    cases[i].said.len);
		assert_int_equal(tls_fault(device.tls), TLS_FAULT_NOT_TLS);
		if (!strstr(explained(&device), cases[i].words))
			fail_msg("%s", explained(&device));
		device_close(&device);
	}
}

/* It does not trust what it sees, and says so. */
static void test_device_refuses_certificate(void **state)
{
	struct tls_server_settings settings =
	    settings_for(CERT_KEY_P256, TLS_1_2);
	struct device device = { 0 };

	(void)state;
	device_open(&device, &settings, NULL, TLS1_2_VERSION);
	SSL_set_verify(device.ssl, SSL_VERIFY_PEER, NULL);
	pump(&device);
	assert_int_equal(tls_fault(device.tls), TLS_FAULT_ALERT);
	assert_non_null(
	    strstr(explained(&device), "the device gave up with alert 48"));
	device_close(&device);
}

static void test_device_leaves(void **state)
{
	struct tls_server_settings settings =
	    settings_for(CERT_KEY_P256, TLS_1_2);
	struct device device = { 0 };

	(void)state;
	device_open(&device, &settings, NULL, TLS1_2_VERSION);
	SSL_do_handshake(device.ssl);
	from_device(&device);
	tls_end_of_stream(device.tls);
	assert_int_equal(tls_fault(device.tls), TLS_FAULT_PROTOCOL);
	assert_string_equal(explained(&device),
	    "the device closed the connection in the TLS handshake");
	device_close(&device);
}

/* Our goodbye reaches the device, and its own octets wait for nobody. */
static void test_goodbye(void **state)
{
	struct tls_server_settings settings =
	    settings_for(CERT_KEY_RSA_2048, TLS_1_0);
	struct device device = { 0 };
	char octet;

	(void)state;
	device_open(&device, &settings, "AES128-SHA", TLS1_VERSION);
	pump(&device);
	SSL_write(device.ssl, "QUIT\r\nmore", 10);
	pump(&device);
	tls_put_plain(device.tls, SPAN("221 bye\r\n"));
	pump(&device);
	tls_close(device.tls);
	pump(&device);
	for (int i = 0; i < 9; i++)
		assert_int_equal(SSL_read(device.ssl, &octet, 1), 1);
	assert_true(SSL_read(device.ssl, &octet, 1) <= 0);
	assert_int_equal(SSL_get_shutdown(device.ssl), SSL_RECEIVED_SHUTDOWN);
	device_close(&device);
}

/* ---- certificates ---- */

static void assert_unusable(
    const struct tls_server_settings *settings, const char *words)
{
	struct text why;

	text_init(&why, place, sizeof(place));
	assert_null(tls_server_context_new(settings, &why));
	if (!strstr(text_end(&why), words) ||
	    !strstr(text_end(&why), settings->certificate))
		fail_msg("%s", text_end(&why));
}

static void test_certificates_that_will_not_do(void **state)
{
	struct tls_server_settings good = settings_for(CERT_KEY_P256, TLS_1_2);
	struct tls_server_settings bad = good;
	struct cert_recipe leaf = { .names = "DNS:relay.example",
		.key = CERT_KEY_P256 };
	struct cert own = cert_make(&leaf, &scene_issuer);
	char pems[16384];
	int len = snprintf(pems, sizeof(pems), "%s%s", cert_pem(&own),
	    cert_pem(&scene_stranger));

	(void)state;
	bad.certificate = "/nowhere/at-all.pem";
	assert_unusable(&bad, "No such file");
	bad.certificate = good.key;
	assert_unusable(&bad, "there is no certificate in it");
	bad.certificate = scene_file(&scene_issuer);
	assert_unusable(&bad, "the key is not that of the certificate");
	bad.certificate = certs_file(pems, (size_t)len);
	assert_unusable(&bad, "out of order");
}

static void test_when_it_ends(void **state)
{
	struct cert_recipe leaf = { .names = "DNS:relay.example",
		.key = CERT_KEY_P256,
		.days_from = -1,
		.days_to = 10 };
	struct cert own = cert_make(&leaf, NULL);
	char both[8192];
	int len = snprintf(
	    both, sizeof(both), "%s%s", cert_pem(&own), key_pem(own.key, NULL));
	struct tls_server_settings settings = {
		.certificate = certs_file(both, (size_t)len),
		.oldest = TLS_1_2,
	};
	struct text why;
	struct tls_server_context *served;
	int64_t days;

	(void)state;
	text_init(&why, place, sizeof(place));
	served = tls_server_context_new(&settings, &why);
	assert_non_null(served);
	days = (tls_server_context_ends(served) - (int64_t)time(NULL)) / 3600;
	assert_in_range(days, 9 * 24, 10 * 24);
	tls_server_context_drop(served);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices_of_today),
		cmocka_unit_test(test_devices_of_2008),
		cmocka_unit_test(test_our_choice),
		cmocka_unit_test(test_devices_too_old),
		cmocka_unit_test(test_no_tls),
		cmocka_unit_test(test_device_refuses_certificate),
		cmocka_unit_test(test_device_leaves),
		cmocka_unit_test(test_goodbye),
		cmocka_unit_test(test_certificates_that_will_not_do),
		cmocka_unit_test(test_when_it_ends),
	};

	return cmocka_run_group_tests(tests, scene_begin, scene_finish);
}
