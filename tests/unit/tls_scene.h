/*
 * tls_scene - the TLS engine and OpenSSL as its server, without a socket.
 *
 * Octets pass between the two through memory, in grains as large as the scene
 * says. The authorities are made once, by scene_begin.
 */
#ifndef TESTS_TLS_SCENE_H
#define TESTS_TLS_SCENE_H

#include <openssl/ssl.h>

#include "certs.h"
#include "tls/tls.h"

enum { GRAIN_WHOLE = 1 << 20 };

/* How the server's chain is put together. */
enum chain {
	CHAIN_FULL,	/* leaf, issuer */
	CHAIN_ROOTED,	/* leaf, issuer, root */
	CHAIN_DIRECT,	/* leaf, issued by the root */
	CHAIN_TORN,	/* leaf without its issuer */
	CHAIN_REVERSED, /* issuer, leaf; the handshake is signed by the issuer
			 */
	CHAIN_STRANGE,	/* leaf, something else, issuer */
	CHAIN_SELF,	/* the leaf signed by itself */
	CHAIN_LATE,	/* the issuer has expired */
	CHAIN_WEAK,	/* the issuer is signed over SHA-1 */
	CHAIN_NO_CA,	/* the issuer is no authority */
};

enum { CHAIN_MAX = 3 };

/* "Root"; "Issuer", issued by it; "Stranger", another root. */
extern struct cert scene_root, scene_issuer, scene_stranger;

struct server {
	SSL_CTX *context;
	SSL *ssl;
	BIO *in;
	BIO *out;
};

/* What is zero is filled in by scene_open: mail.example.com is wanted, the
 * root is trusted, octets pass as many at a time as there are. */
struct scene {
	struct tls_client_settings settings;
	struct tls_context *context;
	struct tls *tls;
	struct server server; /* all zero: none */
	size_t grain;
};

/* A server that shows these certificates, the first one its own. */
struct server server_new(const struct cert *chain, size_t count);

/* Makes the certificates of a chain; returns how many. */
size_t chain_make(enum chain shape, const struct cert_recipe *leaf,
    struct cert chain[CHAIN_MAX]);

/* A scene with a server that has nothing wrong about it. */
struct scene scene_good(void);

void scene_open(struct scene *scene);
void scene_close(struct scene *scene);

/* Moves one grain, if there is one: from us to the server, and back. */
bool scene_to_server(struct scene *scene);
bool scene_from_server(struct scene *scene);

/* Lets octets pass until nothing moves. */
void scene_pump(struct scene *scene);

/* The words on what is wrong; they live until the next call. */
const char *scene_explained(const struct scene *scene);

/* It failed with this fault and these among its words, and is dead. */
void scene_assert_fault(
    struct scene *scene, enum tls_fault fault, const char *words);

/* It is open, and nothing is wrong. */
void scene_assert_open(struct scene *scene);

/* A file with its PEM. */
const char *scene_file(const struct cert *cert);

/* Around all tests of a program. */
int scene_begin(void **state);
int scene_finish(void **state);

#endif
