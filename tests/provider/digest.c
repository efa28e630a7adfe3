#include "provider/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "provider/act.h"

enum { HASH_OCTETS = 16, HEX_OCTETS = 33, VALUE_OCTETS = 512 };

/* An exchange: the names are those of RFC 2831 section 2.1.2. */
struct digest {
	char user[VALUE_OCTETS];
	const char *realm;
	char nonce[24];
	char username[VALUE_OCTETS];
	char said_realm[VALUE_OCTETS];
	char said_nonce[VALUE_OCTETS];
	char cnonce[VALUE_OCTETS];
	char uri[VALUE_OCTETS];
	char qop[VALUE_OCTETS];
	char count[VALUE_OCTETS];
	char response[VALUE_OCTETS];
};

static void md5_hex(const void *octets, size_t len, char *hex)
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	EVP_Digest(octets, len, hash, NULL, EVP_md5(), NULL);
	for (size_t i = 0; i < HASH_OCTETS; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
}

/* Finds NAME=VALUE, quoted or not, in what the client said. */
static bool directive(const char *said, const char *name, char *out)
{
	size_t len = strlen(name);
	const char *at = said;
	const char *stop = ",";
	size_t used = 0;

	while (at && (strncmp(at, name, len) != 0 || at[len] != '=')) {
		at = strchr(at, ',');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return false;
	at += len + 1;
	if (*at == '"') {
		stop = "\"";
		at++;
	}
	while (*at && *at != *stop && used < VALUE_OCTETS - 1) {
		if (*at == '\\' && at[1])
			at++;
		out[used++] = *at++;
	}
	out[used] = '\0';
	return true;
}

static bool read_response(struct digest *digest, const char *said)
{
	return directive(said, "username", digest->username) &&
	       directive(said, "realm", digest->said_realm) &&
	       directive(said, "nonce", digest->said_nonce) &&
	       directive(said, "cnonce", digest->cnonce) &&
	       directive(said, "digest-uri", digest->uri) &&
	       directive(said, "qop", digest->qop) &&
	       directive(said, "nc", digest->count) &&
	       directive(said, "response", digest->response);
}

/* What belongs to the password, and this method before the digest-uri. */
static void expect(const struct digest *digest, const char *password,
    const char *method, char *hex)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[4 * VALUE_OCTETS];
	char first[HEX_OCTETS];
	char second[HEX_OCTETS];
	int len;

	len = snprintf(text, sizeof(text), "%s:%s:%s", digest->user,
	    digest->realm, password);
	EVP_Digest(text, (size_t)len, hash, NULL, EVP_md5(), NULL);
	memcpy(text, hash, HASH_OCTETS);
	len = snprintf(text + HASH_OCTETS, sizeof(text) - HASH_OCTETS, ":%s:%s",
	    digest->nonce, digest->cnonce);
	md5_hex(text, HASH_OCTETS + (size_t)len, first);
	len = snprintf(text, sizeof(text), "%s:%s", method, digest->uri);
	md5_hex(text, (size_t)len, second);
	len = snprintf(text, sizeof(text), "%s:%s:00000001:%s:auth:%s", first,
	    digest->nonce, digest->cnonce, second);
	md5_hex(text, (size_t)len, hex);
}

static bool is_right(const struct digest *digest, const char *password)
{
	char want[HEX_OCTETS];

	if (!password)
		return false;
	expect(digest, password, "AUTHENTICATE", want);
	return strcmp(digest->username, digest->user) == 0 &&
	       strcmp(digest->said_realm, digest->realm) == 0 &&
	       strncmp(digest->uri, "smtp/", 5) == 0 &&
	       strcmp(digest->response, want) == 0;
}

/* A user of the options, as name and realm, and a nonce. */
static void prepare(struct digest *digest, const char *user)
{
	unsigned char chance[15];
	size_t at = strcspn(user, "@");

	(void)snprintf(
	    digest->user, sizeof(digest->user), "%.*s", (int)at, user);
	digest->realm = user[at] ? user + at + 1 : "";
	RAND_bytes(chance, sizeof(chance));
	EVP_EncodeBlock((unsigned char *)digest->nonce, chance, sizeof(chance));
}

/* see digest.h */
enum verdict digest_md5(
    struct talk *talk, const char *initial, struct answer *answer)
{
	const struct options *options = &talk->world->options;
	struct digest digest = { 0 };
	char challenge[LOGIN_CHALLENGE_OCTETS];
	char proof[HEX_OCTETS + 8] = "rspauth=";
	enum verdict verdict;
	int len;

	if (*initial)
		return VERDICT_MALFORMED;
	prepare(&digest, options->user);
	len = snprintf(challenge, sizeof(challenge),
	    "realm=\"other\",realm=\"%s\",nonce=\"%s\",qop=\"auth\","
	    "charset=utf-8,algorithm=md5-sess",
	    digest.realm, digest.nonce);
	verdict = login_ask(talk, challenge, (size_t)len, answer);
	if (verdict != VERDICT_GOOD)
		return verdict;
	if (!read_response(&digest, answer->text) ||
	    strcmp(digest.said_nonce, digest.nonce) != 0 ||
	    strcmp(digest.qop, "auth") != 0 ||
	    strcmp(digest.count, "00000001") != 0)
		return VERDICT_MALFORMED;
	if (!is_right(&digest, options->password))
		return VERDICT_WRONG;
	expect(&digest, options->password, "", proof + 8);
	return login_ask(talk, proof, strlen(proof), answer);
}
