#include "oauth/assertion.h"

#include <bearssl_hash.h>

#include "base/base64.h"
#include "base/ensure.h"
#include "oauth/pkce.h"

enum {
	APPLICATION_S = 300, /* an assertion is used at once */
	SERVICE_S = 3600,    /* Google's most */
	PART_OCTETS = 4 * STORE_TEXT_OCTETS,
};

/* ---- JSON ---- */

static void put_name(struct text *json, const char *name)
{
	text_puts(json, json->len == 0 ? "{\"" : ",\"");
	text_puts(json, name);
	text_puts(json, "\":");
}

/* Values are printable ASCII, as the configuration is. */
static void put_text(struct text *json, const char *name, struct span value)
{
	put_name(json, name);
	text_putc(json, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\\')
			text_putc(json, '\\');
		text_putc(json, value.ptr[i]);
	}
	text_putc(json, '"');
}

static void put_number(struct text *json, const char *name, int64_t number)
{
	put_name(json, name);
	text_number(json, (uint64_t)number);
}

static void put_encoded(
    struct text *json, const char *name, const void *octets, size_t len)
{
	char encoded[64];

	ENSURE(base64_length(len) < sizeof(encoded));
	pkce_base64url(span_make(octets, len), encoded);
	put_text(json, name, span_of(encoded));
}

/* Microsoft looks the certificate up by its digest (RFC 7515 4.1.7, 4.1.8). */
static void put_header(struct text *json, struct span certificate)
{
	unsigned char digest[br_sha256_SIZE];
	br_sha1_context sha1;
	br_sha256_context sha256;

	put_text(json, "alg", SPAN("RS256"));
	put_text(json, "typ", SPAN("JWT"));
	if (certificate.len > 0) {
		br_sha1_init(&sha1);
		br_sha1_update(&sha1, certificate.ptr, certificate.len);
		br_sha1_out(&sha1, digest);
		put_encoded(json, "x5t", digest, br_sha1_SIZE);
		br_sha256_init(&sha256);
		br_sha256_update(&sha256, certificate.ptr, certificate.len);
		br_sha256_out(&sha256, digest);
		put_encoded(json, "x5t#S256", digest, br_sha256_SIZE);
	}
	text_putc(json, '}');
}

/* RFC 7523 3. False when there is no randomness for the name. */
static bool put_claims(struct text *json, const struct task *task, int64_t now)
{
	const struct oauth_settings *oauth = task->oauth;
	char name[PKCE_VERIFIER_OCTETS + 1];

	put_text(json, "iss", span_of(oauth->client_id));
	put_text(json, "aud", span_of(oauth->token_url));
	put_number(json, "iat", now);
	if (oauth->grant == OAUTH_SERVICE_ACCOUNT) {
		put_text(json, "sub",
		    oauth->subject ? span_of(oauth->subject)
				   : task->account->policy.user);
		put_text(json, "scope", span_of(oauth->scope));
		put_number(json, "exp", now + SERVICE_S);
	} else {
		if (!pkce_random(name))
			return false;
		put_text(json, "sub", span_of(oauth->client_id));
		put_text(json, "jti", span_of(name));
		put_number(json, "nbf", now);
		put_number(json, "exp", now + APPLICATION_S);
	}
	text_putc(json, '}');
	return true;
}

/* ---- the statement ---- */

static void put_part(struct text *out, struct span octets)
{
	char encoded[(PART_OCTETS + 2) / 3 * 4 + 1];

	ENSURE(octets.len <= PART_OCTETS);
	pkce_base64url(octets, encoded);
	text_puts(out, encoded);
}

/* see assertion.h; RFC 7515 5.1 */
bool assertion_sign(const struct identity *identity, struct span header,
    struct span payload, struct text *assertion, struct text *why)
{
	char signature[IDENTITY_SIGNATURE_OCTETS];
	size_t len;

	put_part(assertion, header);
	text_putc(assertion, '.');
	put_part(assertion, payload);
	len = identity_sign(identity, text_span(assertion), signature, why);
	if (len == 0)
		return false;
	text_putc(assertion, '.');
	put_part(assertion, span_make(signature, len));
	ENSURE(!assertion->cut);
	return true;
}

/* see assertion.h */
bool assertion_make(const struct task *task, int64_t now,
    struct text *assertion, struct text *why)
{
	struct identity *identity =
	    identity_load(task->oauth->certificate, task->oauth->key, why);
	char header_octets[200];
	char payload_octets[PART_OCTETS];
	struct text header, payload;
	bool is_good = false;

	if (!identity)
		return false;
	text_init(&header, header_octets, sizeof(header_octets));
	text_init(&payload, payload_octets, sizeof(payload_octets));
	put_header(&header, identity_certificate(identity));
	if (!put_claims(&payload, task, now))
		text_puts(why, "the system has no randomness to give");
	else if (payload.cut)
		text_puts(why, "what is to be signed is too long");
	else
		is_good = assertion_sign(identity, text_span(&header),
		    text_span(&payload), assertion, why);
	identity_free(identity);
	return is_good;
}
