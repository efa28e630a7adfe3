#include "certs.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_MAX = 512, HALF_A_YEAR_DAYS = 182 };

static EVP_PKEY *keys[CERT_KEY_COUNT];
static X509 *kept_x509[KEPT_MAX];
static char *kept[KEPT_MAX];
static char *files[KEPT_MAX];
static size_t x509_count, kept_count, file_count;

static void need(bool fine)
{
	if (fine)
		return;
	fputs("certs: OpenSSL or the system refused\n", stderr);
	abort();
}

static void *keep(void *memory)
{
	need(memory && kept_count < KEPT_MAX);
	kept[kept_count++] = memory;
	return memory;
}

static EVP_PKEY *make_key(enum cert_key kind)
{
	switch (kind) {
	case CERT_KEY_RSA_2048:
	case CERT_KEY_RSA_2048_OTHER:
		return EVP_RSA_gen(2048);
	case CERT_KEY_RSA_1024:
		return EVP_RSA_gen(1024);
	case CERT_KEY_P256:
	case CERT_KEY_P256_OTHER:
		return EVP_EC_gen("P-256");
	case CERT_KEY_P384:
		return EVP_EC_gen("P-384");
	case CERT_KEY_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case CERT_KEY_COUNT:
		break;
	}
	return NULL;
}

/* see certs.h */
EVP_PKEY *certs_key(enum cert_key kind)
{
	if (!keys[kind])
		keys[kind] = make_key(kind);
	need(keys[kind]);
	return keys[kind];
}

static void add_extension(X509 *x509, int id, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, id, value);

	need(extension && X509_add_ext(x509, extension, -1));
	X509_EXTENSION_free(extension);
}

static void add_names(X509 *x509, const struct cert_recipe *recipe)
{
	size_t cap = 64 * (size_t)(recipe->name_count + 8);
	char *value = keep(calloc(1, cap));

	for (int i = 0; i < recipe->name_count; i++)
		snprintf(value + strlen(value), cap - strlen(value),
		    "DNS:n%d.example.com,", i);
	if (recipe->names)
		snprintf(value + strlen(value), cap - strlen(value), "%s",
		    recipe->names);
	else if (recipe->name_count)
		value[strlen(value) - 1] = '\0';
	if (value[0])
		add_extension(x509, NID_subject_alt_name, value);
}

static void set_subject(X509 *x509, const char *common_name)
{
	X509_NAME *name = X509_NAME_new();

	need(name);
	if (common_name)
		need(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		    (const unsigned char *)common_name, -1, -1, 0));
	need(X509_set_subject_name(x509, name));
	X509_NAME_free(name);
}

static void set_dates(X509 *x509, const struct cert_recipe *recipe)
{
	bool is_default = !recipe->days_from && !recipe->days_to;
	int from = is_default ? -HALF_A_YEAR_DAYS : recipe->days_from;
	int to = is_default ? HALF_A_YEAR_DAYS : recipe->days_to;

	need(X509_time_adj_ex(X509_getm_notBefore(x509), from, 0, NULL));
	need(X509_time_adj_ex(X509_getm_notAfter(x509), to, 0, NULL));
}

/* see certs.h */
struct cert cert_make(
    const struct cert_recipe *recipe, const struct cert *issuer)
{
	static long serial = 1;
	struct cert cert = { X509_new(), certs_key(recipe->key) };
	const struct cert *signer = issuer ? issuer : &cert;
	const EVP_MD *digest =
	    EVP_get_digestbyname(recipe->digest ? recipe->digest : "SHA256");

	need(cert.x509 && x509_count < KEPT_MAX);
	kept_x509[x509_count++] = cert.x509;
	X509_set_version(cert.x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert.x509), serial++);
	set_subject(cert.x509, recipe->common_name);
	need(X509_set_issuer_name(
	    cert.x509, X509_get_subject_name(signer->x509)));
	set_dates(cert.x509, recipe);
	need(X509_set_pubkey(cert.x509, cert.key));
	add_names(cert.x509, recipe);
	if (recipe->is_said_no_ca)
		add_extension(cert.x509, NID_basic_constraints, "CA:FALSE");
	if (recipe->is_ca)
		add_extension(
		    cert.x509, NID_basic_constraints, "critical,CA:TRUE");
	if (recipe->uses)
		add_extension(cert.x509, NID_ext_key_usage, recipe->uses);
	if (EVP_PKEY_is_a(signer->key, "ED25519"))
		digest = NULL;
	need(X509_sign(cert.x509, signer->key, digest) > 0);
	return cert;
}

/* see certs.h */
size_t cert_der(const struct cert *cert, unsigned char **der)
{
	int len = i2d_X509(cert->x509, NULL);
	unsigned char *end;

	need(len > 0);
	end = *der = keep(malloc((size_t)len));
	i2d_X509(cert->x509, &end);
	return (size_t)len;
}

/* see certs.h */
void cert_pin(const struct cert *cert, unsigned char pin[32])
{
	unsigned char *key = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert->x509), &key);

	need(len > 0);
	SHA256(key, (size_t)len, pin);
	OPENSSL_free(key);
}

static char *keep_bio(BIO *bio)
{
	char *octets;
	long len = BIO_get_mem_data(bio, &octets);
	char *copy = keep(calloc(1, (size_t)len + 1));

	memcpy(copy, octets, (size_t)len);
	BIO_free(bio);
	return copy;
}

/* see certs.h */
char *cert_pem(const struct cert *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());

	need(bio && PEM_write_bio_X509(bio, cert->x509));
	return keep_bio(bio);
}

/* see certs.h */
char *key_pem(EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());

	need(bio && PEM_write_bio_PKCS8PrivateKey(bio, key,
			passphrase ? EVP_aes_128_cbc() : NULL, passphrase,
			passphrase ? (int)strlen(passphrase) : 0, NULL, NULL));
	return keep_bio(bio);
}

/* see certs.h */
const char *certs_file(const char *octets, size_t len)
{
	char *path = strdup("/tmp/smtpseal-test-XXXXXX");
	int file;

	need(path && file_count < KEPT_MAX);
	file = mkstemp(path);
	need(file >= 0 && write(file, octets, len) == (ssize_t)len);
	close(file);
	files[file_count++] = path;
	return path;
}

/* see certs.h */
void certs_finish(void)
{
	while (file_count > 0) {
		unlink(files[--file_count]);
		free(files[file_count]);
	}
	while (kept_count > 0)
		free(kept[--kept_count]);
	while (x509_count > 0)
		X509_free(kept_x509[--x509_count]);
	for (int i = 0; i < CERT_KEY_COUNT; i++) {
		EVP_PKEY_free(keys[i]);
		keys[i] = NULL;
	}
}
