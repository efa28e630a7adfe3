/*
 * certs - certificates made on the spot, good ones and bad ones.
 *
 * Keys are made once and shared by certificates of the same kind, as making
 * them takes long. Everything aborts when OpenSSL does: a test without its
 * certificates says nothing.
 *
 * Owns: keys and certificates, all freed by certs_finish.
 */
#ifndef TESTS_CERTS_H
#define TESTS_CERTS_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

enum cert_key {
	CERT_KEY_RSA_2048,
	CERT_KEY_RSA_2048_OTHER,
	CERT_KEY_RSA_1024,
	CERT_KEY_P256,
	CERT_KEY_P256_OTHER,
	CERT_KEY_P384,
	CERT_KEY_ED25519,
	CERT_KEY_COUNT,
};

/* What is zero is left out, but for the dates: then a year around today. */
struct cert_recipe {
	const char *common_name;
	const char *names; /* as in openssl.cnf: "DNS:a.example,IP:192.0.2.1" */
	const char *uses;  /* "serverAuth" */
	bool is_ca;
	bool is_said_no_ca; /* CA:FALSE, instead of no word on it */
	const char *digest; /* "SHA256" unless said */
	enum cert_key key;
	int days_from; /* of validity, from today */
	int days_to;
	int name_count; /* so many names more: n0.example.com ... */
};

struct cert {
	X509 *x509;
	EVP_PKEY *key;
};

/* The shared key of this kind. */
EVP_PKEY *certs_key(enum cert_key kind);

/* A certificate signed by `issuer`, or by itself when that is NULL. */
struct cert cert_make(
    const struct cert_recipe *recipe, const struct cert *issuer);

/* Its DER; the length is returned. `*der` lives until certs_finish. */
size_t cert_der(const struct cert *cert, unsigned char **der);

/* SHA-256 of its SubjectPublicKeyInfo. */
void cert_pin(const struct cert *cert, unsigned char pin[32]);

/* PEM of a certificate, of a key; NUL-ended, until certs_finish. With a
 * passphrase the key is encrypted. */
char *cert_pem(const struct cert *cert);
char *key_pem(EVP_PKEY *key, const char *passphrase);

/* Writes a temporary file; its name lives until certs_finish, which removes
 * it. */
const char *certs_file(const char *octets, size_t len);

void certs_finish(void);

#endif
