#include "oauth/pkce.h"

#include <unistd.h>

#include <bearssl_hash.h>

#include "base/base64.h"
#include "base/secret.h"

/* see pkce.h */
size_t pkce_base64url(struct span octets, char *out)
{
	size_t len = base64_encode(octets, out);

	while (len > 0 && out[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(out[i] == '+'	? '-'
				: out[i] == '/' ? '_'
						: out[i]);
	out[len] = '\0';
	return len;
}

/* see pkce.h */
bool pkce_random(char *verifier)
{
	char encoded[PKCE_VERIFIER_OCTETS + 2]; /* with its padding */
	char octets[PKCE_RANDOM_OCTETS];

	if (getentropy(octets, sizeof(octets)) != 0)
		return false;
	pkce_base64url(span_make(octets, sizeof(octets)), encoded);
	memcpy(verifier, encoded, PKCE_VERIFIER_OCTETS + 1);
	wipe(octets, sizeof(octets));
	wipe(encoded, sizeof(encoded));
	return true;
}

/* see pkce.h */
void pkce_challenge(struct span verifier, char *challenge)
{
	char encoded[PKCE_VERIFIER_OCTETS + 2];
	char digest[br_sha256_SIZE];
	br_sha256_context context;

	br_sha256_init(&context);
	br_sha256_update(&context, verifier.ptr, verifier.len);
	br_sha256_out(&context, digest);
	pkce_base64url(span_make(digest, sizeof(digest)), encoded);
	memcpy(challenge, encoded, PKCE_VERIFIER_OCTETS + 1);
}
