#include "sasl/cram.h"

#include <bearssl_hash.h>
#include <bearssl_hmac.h>

static void put_hex(char *out, const unsigned char *octets, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[octets[i] >> 4];
		out[2 * i + 1] = digits[octets[i] & 15];
	}
}

/* see cram.h */
void cram_md5_digest(const struct secret *secret, struct span challenge,
    char digest[CRAM_DIGEST_OCTETS])
{
	struct span password = secret_reveal(secret);
	unsigned char octets[br_md5_SIZE];
	br_hmac_key_context key;
	br_hmac_context hmac;

	br_hmac_key_init(&key, &br_md5_vtable, password.ptr, password.len);
	br_hmac_init(&hmac, &key, 0);
	br_hmac_update(&hmac, challenge.ptr, challenge.len);
	br_hmac_out(&hmac, octets);
	put_hex(digest, octets, sizeof(octets));
	wipe(&key, sizeof(key));
	wipe(&hmac, sizeof(hmac));
}

/* see cram.h */
enum sasl_verdict cram_md5_step(struct sasl *sasl, struct span challenge)
{
	if (sasl->step > 0 || challenge.len == 0)
		return SASL_BROKEN;
	cram_md5_digest(sasl->terms.secret, challenge, sasl->storage);
	sasl_respond(sasl, sasl->terms.user);
	sasl_respond(sasl, SPAN(" "));
	sasl_respond(sasl, span_make(sasl->storage, CRAM_DIGEST_OCTETS));
	return SASL_RESPOND;
}
