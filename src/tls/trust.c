#include "tls/trust.h"

#include <bearssl.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ensure.h"
#include "tls/pem.h"

enum { RSA_MIN_OCTETS = 256 };

struct trust {
	struct arena arena; /* holds the trust itself, too */
	unsigned holds;
	const char *file;
	br_x509_trust_anchor *anchors;
	size_t count;
	size_t skipped;
};

/* clang-format off */
static const char *const places[] = {
	"/etc/ssl/certs/ca-certificates.crt",     /* Debian, Alpine, Arch */
	"/etc/pki/tls/certs/ca-bundle.crt",       /* Fedora */
	"/etc/ssl/ca-bundle.pem",                 /* openSUSE */
	"/etc/ssl/cert.pem",                      /* OpenBSD, macOS, Alpine */
	"/usr/local/etc/ssl/cert.pem",            /* FreeBSD */
	"/usr/local/share/certs/ca-root-nss.crt", /* FreeBSD, ports */
	"/etc/openssl/certs/ca-certificates.crt", /* NetBSD */
};
/* clang-format on */

/* The subject of the certificate just decoded. */
struct subject {
	struct arena *arena;
	unsigned char *octets;
	size_t len;
};

/* A copy that lives as long as the anchors. */
static unsigned char *keep(struct arena *arena, const void *octets, size_t len)
{
	return (unsigned char *)arena_string(arena, span_make(octets, len));
}

/* BearSSL hands the name over in pieces. */
static void on_subject(void *context, const void *octets, size_t len)
{
	struct subject *subject = context;
	unsigned char *joined = arena_alloc(subject->arena, subject->len + len);

	if (subject->len > 0)
		memcpy(joined, subject->octets, subject->len);
	memcpy(joined + subject->len, octets, len);
	subject->octets = joined;
	subject->len += len;
}

static void keep_key(struct arena *arena, br_x509_pkey *key)
{
	if (key->key_type == BR_KEYTYPE_RSA) {
		br_rsa_public_key *rsa = &key->key.rsa;

		rsa->n = keep(arena, rsa->n, rsa->nlen);
		rsa->e = keep(arena, rsa->e, rsa->elen);
	} else {
		br_ec_public_key *ec = &key->key.ec;

		ec->q = keep(arena, ec->q, ec->qlen);
	}
}

/* BearSSL holds the chain to its least RSA size, but not the anchors. */
static bool is_weak(const br_x509_pkey *key)
{
	return key->key_type == BR_KEYTYPE_RSA &&
	       key->key.rsa.nlen < RSA_MIN_OCTETS;
}

static void add(struct trust *trust, struct span der)
{
	br_x509_decoder_context decoder;
	struct subject subject = { .arena = &trust->arena };
	br_x509_trust_anchor *anchor;
	br_x509_pkey *key;

	br_x509_decoder_init(&decoder, on_subject, &subject);
	br_x509_decoder_push(&decoder, der.ptr, der.len);
	key = br_x509_decoder_get_pkey(&decoder);
	if (!key || is_weak(key)) {
		trust->skipped++;
		return;
	}
	trust->anchors = arena_grow(&trust->arena, trust->anchors,
	    &trust->count, sizeof(*trust->anchors));
	anchor = &trust->anchors[trust->count - 1];
	anchor->dn = (br_x500_name){ subject.octets, subject.len };
	/* Not a CA: the server's very certificate, trusted by name and key. */
	if (br_x509_decoder_isCA(&decoder))
		anchor->flags = BR_X509_TA_CA;
	anchor->pkey = *key;
	keep_key(&trust->arena, &anchor->pkey);
}

static bool is_certificate(struct span label)
{
	return span_equal(label, SPAN("CERTIFICATE")) ||
	       span_equal(label, SPAN("X509 CERTIFICATE")) ||
	       span_equal(label, SPAN("TRUSTED CERTIFICATE"));
}

static bool read_anchors(struct trust *trust, struct pem *pem, struct text *why)
{
	struct pem_object object;
	enum pem_verdict verdict;

	while ((verdict = pem_next(pem, &object, why)) == PEM_OBJECT)
		if (is_certificate(object.label))
			add(trust, object.der);
	if (verdict == PEM_BROKEN)
		return false;
	if (trust->count > 0)
		return true;
	text_puts(why, trust->file);
	if (trust->skipped == 0) {
		text_puts(why, ": there is no certificate in it");
	} else {
		text_puts(why, ": none of its ");
		text_number(why, trust->skipped);
		text_puts(why,
		    " certificates can be used (keys must be RSA "
		    "of 2048 to 4096 bits or EC on P-256, P-384 or P-521)");
	}
	return false;
}

static struct trust *load(const char *file, struct text *why)
{
	struct arena arena = { 0 };
	struct trust *trust;
	struct pem pem;
	bool fine;

	if (!pem_open(&pem, file, why))
		return NULL;
	trust = arena_alloc(&arena, sizeof(*trust));
	trust->arena = arena;
	trust->holds = 1;
	trust->file = arena_string(&trust->arena, span_of(file));
	fine = read_anchors(trust, &pem, why);
	pem_close(&pem);
	if (fine)
		return trust;
	trust_drop(trust);
	return NULL;
}

/* see trust.h */
struct trust *trust_load(const char *file, struct text *why)
{
	if (file)
		return load(file, why);
	for (size_t i = 0; i < array_len(places); i++)
		if (access(places[i], F_OK) == 0)
			return load(places[i], why);
	text_puts(why, "no trust anchors: none of these files exists:");
	for (size_t i = 0; i < array_len(places); i++) {
		text_putc(why, ' ');
		text_puts(why, places[i]);
	}
	return NULL;
}

/* see trust.h */
struct trust *trust_hold(struct trust *trust)
{
	trust->holds++;
	return trust;
}

/* see trust.h */
void trust_drop(struct trust *trust)
{
	struct arena arena;

	if (!trust)
		return;
	ENSURE(trust->holds > 0);
	if (--trust->holds > 0)
		return;
	arena = trust->arena;
	arena_free(&arena);
}

/* see trust.h */
const char *trust_file(const struct trust *trust)
{
	return trust->file;
}

/* see trust.h */
size_t trust_count(const struct trust *trust)
{
	return trust->count;
}

/* see trust.h */
size_t trust_skipped(const struct trust *trust)
{
	return trust->skipped;
}

/* see trust.h */
const void *trust_anchors(const struct trust *trust)
{
	return trust->anchors;
}
