#include "tls/identity.h"

#include <bearssl.h>
#include <string.h>

#include "base/arena.h"
#include "base/ensure.h"
#include "tls/certificate.h"
#include "tls/der.h"
#include "tls/pem.h"

enum {
	RSA_MAX_OCTETS = 512,
	EC_MAX_OCTETS = 66,
};

struct identity {
	struct arena arena; /* holds the identity itself, too */
	const char *file;   /* of the certificate, for what is said of it */
	br_x509_certificate *chain;
	size_t chain_len;
	br_skey_decoder_context key;
};

static void say(struct text *why, const char *file, const char *words)
{
	text_puts(why, file);
	text_puts(why, ": ");
	text_puts(why, words);
}

/* ---- is it safe to decode? ---- */

static bool take_integer(struct span *rest, size_t max_octets)
{
	struct span integer;

	if (!der_take_tag(rest, DER_INTEGER, &integer))
		return false;
	while (integer.len > 0 && integer.ptr[0] == 0)
		integer = span_from(integer, 1);
	return integer.len <= max_octets;
}

/* Modulus, exponents, then five numbers of half the length: RFC 8017 A.1.2,
 * behind the version. */
static bool is_rsa_in_bounds(struct span rest)
{
	for (int i = 0; i < 3; i++)
		if (!take_integer(&rest, RSA_MAX_OCTETS))
			return false;
	for (int i = 0; i < 5; i++)
		if (!take_integer(&rest, RSA_MAX_OCTETS / 2))
			return false;
	return rest.len == 0;
}

/*
 * BearSSL 0.6 writes behind its own memory when a key is larger than it can
 * hold, so the sizes are looked at before it sees the key. PKCS#8 is a shell
 * around one of the other two forms.
 */
static bool is_in_bounds(struct span der, bool is_shell_allowed)
{
	struct span body, skipped, inner;

	if (!der_take_tag(&der, DER_SEQUENCE, &body) ||
	    !der_take_tag(&body, DER_INTEGER, &skipped))
		return false;
	if (der_take_tag(&body, DER_OCTET_STRING, &inner))
		return inner.len <= EC_MAX_OCTETS;
	if (!der_take_tag(&body, DER_SEQUENCE, &skipped))
		return is_rsa_in_bounds(body);
	return is_shell_allowed &&
	       der_take_tag(&body, DER_OCTET_STRING, &inner) &&
	       is_in_bounds(inner, false);
}

/* ---- reading ---- */

static bool is_key(struct span label)
{
	static const struct span tail = SPAN("PRIVATE KEY");

	return label.len >= tail.len &&
	       span_equal(span_from(label, label.len - tail.len), tail);
}

static bool decode_key(struct identity *identity,
    const struct pem_object *object, const char *file, struct text *why)
{
	if (object->is_encrypted) {
		say(why, file, "the key is encrypted with a passphrase");
		return false;
	}
	br_skey_decoder_init(&identity->key);
	if (is_in_bounds(object->der, true))
		br_skey_decoder_push(
		    &identity->key, object->der.ptr, object->der.len);
	if (br_skey_decoder_last_error(&identity->key) == 0)
		return true;
	say(why, file,
	    "the key cannot be used (it must be RSA of at most "
	    "4096 bits or EC on P-256, P-384 or P-521)");
	return false;
}

/* Other objects, such as EC parameters, may stand in front of the key. */
static bool read_key(
    struct identity *identity, const char *file, struct text *why)
{
	struct pem_object object;
	enum pem_verdict verdict;
	struct pem pem;
	bool fine = false;

	if (!pem_open(&pem, file, why))
		return false;
	do
		verdict = pem_next(&pem, &object, why);
	while (verdict == PEM_OBJECT && !is_key(object.label));
	if (verdict == PEM_OBJECT)
		fine = decode_key(identity, &object, file, why);
	else if (verdict == PEM_END)
		say(why, file, "there is no private key in it");
	pem_close(&pem);
	return fine;
}

static void add(struct identity *identity, struct span der)
{
	br_x509_certificate *certificate;

	identity->chain = arena_grow(&identity->arena, identity->chain,
	    &identity->chain_len, sizeof(*identity->chain));
	certificate = &identity->chain[identity->chain_len - 1];
	certificate->data =
	    (unsigned char *)arena_string(&identity->arena, der);
	certificate->data_len = der.len;
}

static bool read_chain(
    struct identity *identity, const char *file, struct text *why)
{
	struct pem_object object;
	enum pem_verdict verdict;
	struct pem pem;

	if (!pem_open(&pem, file, why))
		return false;
	while ((verdict = pem_next(&pem, &object, why)) == PEM_OBJECT)
		if (span_equal(object.label, SPAN("CERTIFICATE")))
			add(identity, object.der);
	pem_close(&pem);
	if (verdict == PEM_END && identity->chain_len == 0)
		say(why, file, "there is no certificate in it");
	return verdict == PEM_END && identity->chain_len > 0;
}

/* ---- do they belong together? ---- */

/* BearSSL's faster variant of this gives nothing for 4096 bits. */
static bool is_rsa_pair(
    const br_rsa_public_key *public, const br_rsa_private_key *private)
{
	unsigned char modulus[RSA_MAX_OCTETS];
	size_t len;

	if ((private->n_bitlen + 7) / 8 > sizeof(modulus))
		return false;
	len = br_rsa_i15_compute_modulus(modulus, private);
	return len == public->nlen && memcmp(modulus, public->n, len) == 0;
}

static bool is_ec_pair(
    const br_ec_public_key *public, const br_ec_private_key *private)
{
	unsigned char point[BR_EC_KBUF_PUB_MAX_SIZE];
	size_t len =
	    br_ec_compute_pub(br_ec_get_default(), NULL, point, private);

	return len > 0 && len == public->qlen &&
	       public->curve == private->curve &&
	       memcmp(point, public->q, len) == 0;
}

static bool is_pair(const struct identity *identity)
{
	const br_x509_certificate *own = &identity->chain[0];
	br_x509_decoder_context decoder;
	const br_x509_pkey *public;

	br_x509_decoder_init(&decoder, NULL, NULL);
	br_x509_decoder_push(&decoder, own->data, own->data_len);
	public = br_x509_decoder_get_pkey(&decoder);
	if (!public ||
	    public->key_type != br_skey_decoder_key_type(&identity->key))
		return false;
	if (public->key_type == BR_KEYTYPE_RSA)
		return is_rsa_pair(
		    &public->key.rsa, br_skey_decoder_get_rsa(&identity->key));
	return is_ec_pair(
	    &public->key.ec, br_skey_decoder_get_ec(&identity->key));
}

/* ---- asked for a certificate, and having none ---- */

static void ask(const br_ssl_client_certificate_class **vtable)
{
	container_of(vtable, struct stranger, vtable)->is_asked = true;
}

static void skip_name(
    const br_ssl_client_certificate_class **vtable, size_t len)
{
	(void)vtable;
	(void)len;
}

static void skip_octets(const br_ssl_client_certificate_class **vtable,
    const unsigned char *octets, size_t len)
{
	(void)vtable;
	(void)octets;
	(void)len;
}

static void skip(const br_ssl_client_certificate_class **vtable)
{
	(void)vtable;
}

/* An empty chain: the server decides whether that will do. */
static void choose_none(const br_ssl_client_certificate_class **vtable,
    const br_ssl_client_context *client, uint32_t types,
    br_ssl_client_certificate *choice)
{
	(void)vtable;
	(void)client;
	(void)types;
	*choice = (br_ssl_client_certificate){ 0 };
}

static const br_ssl_client_certificate_class nobody = {
	.context_size = sizeof(struct stranger),
	.start_name_list = ask,
	.start_name = skip_name,
	.append_name = skip_octets,
	.end_name = skip,
	.end_name_list = skip,
	.choose = choose_none,
};

/* see identity.h */
struct identity *identity_load(
    const char *certificate, const char *key, struct text *why)
{
	struct arena arena = { 0 };
	struct identity *identity = arena_alloc(&arena, sizeof(*identity));

	identity->arena = arena;
	identity->file = arena_string(
	    &identity->arena, span_of(certificate ? certificate : key));
	if (!key)
		key = certificate;
	if ((!certificate || read_chain(identity, certificate, why)) &&
	    read_key(identity, key, why)) {
		if (!certificate || is_pair(identity))
			return identity;
		say(why, key, "the key is not that of the certificate in ");
		text_puts(why, certificate);
	}
	identity_free(identity);
	return NULL;
}

/* see identity.h */
void identity_free(struct identity *identity)
{
	struct arena arena;

	if (!identity)
		return;
	arena = identity->arena;
	arena_free(&arena);
}

/* see identity.h */
bool identity_check_order(const struct identity *identity, struct text *why)
{
	struct certificate below = { 0 };
	struct certificate next;

	for (size_t i = 0; i < identity->chain_len; i++) {
		const br_x509_certificate *der = &identity->chain[i];

		if (!certificate_read(
			span_make((const char *)der->data, der->data_len),
			&next) ||
		    (i > 0 && !span_equal(below.issuer, next.subject))) {
			say(why, identity->file,
			    "the certificates are out of order: our own must "
			    "stand first, then its issuer's, each issued by "
			    "the next");
			return false;
		}
		below = next;
	}
	return true;
}

/* see identity.h */
struct span identity_certificate(const struct identity *identity)
{
	if (identity->chain_len == 0)
		return (struct span){ 0 };
	return span_make(
	    (const char *)identity->chain[0].data, identity->chain[0].data_len);
}

/* see identity.h */
size_t identity_sign(const struct identity *identity, struct span octets,
    char *signature, struct text *why)
{
	const br_rsa_private_key *rsa = br_skey_decoder_get_rsa(&identity->key);
	unsigned char digest[br_sha256_SIZE];
	br_sha256_context sha256;
	size_t len = rsa ? (rsa->n_bitlen + 7) / 8 : 0;

	br_sha256_init(&sha256);
	br_sha256_update(&sha256, octets.ptr, octets.len);
	br_sha256_out(&sha256, digest);
	if (rsa && len <= IDENTITY_SIGNATURE_OCTETS &&
	    br_rsa_pkcs1_sign_get_default()(BR_HASH_OID_SHA256, digest,
		sizeof(digest), rsa, (unsigned char *)signature) == 1)
		return len;
	say(why, identity->file, "the key is no RSA key that can sign");
	return 0;
}

/* see identity.h */
int64_t identity_ends(const struct identity *identity)
{
	int64_t ends = INT64_MAX;

	for (size_t i = 0; i < identity->chain_len; i++) {
		const br_x509_certificate *der = &identity->chain[i];
		struct certificate each;

		if (certificate_read(
			span_make((const char *)der->data, der->data_len),
			&each) &&
		    each.not_after < ends)
			ends = each.not_after;
	}
	return ends;
}

/* see identity.h */
void identity_serve(const struct identity *identity,
    struct br_ssl_server_context_ *server, bool is_exchanging)
{
	const br_rsa_private_key *rsa = br_skey_decoder_get_rsa(&identity->key);
	unsigned usages = BR_KEYTYPE_SIGN;

	if (is_exchanging)
		usages |= BR_KEYTYPE_KEYX;
	if (rsa)
		br_ssl_server_set_single_rsa(server, identity->chain,
		    identity->chain_len, rsa, usages,
		    br_rsa_private_get_default(),
		    br_rsa_pkcs1_sign_get_default());
	else
		br_ssl_server_set_single_ec(server, identity->chain,
		    identity->chain_len, br_skey_decoder_get_ec(&identity->key),
		    BR_KEYTYPE_SIGN, BR_KEYTYPE_EC, br_ec_get_default(),
		    br_ecdsa_sign_asn1_get_default());
}

/* see identity.h */
void identity_show(
    const struct identity *identity, struct br_ssl_client_context_ *client)
{
	const br_rsa_private_key *rsa = br_skey_decoder_get_rsa(&identity->key);

	if (rsa)
		br_ssl_client_set_single_rsa(client, identity->chain,
		    identity->chain_len, rsa, br_rsa_pkcs1_sign_get_default());
	else
		br_ssl_client_set_single_ec(client, identity->chain,
		    identity->chain_len, br_skey_decoder_get_ec(&identity->key),
		    BR_KEYTYPE_SIGN, BR_KEYTYPE_EC, br_ec_get_default(),
		    br_ecdsa_sign_asn1_get_default());
}

/* see identity.h */
void stranger_show(
    struct stranger *stranger, struct br_ssl_client_context_ *client)
{
	stranger->vtable = &nobody;
	br_ssl_client_set_client_certificate(client, &stranger->vtable);
}
