#include "tls_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct cert scene_root, scene_issuer, scene_stranger;
static const char *root_file;
static char place[2048];

/* ---- the server ---- */

/* see tls_scene.h */
struct server server_new(const struct cert *chain, size_t count)
{
	struct server server = { .context = SSL_CTX_new(TLS_server_method()) };

	assert_non_null(server.context);
	SSL_CTX_set_security_level(server.context, 0);
	assert_int_equal(
	    SSL_CTX_use_certificate(server.context, chain[0].x509), 1);
	assert_int_equal(
	    SSL_CTX_use_PrivateKey(server.context, chain[0].key), 1);
	for (size_t i = 1; i < count; i++)
		SSL_CTX_add1_chain_cert(server.context, chain[i].x509);
	SSL_CTX_set_mode(server.context, SSL_MODE_NO_AUTO_CHAIN);
	return server;
}

static void server_start(struct server *server)
{
	server->ssl = SSL_new(server->context);
	server->in = BIO_new(BIO_s_mem());
	server->out = BIO_new(BIO_s_mem());
	assert_true(server->ssl && server->in && server->out);
	BIO_set_mem_eof_return(server->in, -1);
	SSL_set_bio(server->ssl, server->in, server->out);
	SSL_set_accept_state(server->ssl);
}

static void server_free(struct server *server)
{
	SSL_free(server->ssl);
	SSL_CTX_free(server->context);
}

/* see tls_scene.h */
size_t chain_make(enum chain shape, const struct cert_recipe *leaf,
    struct cert chain[CHAIN_MAX])
{
	struct cert_recipe above = {
		.common_name = "Issuer",
		.is_ca = true,
		.key = CERT_KEY_P256_OTHER,
	};
	struct cert own;

	switch (shape) {
	case CHAIN_FULL:
	case CHAIN_ROOTED:
		chain[0] = cert_make(leaf, &scene_issuer);
		chain[1] = scene_issuer;
		chain[2] = scene_root;
		return shape == CHAIN_ROOTED ? 3 : 2;
	case CHAIN_DIRECT:
		chain[0] = cert_make(leaf, &scene_root);
		return 1;
	case CHAIN_TORN:
		chain[0] = cert_make(leaf, &scene_issuer);
		return 1;
	case CHAIN_REVERSED:
		chain[0] = scene_issuer;
		chain[1] = cert_make(leaf, &scene_issuer);
		return 2;
	case CHAIN_STRANGE:
		chain[0] = cert_make(leaf, &scene_issuer);
		chain[1] = scene_stranger;
		chain[2] = scene_issuer;
		return 3;
	case CHAIN_SELF:
		chain[0] = cert_make(leaf, NULL);
		return 1;
	case CHAIN_LATE:
		above.days_from = -20;
		above.days_to = -10;
		break;
	case CHAIN_WEAK:
		above.digest = "SHA1";
		break;
	case CHAIN_NO_CA:
		above.is_ca = false;
		break;
	}
	own = cert_make(&above, &scene_root);
	chain[0] = cert_make(leaf, &own);
	chain[1] = own;
	return 2;
}

/* ---- the scene ---- */

/* see tls_scene.h */
void scene_open(struct scene *scene)
{
	struct text why;

	text_init(&why, place, sizeof(place));
	if (!scene->settings.name)
		scene->settings.name = "mail.example.com";
	if (!scene->settings.ca_file)
		scene->settings.ca_file = root_file;
	if (scene->grain == 0)
		scene->grain = GRAIN_WHOLE;
	scene->context = tls_context_new(&scene->settings, &why);
	if (!scene->context)
		fail_msg("%s", text_end(&why));
	scene->tls = tls_client_new(scene->context);
	assert_non_null(scene->tls);
	if (scene->server.context)
		server_start(&scene->server);
}

/* see tls_scene.h */
void scene_close(struct scene *scene)
{
	tls_free(scene->tls);
	tls_context_drop(scene->context);
	server_free(&scene->server);
}

/* see tls_scene.h */
struct scene scene_good(void)
{
	static const struct cert_recipe leaf = {
		.common_name = "mail.example.com",
		.uses = "serverAuth",
		.names = "DNS:mail.example.com",
		.key = CERT_KEY_P256,
	};
	struct scene scene = { 0 };
	struct cert chain[CHAIN_MAX];

	scene.server = server_new(chain, chain_make(CHAIN_FULL, &leaf, chain));
	return scene;
}

/* see tls_scene.h */
bool scene_to_server(struct scene *scene)
{
	struct span cipher = span_first(tls_cipher(scene->tls), scene->grain);

	if (cipher.len == 0)
		return false;
	assert_int_equal(
	    BIO_write(scene->server.in, cipher.ptr, (int)cipher.len),
	    (int)cipher.len);
	tls_took_cipher(scene->tls, cipher.len);
	return true;
}

/* What is not taken stays at the front of the server's out. */
/* see tls_scene.h */
bool scene_from_server(struct scene *scene)
{
	char *octets;
	long len = BIO_get_mem_data(scene->server.out, &octets);
	struct span cipher =
	    span_first(span_make(octets, (size_t)len), scene->grain);
	size_t used = tls_put_cipher(scene->tls, cipher);
	static char dropped[GRAIN_WHOLE];

	assert_true(used <= cipher.len);
	if (used > 0)
		assert_int_equal(
		    BIO_read(scene->server.out, dropped, (int)used), (int)used);
	return used > 0;
}

/* see tls_scene.h */
void scene_pump(struct scene *scene)
{
	bool is_moving;

	do {
		is_moving = scene_to_server(scene);
		if (!SSL_is_init_finished(scene->server.ssl))
			SSL_do_handshake(scene->server.ssl);
		is_moving |= scene_from_server(scene);
	} while (is_moving);
}

/* see tls_scene.h */
const char *scene_explained(const struct scene *scene)
{
	struct text words;

	text_init(&words, place, sizeof(place));
	tls_explain(scene->tls, &words);
	return text_end(&words);
}

/* see tls_scene.h */
void scene_assert_fault(
    struct scene *scene, enum tls_fault fault, const char *words)
{
	const char *said = scene_explained(scene);

	if (tls_state(scene->tls) != TLS_FAILED ||
	    tls_fault(scene->tls) != fault || !strstr(said, words))
		fail_msg("state %d, fault %s, \"%s\" instead of \"%s\"",
		    (int)tls_state(scene->tls),
		    tls_fault_name(tls_fault(scene->tls)), said, words);
	assert_int_equal(tls_cipher(scene->tls).len, 0);
	assert_int_equal(tls_put_plain(scene->tls, SPAN("secret")), 0);
	assert_int_equal(tls_put_cipher(scene->tls, SPAN("more")), 0);
}

/* see tls_scene.h */
void scene_assert_open(struct scene *scene)
{
	if (tls_state(scene->tls) != TLS_OPEN)
		fail_msg("state %d, fault %s, \"%s\"",
		    (int)tls_state(scene->tls),
		    tls_fault_name(tls_fault(scene->tls)),
		    scene_explained(scene));
	assert_int_equal(tls_fault(scene->tls), TLS_FAULT_NONE);
	assert_string_equal(scene_explained(scene), "");
}

/* see tls_scene.h */
const char *scene_file(const struct cert *cert)
{
	char *pem = cert_pem(cert);

	return certs_file(pem, strlen(pem));
}

/* see tls_scene.h */
int scene_begin(void **state)
{
	struct cert_recipe recipe = { .common_name = "Root",
		.is_ca = true,
		.key = CERT_KEY_RSA_2048_OTHER };

	(void)state;
	scene_root = cert_make(&recipe, NULL);
	recipe.common_name = "Stranger";
	recipe.key = CERT_KEY_P384;
	scene_stranger = cert_make(&recipe, NULL);
	recipe.common_name = "Issuer";
	recipe.key = CERT_KEY_P256_OTHER;
	scene_issuer = cert_make(&recipe, &scene_root);
	root_file = scene_file(&scene_root);
	return 0;
}

/* see tls_scene.h */
int scene_finish(void **state)
{
	(void)state;
	certs_finish();
	return 0;
}
