#include "tls/verify.h"

#include <bearssl.h>
#include <string.h>

#include "tls/certificate.h"
#include "tls/finding.h"
#include "tls/words.h"

enum {
	RSA_MIN_OCTETS = 256,
	DAY_SECONDS = 86400,
	DAYS_TO_1970 = 719528, /* from the year 0, where BearSSL begins */
};

struct verify {
	const br_x509_class *vtable; /* first: BearSSL looks here */
	br_x509_minimal_context minimal;
	const struct trust *trust;
	const struct verify_subject *wanted;
	int64_t now;
	struct finding finding;
	enum tls_fault own_fault; /* of the server's certificate by itself */
	bool is_verified;

	/* The certificate that is coming in. */
	size_t total;
	size_t len;
	char octets[VERIFY_CERTIFICATE_OCTETS];
};

static struct verify *verify_of(const br_x509_class *const *vtable)
{
	return (struct verify *)(uintptr_t)vtable;
}

/* ---- one certificate ---- */

static bool is_wanted(
    const struct verify *verify, const struct certificate *certificate)
{
	const struct verify_subject *wanted = verify->wanted;

	if (wanted->address.len > 0)
		return certificate_is_for_address(certificate, wanted->address);
	return certificate_is_for_host(certificate, span_of(wanted->name));
}

static bool is_pinned(
    const struct verify *verify, const struct certificate *certificate)
{
	const struct verify_subject *wanted = verify->wanted;
	struct tls_pin pin = certificate_pin(certificate);

	for (size_t i = 0; i < wanted->pin_count; i++)
		if (memcmp(&pin, &wanted->pins[i], sizeof(pin)) == 0)
			return true;
	return wanted->pin_count == 0;
}

/* What BearSSL does not look at. It counts once BearSSL has found the chain
 * itself in order. */
static enum tls_fault judge_own(
    const struct verify *verify, const struct certificate *certificate)
{
	if (!is_wanted(verify, certificate))
		return TLS_FAULT_NAME;
	if (!certificate->is_for_servers)
		return TLS_FAULT_USAGE;
	if (!is_pinned(verify, certificate))
		return TLS_FAULT_PIN;
	return TLS_FAULT_NONE;
}

static void read_certificate(struct verify *verify)
{
	struct certificate certificate;

	if (verify->total > sizeof(verify->octets) ||
	    !certificate_read(
		span_make(verify->octets, verify->len), &certificate))
		return;
	if (verify->finding.count == 0)
		verify->own_fault = judge_own(verify, &certificate);
	finding_note(&verify->finding, &certificate, verify->now);
}

/* ---- the chain, as BearSSL tells it ---- */

/* The name is not passed on: BearSSL would fall back on the common name and
 * knows no addresses. */
static void start_chain(const br_x509_class **vtable, const char *name)
{
	struct verify *verify = verify_of(vtable);

	(void)name;
	verify->finding = (struct finding){ 0 };
	verify->own_fault = TLS_FAULT_CHAIN;
	verify->is_verified = false;
	verify->minimal.vtable->start_chain(&verify->minimal.vtable, NULL);
}

static void start_certificate(const br_x509_class **vtable, uint32_t len)
{
	struct verify *verify = verify_of(vtable);

	verify->total = len;
	verify->len = 0;
	verify->minimal.vtable->start_cert(&verify->minimal.vtable, len);
}

static void append(
    const br_x509_class **vtable, const unsigned char *octets, size_t len)
{
	struct verify *verify = verify_of(vtable);
	size_t room = sizeof(verify->octets) - verify->len;
	size_t kept = len < room ? len : room;

	memcpy(verify->octets + verify->len, octets, kept);
	verify->len += kept;
	verify->minimal.vtable->append(&verify->minimal.vtable, octets, len);
}

static void end_certificate(const br_x509_class **vtable)
{
	struct verify *verify = verify_of(vtable);

	verify->minimal.vtable->end_cert(&verify->minimal.vtable);
	read_certificate(verify);
	verify->finding.count++;
}

/* The joint verdict. BearSSL only knows that it cannot check a signature over
 * SHA-1; that it is a weak one is known from the certificate. */
static enum tls_fault judge(const struct verify *verify)
{
	const struct finding *finding = &verify->finding;

	if (finding->error == BR_ERR_X509_UNSUPPORTED && finding->weak.is_known)
		return TLS_FAULT_WEAK;
	if (finding->error)
		return words_fault(finding->error);
	if (verify->own_fault == TLS_FAULT_NAME &&
	    finding_is_out_of_order(finding))
		return TLS_FAULT_CHAIN;
	return verify->own_fault;
}

/* The number only has to make the handshake fail: what is told is the
 * finding. */
static unsigned end_chain(const br_x509_class **vtable)
{
	struct verify *verify = verify_of(vtable);
	struct finding *finding = &verify->finding;

	finding->error =
	    (int)verify->minimal.vtable->end_chain(&verify->minimal.vtable);
	finding->fault = judge(verify);
	verify->is_verified =
	    finding->error == 0 && finding->fault == TLS_FAULT_NONE;
	return verify->is_verified ? 0 : BR_ERR_X509_NOT_TRUSTED;
}

static const br_x509_pkey *get_key(
    const br_x509_class *const *vtable, unsigned *uses)
{
	const struct verify *verify = verify_of(vtable);

	if (!verify->is_verified)
		return NULL;
	return verify->minimal.vtable->get_pkey(&verify->minimal.vtable, uses);
}

static const br_x509_class checker = {
	.context_size = sizeof(struct verify),
	.start_chain = start_chain,
	.start_cert = start_certificate,
	.append = append,
	.end_cert = end_certificate,
	.end_chain = end_chain,
	.get_pkey = get_key,
};

/* see verify.h */
void verify_explain(const struct verify *verify, struct text *words)
{
	struct finding_scene scene = {
		.name = verify->wanted->name,
		.pin_count = verify->wanted->pin_count,
		.now = verify->now,
		.trust_file = trust_file(verify->trust),
		.trust_count = trust_count(verify->trust),
	};

	finding_explain(&verify->finding, &scene, words);
}

/* see verify.h */
void verify_describe(const struct verify *verify, struct text *words)
{
	finding_describe(&verify->finding, words);
}

/* see verify.h */
enum tls_fault verify_fault(const struct verify *verify)
{
	return verify->finding.fault;
}

/* see verify.h */
const struct br_x509_class_ **verify_class(struct verify *verify)
{
	return &verify->vtable;
}

/* see verify.h */
size_t verify_size(void)
{
	return sizeof(struct verify);
}

/* Signatures over SHA-1 and MD5 fail because these are not given. */
static void init_minimal(
    br_x509_minimal_context *minimal, const struct trust *trust)
{
	br_x509_minimal_init(minimal, &br_sha256_vtable, trust_anchors(trust),
	    trust_count(trust));
	br_x509_minimal_set_hash(minimal, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(minimal, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(minimal, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_rsa(minimal, br_rsa_pkcs1_vrfy_get_default());
	br_x509_minimal_set_ecdsa(
	    minimal, br_ec_get_default(), br_ecdsa_vrfy_asn1_get_default());
	br_x509_minimal_set_minrsa(minimal, RSA_MIN_OCTETS);
}

/* see verify.h */
struct verify *verify_init(void *memory, const struct trust *trust,
    const struct verify_subject *subject, int64_t now)
{
	struct verify *verify = memory;

	memset(verify, 0, sizeof(*verify));
	verify->vtable = &checker;
	verify->trust = trust;
	verify->wanted = subject;
	verify->now = now;
	init_minimal(&verify->minimal, trust);
	br_x509_minimal_set_time(&verify->minimal,
	    (uint32_t)(now / DAY_SECONDS + DAYS_TO_1970),
	    (uint32_t)(now % DAY_SECONDS));
	return verify;
}
