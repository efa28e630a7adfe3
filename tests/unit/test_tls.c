/*
 * The TLS engine: what it sends, servers old and odd, octets in grains, ends.
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

static char place[2048];

/* ---- what is sent and agreed on ---- */

static const char *server_name_sent(const char *name, const char *names)
{
	static char sent[256];
	struct cert_recipe leaf = { .names = names, .key = CERT_KEY_P256 };
	struct scene scene = { .settings = { .name = name } };
	struct cert chain[CHAIN_MAX];
	const char *heard;

	scene.server = server_new(chain, chain_make(CHAIN_FULL, &leaf, chain));
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_open(&scene);
	heard = SSL_get_servername(scene.server.ssl, TLSEXT_NAMETYPE_host_name);
	snprintf(sent, sizeof(sent), "%s", heard ? heard : "");
	scene_close(&scene);
	return sent;
}

static void test_server_name_sent(void **state)
{
	(void)state;
	assert_string_equal(
	    server_name_sent("mail.example.com", "DNS:mail.example.com"),
	    "mail.example.com");
	assert_string_equal(
	    server_name_sent("mail.example.com.", "DNS:mail.example.com"),
	    "mail.example.com");
	assert_string_equal(server_name_sent("192.0.2.1", "IP:192.0.2.1"), "");
	assert_string_equal(
	    server_name_sent("2001:db8::1", "IP:2001:db8::1"), "");
}

static void test_names_nobody_can_have(void **state)
{
	static const char *const names[] = {
		"",
		".",
		"..",
		"a..b",
		".example.com",
		"mail.example.com..",
		"m\xc3\xbcller.example",
		"a b",
		"*.example.com",
		"1.2.3",
		"192.0.2.256",
		"[::1]",
		"mail.example.com:587",
		("a-label-of-sixty-four-octets-is-one-too-long-for-"
		 "the-dns-to-keep.de"),
	};
	char long_name[300];
	struct tls_client_settings settings = { .ca_file =
						    scene_file(&scene_root) };
	struct text why;

	(void)state;
	for (size_t i = 0; i <= sizeof(names) / sizeof(names[0]); i++) {
		for (size_t j = 0; j < sizeof(long_name); j++)
			long_name[j] = j % 10 ? 'a' : '.';
		long_name[0] = 'a';
		long_name[255] = '\0';
		settings.name =
		    i < sizeof(names) / sizeof(names[0]) ? names[i] : long_name;
		text_init(&why, place, sizeof(place));
		assert_null(tls_context_new(&settings, &why));
		assert_non_null(strstr(
		    text_end(&why), "is neither a host name nor an address"));
	}
}

static void try_suite(const char *suite, enum cert_key key)
{
	struct cert_recipe leaf = { .names = "DNS:mail.example.com",
		.key = key };
	struct scene scene = { 0 };
	struct cert chain[CHAIN_MAX];

	scene.server = server_new(chain, chain_make(CHAIN_FULL, &leaf, chain));
	assert_int_equal(
	    SSL_CTX_set_cipher_list(scene.server.context, suite), 1);
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_open(&scene);
	assert_string_equal(tls_suite(scene.tls), suite);
	assert_string_equal(tls_version(scene.tls), "TLSv1.2");
	scene_close(&scene);
}

static void test_all_suites(void **state)
{
	(void)state;
	try_suite("ECDHE-RSA-AES128-GCM-SHA256", CERT_KEY_RSA_2048);
	try_suite("ECDHE-RSA-AES256-GCM-SHA384", CERT_KEY_RSA_2048);
	try_suite("ECDHE-RSA-CHACHA20-POLY1305", CERT_KEY_RSA_2048);
	try_suite("ECDHE-ECDSA-AES128-GCM-SHA256", CERT_KEY_P256);
	try_suite("ECDHE-ECDSA-AES256-GCM-SHA384", CERT_KEY_P256);
	try_suite("ECDHE-ECDSA-CHACHA20-POLY1305", CERT_KEY_P256);
}

static void test_describe(void **state)
{
	struct scene scene = scene_good();
	struct text words;

	(void)state;
	scene_open(&scene);
	text_init(&words, place, sizeof(place));
	tls_describe(scene.tls, &words);
	assert_int_equal(words.len, 0);
	assert_string_equal(tls_suite(scene.tls), "");
	scene_pump(&scene);
	tls_describe(scene.tls, &words);
	assert_non_null(strstr(text_end(&words),
	    "CN=mail.example.com, for mail.example.com, issued by CN=Issuer, "
	    "valid 20"));
	scene_close(&scene);
}

/* ---- servers too old, too new, or no servers ---- */

static void try_versions(int min, int max, const char *words)
{
	struct scene scene = scene_good();

	SSL_CTX_set_min_proto_version(scene.server.context, min);
	SSL_CTX_set_max_proto_version(scene.server.context, max);
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_fault(&scene, TLS_FAULT_VERSION, words);
	assert_non_null(strstr(
	    scene_explained(&scene), "this program speaks TLS 1.2 with"));
	scene_close(&scene);
}

static void test_versions(void **state)
{
	(void)state;
	try_versions(TLS1_3_VERSION, TLS1_3_VERSION,
	    "the server sent alert 70 (protocol version)");
	try_versions(TLS1_VERSION, TLS1_VERSION, "alert 40");
	try_versions(TLS1_1_VERSION, TLS1_1_VERSION, "alert 40");
}

static void test_no_suite_in_common(void **state)
{
	static const char *const suites[] = {
		"ECDHE-ECDSA-AES128-SHA256",
		"AES128-GCM-SHA256",
		"DHE-RSA-AES128-GCM-SHA256",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scene scene = scene_good();

		SSL_CTX_set_cipher_list(scene.server.context, suites[i]);
		SSL_CTX_set_max_proto_version(
		    scene.server.context, TLS1_2_VERSION);
		scene_open(&scene);
		scene_pump(&scene);
		scene_assert_fault(&scene, TLS_FAULT_VERSION,
		    "the server sent alert 40 (handshake failure)");
		scene_close(&scene);
	}
}

static void take_hello(struct scene *scene)
{
	while (tls_cipher(scene->tls).len > 0)
		tls_took_cipher(scene->tls, tls_cipher(scene->tls).len);
}

static void try_opening(
    struct span said, size_t grain, bool is_ended, const char *words)
{
	struct scene scene = { 0 };

	scene_open(&scene);
	take_hello(&scene);
	for (size_t at = 0; at < said.len; at += grain) {
		struct span part = span_first(span_from(said, at), grain);

		if (tls_state(scene.tls) == TLS_FAILED)
			break;
		assert_int_equal(tls_put_cipher(scene.tls, part), part.len);
	}
	if (is_ended)
		tls_end_of_stream(scene.tls);
	scene_assert_fault(&scene, TLS_FAULT_NOT_TLS, words);
	scene_close(&scene);
}

static void test_plain_text(void **state)
{
	static const struct {
		struct span said;
		bool is_ended;
		const char *words;
	} cases[] = {
		{ SPAN("220 mail.example.com ESMTP\r\n250 more\r\n"), false,
		    "in plain text, not in TLS: \"220 mail.example.com "
		    "ESMTP\"" },
		{ SPAN("SSH-2.0-x\n"), false, "\"SSH-2.0-x\"" },
		{ SPAN("220 half a gree"), true, "\"220 half a gree\"" },
		{ SPAN("\x00\x01\x02"), false,
		    "something that is not TLS: \"\\x00" },
		{ SPAN("\x16\x01"), false, "something that is not TLS" },
		{ SPAN("220 0123456789 0123456789 0123456789 0123456789 "
		       "0123456789 0123456789 0123456789 0123456789"),
		    false, "\"220 0123456789" },
	};
	static const size_t grains[] = { 1, 2, 3, 7, 64, GRAIN_WHOLE };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t j = 0; j < 6; j++)
			try_opening(cases[i].said, grains[j], cases[i].is_ended,
			    cases[i].words);
}

static void test_no_answer_at_all(void **state)
{
	struct scene scene = { 0 };

	(void)state;
	scene_open(&scene);
	take_hello(&scene);
	tls_end_of_stream(scene.tls);
	scene_assert_fault(&scene, TLS_FAULT_PROTOCOL,
	    "closed the connection in the TLS handshake");
	scene_close(&scene);
}

static void test_goodbye_in_the_handshake(void **state)
{
	struct scene scene = { 0 };

	(void)state;
	scene_open(&scene);
	take_hello(&scene);
	tls_put_cipher(scene.tls, SPAN("\x15\x03\x03\x00\x02\x01\x00"));
	take_hello(&scene);
	scene_assert_fault(&scene, TLS_FAULT_PROTOCOL, "ended the handshake");
	scene_close(&scene);
}

static void test_first_records(void **state)
{
	static const struct {
		struct span record;
		enum tls_fault fault;
		const char *words;
	} cases[] = {
		{ SPAN("\x15\x03\x03\x00\x02\x02\x28"), TLS_FAULT_VERSION,
		    "alert 40 (handshake failure)" },
		{ SPAN("\x15\x03\x01\x00\x02\x02\x46"), TLS_FAULT_VERSION,
		    "alert 70 (protocol version)" },
		{ SPAN("\x15\x03\x03\x00\x02\x02\x47"), TLS_FAULT_VERSION,
		    "alert 71 (insufficient security)" },
		{ SPAN("\x15\x03\x03\x00\x02\x02\x50"), TLS_FAULT_ALERT,
		    "the server gave up with alert 80 (internal error)" },
		{ SPAN("\x15\x03\x03\x00\x02\x02\xc8"), TLS_FAULT_ALERT,
		    "alert 200" },
		{ SPAN("\x16\x03\x03\xff\xff"), TLS_FAULT_PROTOCOL,
		    "a record of a wrong length" },
		/* A ServerHello of TLS 1.0. */
		{ SPAN("\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01"
		       "0123456789abcdef0123456789abcdef\x00\xc0\x13\x00"),
		    TLS_FAULT_VERSION, "chose another version of TLS" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene = { 0 };

		scene_open(&scene);
		take_hello(&scene);
		tls_put_cipher(scene.tls, cases[i].record);
		scene_assert_fault(&scene, cases[i].fault, cases[i].words);
		scene_close(&scene);
	}
}

/* A line injected behind "220 ready" stands where the handshake belongs, and
 * breaks it even before our hello has left. */
static void test_text_before_the_hello_has_left(void **state)
{
	struct scene scene = { 0 };

	(void)state;
	scene_open(&scene);
	tls_put_cipher(scene.tls, SPAN("250 injected\r\n"));
	scene_assert_fault(&scene, TLS_FAULT_NOT_TLS, "\"250 injected\"");
	scene_close(&scene);
}

/* ---- our own certificate ---- */

static int accept_any(int fine, X509_STORE_CTX *store)
{
	(void)fine;
	(void)store;
	return 1;
}

static void test_client_certificate(void **state)
{
	static const enum cert_key kinds[] = {
		CERT_KEY_RSA_2048,
		CERT_KEY_P256_OTHER,
		CERT_KEY_P384,
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scene scene = scene_good();
		struct cert own =
		    cert_make(&(struct cert_recipe){ .common_name = "client",
				  .key = kinds[i] },
			&scene_root);
		char *certificate = cert_pem(&own);
		char *key = key_pem(own.key, NULL);
		X509 *heard;

		scene.settings.client_certificate =
		    certs_file(certificate, strlen(certificate));
		scene.settings.client_key = certs_file(key, strlen(key));
		SSL_CTX_set_verify(scene.server.context,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
		    accept_any);
		scene_open(&scene);
		scene_pump(&scene);
		scene_assert_open(&scene);
		heard = SSL_get1_peer_certificate(scene.server.ssl);
		assert_int_equal(X509_cmp(heard, own.x509), 0);
		X509_free(heard);
		scene_close(&scene);
	}
}

static void test_client_certificate_missing(void **state)
{
	struct scene scene = scene_good();

	(void)state;
	SSL_CTX_set_verify(scene.server.context,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_fault(&scene, TLS_FAULT_ALERT,
	    "after it had asked for a client certificate, and none is "
	    "configured");
	scene_close(&scene);
}

static void test_client_certificate_not_needed(void **state)
{
	struct scene scene = scene_good();

	(void)state;
	SSL_CTX_set_verify(scene.server.context, SSL_VERIFY_PEER, accept_any);
	scene_open(&scene);
	scene_pump(&scene);
	scene_assert_open(&scene);
	scene_close(&scene);
}

static void test_client_key_alone(void **state)
{
	struct tls_client_settings settings = {
		.name = "mail.example.com",
		.client_key = "/nowhere",
		.ca_file = scene_file(&scene_root),
	};
	struct text why;

	(void)state;
	text_init(&why, place, sizeof(place));
	assert_null(tls_context_new(&settings, &why));
	assert_non_null(strstr(text_end(&why), "but no certificate"));
	settings.client_certificate = "/nowhere";
	text_init(&why, place, sizeof(place));
	assert_null(tls_context_new(&settings, &why));
	assert_non_null(strstr(text_end(&why), "/nowhere: No such file"));
}

/* ---- octets ---- */

/* Sends all of `plain` and has the server read it. */
static void say(struct scene *scene, const char *plain, size_t len)
{
	static char heard[GRAIN_WHOLE];
	size_t sent = 0, got = 0;

	assert_true(len <= sizeof(heard));
	while (got < len) {
		size_t now, before = sent + got;
		struct span part = span_first(
		    span_make(plain + sent, len - sent), scene->grain);

		sent += tls_put_plain(scene->tls, part);
		scene_pump(scene);
		while (SSL_read_ex(scene->server.ssl, heard + got,
			   sizeof(heard) - got, &now) == 1)
			got += now;
		assert_true(sent + got > before);
	}
	assert_int_equal(got, len);
	assert_memory_equal(heard, plain, len);
}

/* Has the server send all of `plain`, and reads it in the scene's grain. */
static void hear(struct scene *scene, const char *plain, size_t len)
{
	static char heard[GRAIN_WHOLE];
	size_t got = 0, written;

	assert_int_equal(
	    SSL_write_ex(scene->server.ssl, plain, len, &written), 1);
	assert_int_equal(written, len);
	while (got < len) {
		struct span part;

		scene_pump(scene);
		part = span_first(tls_plain(scene->tls), scene->grain);
		assert_true(part.len > 0);
		/* What was shown waits: nothing more is taken meanwhile. */
		assert_int_equal(tls_put_cipher(scene->tls, SPAN("x")), 0);
		memcpy(heard + got, part.ptr, part.len);
		got += part.len;
		tls_took_plain(scene->tls, part.len);
	}
	assert_int_equal(got, len);
	assert_memory_equal(heard, plain, len);
	assert_int_equal(tls_plain(scene->tls).len, 0);
}

static const char *noise(void)
{
	static char octets[GRAIN_WHOLE];
	uint32_t random = 1;

	for (size_t i = 0; i < sizeof(octets); i++) {
		random = random * 1664525 + 1013904223;
		octets[i] = (char)(random >> 24);
	}
	return octets;
}

static void test_octets_in_grains(void **state)
{
	static const size_t grains[] = { 1, 2, 3, 7, 64, GRAIN_WHOLE };
	const char *octets = noise();

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct scene scene = scene_good();

		scene.grain = grains[i];
		scene_open(&scene);
		assert_int_equal(tls_state(scene.tls), TLS_HANDSHAKE);
		assert_int_equal(tls_put_plain(scene.tls, SPAN("early")), 0);
		assert_int_equal(tls_plain(scene.tls).len, 0);
		scene_pump(&scene);
		scene_assert_open(&scene);
		say(&scene, "EHLO me\r\n", 9);
		hear(&scene, "250 you\r\n", 9);
		say(&scene, octets, 500);
		hear(&scene, octets, 700);
		scene_close(&scene);
	}
}

static void test_large_transfer(void **state)
{
	struct scene scene = scene_good();
	const char *octets = noise();

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	say(&scene, octets, GRAIN_WHOLE);
	hear(&scene, octets, GRAIN_WHOLE);
	scene_assert_open(&scene);
	scene_close(&scene);
}

/* Large records are what makes sending fast. */
static void test_records_are_full(void **state)
{
	struct scene scene = scene_good();
	const char *octets = noise();
	struct span cipher;

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	assert_int_equal(
	    tls_put_plain(scene.tls, span_make(octets, 20000)), 16384);
	assert_int_equal(tls_put_plain(scene.tls, SPAN("more")), 0);
	cipher = tls_cipher(scene.tls);
	assert_in_range(cipher.len, 16384 + 5, 16384 + 64);
	assert_int_equal(cipher.ptr[0], 23);
	scene_close(&scene);
}

/* Octets written into the record itself leave as those that were put. */
static void test_space_in_the_record(void **state)
{
	struct scene scene = scene_good();
	char heard[16];
	size_t room, len;
	char *space;

	(void)state;
	scene_open(&scene);
	assert_null(tls_space(scene.tls, &room));
	scene_pump(&scene);
	space = tls_space(scene.tls, &room);
	assert_non_null(space);
	assert_int_equal(room, 16384);
	tls_wrote(scene.tls, 0);
	assert_int_equal(tls_cipher(scene.tls).len, 0);
	for (int i = 0; i < 3; i++) {
		assert_ptr_equal(tls_space(scene.tls, &room), space);
		memcpy(space, "RSET\r\n", 6);
		tls_wrote(scene.tls, 6);
		assert_memory_not_equal(space, "RSET\r\n", 6);
		assert_null(tls_space(scene.tls, &room));
		scene_pump(&scene);
		assert_int_equal(
		    SSL_read_ex(scene.server.ssl, heard, sizeof(heard), &len),
		    1);
		assert_int_equal(len, 6);
		assert_memory_equal(heard, "RSET\r\n", 6);
		say(&scene, "NOOP\r\n", 6);
	}
	scene_close(&scene);
}

/* What was written there and not said is dropped by a goodbye. */
static void test_goodbye_while_the_space_is_lent(void **state)
{
	struct scene scene = scene_good();
	char heard[16];
	size_t room, len;

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	memcpy(tls_space(scene.tls, &room), "DATA\r\n", 6);
	tls_close(scene.tls);
	while (scene_to_server(&scene))
		;
	assert_int_equal(
	    SSL_read_ex(scene.server.ssl, heard, sizeof(heard), &len), 0);
	assert_int_equal(
	    SSL_get_shutdown(scene.server.ssl), SSL_RECEIVED_SHUTDOWN);
	scene_close(&scene);
}

static void test_changed_record(void **state)
{
	struct scene scene = scene_good();
	char *octets;
	size_t written;
	long len;

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	SSL_write_ex(scene.server.ssl, "250 fine\r\n", 10, &written);
	len = BIO_get_mem_data(scene.server.out, &octets);
	octets[len - 1] ^= 1;
	scene_pump(&scene);
	scene_assert_fault(&scene, TLS_FAULT_PROTOCOL, "changed on its way");
	assert_int_equal(tls_plain(scene.tls).len, 0);
	scene_close(&scene);
}

/* One octet of the server's hello, certificates, key or signature is changed
 * on its way: whatever is said about it, nothing opens. */
static void test_changed_handshake(void **state)
{
	enum { STEP = 13, END = 4000 };

	(void)state;
	for (size_t at = 0; at < END; at += STEP) {
		struct scene scene = scene_good();
		char *octets;
		size_t len;

		SSL_CTX_set_options(scene.server.context, SSL_OP_NO_TICKET);
		scene_open(&scene);
		scene_to_server(&scene);
		SSL_do_handshake(scene.server.ssl);
		len = (size_t)BIO_get_mem_data(scene.server.out, &octets);
		if (at < len) {
			octets[at] ^= 0x20;
			scene_pump(&scene);
			assert_int_not_equal(tls_state(scene.tls), TLS_OPEN);
			tls_end_of_stream(scene.tls);
			assert_int_equal(tls_state(scene.tls), TLS_FAILED);
			assert_true(strlen(scene_explained(&scene)) > 0);
		}
		scene_close(&scene);
		if (at >= len)
			return;
	}
	fail_msg("the server said more than expected");
}

static void test_plain_text_inside(void **state)
{
	struct scene scene = scene_good();

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	tls_put_cipher(scene.tls, SPAN("250 injected\r\n"));
	assert_int_equal(tls_state(scene.tls), TLS_FAILED);
	assert_int_equal(tls_plain(scene.tls).len, 0);
	scene_close(&scene);
}

/* The server asks, and hears an alert instead of another hello. */
static void test_no_renegotiation(void **state)
{
	struct scene scene = scene_good();

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	assert_int_equal(SSL_renegotiate(scene.server.ssl), 1);
	SSL_do_handshake(scene.server.ssl);
	scene_from_server(&scene);
	assert_true(tls_cipher(scene.tls).len > 0);
	assert_int_equal(tls_cipher(scene.tls).ptr[0], 0x15);
	scene_assert_open(&scene);
	scene_close(&scene);
}

/* ---- ends ---- */

static void test_goodbye_of_the_server(void **state)
{
	struct scene scene = scene_good();
	size_t written;

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	SSL_write_ex(scene.server.ssl, "221 bye\r\n", 9, &written);
	SSL_shutdown(scene.server.ssl);
	scene_pump(&scene);
	assert_int_equal(tls_state(scene.tls), TLS_OPEN);
	assert_int_equal(tls_plain(scene.tls).len, 9);
	tls_took_plain(scene.tls, 9);
	scene_pump(&scene);
	assert_int_equal(tls_state(scene.tls), TLS_CLOSED);
	assert_int_equal(SSL_shutdown(scene.server.ssl), 1);
	tls_end_of_stream(scene.tls);
	assert_int_equal(tls_state(scene.tls), TLS_CLOSED);
	assert_int_equal(tls_fault(scene.tls), TLS_FAULT_NONE);
	scene_close(&scene);
}

static void test_truncation(void **state)
{
	struct scene scene = scene_good();
	size_t written;

	(void)state;
	scene_open(&scene);
	scene_pump(&scene);
	SSL_write_ex(scene.server.ssl, "250 half", 8, &written);
	scene_pump(&scene);
	tls_end_of_stream(scene.tls);
	scene_assert_fault(&scene, TLS_FAULT_PROTOCOL, "without a TLS goodbye");
	assert_int_equal(tls_plain(scene.tls).len, 8);
	tls_took_plain(scene.tls, 8);
	assert_int_equal(tls_plain(scene.tls).len, 0);
	assert_int_equal(tls_state(scene.tls), TLS_FAILED);
	scene_close(&scene);
}

/* The server's last octets and our own wait when we leave. */
static void test_our_goodbye(void **state)
{
	(void)state;
	for (int unread = 0; unread < 2; unread++) {
		for (int unsent = 0; unsent < 2; unsent++) {
			struct scene scene = scene_good();
			char heard[16];
			size_t len;

			scene_open(&scene);
			scene_pump(&scene);
			if (unread)
				SSL_write_ex(
				    scene.server.ssl, "221 x", 5, &len);
			scene_pump(&scene);
			assert_int_equal(
			    tls_plain(scene.tls).len, unread ? 5 : 0);
			if (unsent)
				assert_int_equal(
				    tls_put_plain(scene.tls, SPAN("QUIT\r\n")),
				    6);
			tls_close(scene.tls);
			assert_int_equal(tls_state(scene.tls), TLS_CLOSED);
			assert_int_equal(tls_plain(scene.tls).len, 0);
			assert_true(tls_cipher(scene.tls).len > 0);
			assert_int_equal(
			    tls_put_plain(scene.tls, SPAN("x")), 0);
			while (scene_to_server(&scene))
				;
			if (unsent)
				assert_int_equal(
				    SSL_read_ex(scene.server.ssl, heard,
					sizeof(heard), &len),
				    1);
			assert_int_equal(SSL_read_ex(scene.server.ssl, heard,
					     sizeof(heard), &len),
			    0);
			assert_int_equal(SSL_get_shutdown(scene.server.ssl),
			    SSL_RECEIVED_SHUTDOWN);
			tls_close(scene.tls);
			tls_end_of_stream(scene.tls);
			assert_int_equal(tls_state(scene.tls), TLS_CLOSED);
			scene_close(&scene);
		}
	}
}

static void test_goodbye_before_open(void **state)
{
	struct scene scene = { 0 };

	(void)state;
	scene_open(&scene);
	tls_close(scene.tls);
	assert_int_equal(tls_state(scene.tls), TLS_CLOSED);
	take_hello(&scene);
	scene_close(&scene);
}

/* A reload drops the context while connections still use it. */
static void test_context_outlives_its_owner(void **state)
{
	struct scene scene = scene_good();

	(void)state;
	scene_open(&scene);
	tls_context_drop(scene.context);
	scene.context = NULL;
	scene_pump(&scene);
	scene_assert_open(&scene);
	scene_close(&scene);
}

static void test_two_connections_differ(void **state)
{
	struct scene scene = { 0 };
	struct tls *other;
	struct span a, b;

	(void)state;
	scene_open(&scene);
	other = tls_client_new(scene.context);
	assert_non_null(other);
	a = tls_cipher(scene.tls);
	b = tls_cipher(other);
	assert_int_equal(a.len, b.len);
	assert_true(memcmp(a.ptr, b.ptr, a.len) != 0);
	tls_free(other);
	scene_close(&scene);
}

static void test_fault_names(void **state)
{
	(void)state;
	for (enum tls_fault fault = 0; fault < TLS_FAULT_COUNT; fault++)
		assert_true(strlen(tls_fault_name(fault)) > 0);
	assert_string_equal(tls_fault_name(TLS_FAULT_NOT_TLS), "not-tls");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_name_sent),
		cmocka_unit_test(test_names_nobody_can_have),
		cmocka_unit_test(test_all_suites),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_no_suite_in_common),
		cmocka_unit_test(test_plain_text),
		cmocka_unit_test(test_no_answer_at_all),
		cmocka_unit_test(test_goodbye_in_the_handshake),
		cmocka_unit_test(test_first_records),
		cmocka_unit_test(test_text_before_the_hello_has_left),
		cmocka_unit_test(test_client_certificate),
		cmocka_unit_test(test_client_certificate_missing),
		cmocka_unit_test(test_client_certificate_not_needed),
		cmocka_unit_test(test_client_key_alone),
		cmocka_unit_test(test_octets_in_grains),
		cmocka_unit_test(test_large_transfer),
		cmocka_unit_test(test_records_are_full),
		cmocka_unit_test(test_space_in_the_record),
		cmocka_unit_test(test_goodbye_while_the_space_is_lent),
		cmocka_unit_test(test_changed_record),
		cmocka_unit_test(test_changed_handshake),
		cmocka_unit_test(test_plain_text_inside),
		cmocka_unit_test(test_no_renegotiation),
		cmocka_unit_test(test_goodbye_of_the_server),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_our_goodbye),
		cmocka_unit_test(test_goodbye_before_open),
		cmocka_unit_test(test_context_outlives_its_owner),
		cmocka_unit_test(test_two_connections_differ),
		cmocka_unit_test(test_fault_names),
	};

	return cmocka_run_group_tests(tests, scene_begin, scene_finish);
}
