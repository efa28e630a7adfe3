#include "provider/scram.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 4096, SALT_OCTETS = 16, MESSAGE_OCTETS = 2048 };

/* An exchange: the names are those of RFC 5802 section 3. */
struct scram {
	const EVP_MD *hash;
	const char *password;
	unsigned char salt[SALT_OCTETS];
	unsigned char salted[EVP_MAX_MD_SIZE];
	char nonce[512];	/* the client's and ours */
	char client_first[512]; /* -bare */
	char server_first[1024];
	char auth_message[MESSAGE_OCTETS];
};

static int hash_size(const struct scram *scram)
{
	return EVP_MD_get_size(scram->hash);
}

static void mac(const struct scram *scram, const unsigned char *key,
    const char *text, unsigned char *out)
{
	HMAC(scram->hash, key, hash_size(scram), (const unsigned char *)text,
	    strlen(text), out, NULL);
}

/* Copies what stands behind `name` (",r=") up to the next comma. */
static bool attribute(const char *text, const char *name, char *out, size_t cap)
{
	const char *at = strstr(text, name);
	size_t len;

	if (!at)
		return false;
	at += strlen(name);
	len = strcspn(at, ",");
	if (len == 0 || len >= cap)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

/* "n,,n=USER,r=NONCE" (or with an authzid, or y for n): our challenge. */
static bool read_first(
    struct scram *scram, const char *user, const struct answer *answer)
{
	const char *comma = strchr(answer->text, ',');
	const char *bare = comma ? strchr(comma + 1, ',') : NULL;
	char name[256];
	char nonce[256];
	unsigned char ours[12];
	char salt[2 * SALT_OCTETS];
	size_t len;

	if (!bare || strlen(++bare) >= sizeof(scram->client_first) ||
	    !strchr("ny", answer->text[0]) || strncmp(bare, "n=", 2) != 0 ||
	    !attribute(bare, "n=", name, sizeof(name)) ||
	    !attribute(bare, ",r=", nonce, sizeof(nonce)))
		return false;
	if (strcmp(name, user) != 0)
		scram->password = NULL;
	memcpy(scram->client_first, bare, strlen(bare) + 1);
	RAND_bytes(ours, sizeof(ours));
	RAND_bytes(scram->salt, sizeof(scram->salt));
	len = strlen(nonce);
	memcpy(scram->nonce, nonce, len);
	EVP_EncodeBlock(
	    (unsigned char *)scram->nonce + len, ours, sizeof(ours));
	EVP_EncodeBlock((unsigned char *)salt, scram->salt, SALT_OCTETS);
	(void)snprintf(scram->server_first, sizeof(scram->server_first),
	    "r=%s,s=%s,i=%d", scram->nonce, salt, ROUNDS);
	return true;
}

/* The proof that belongs to the password: ClientKey XOR ClientSignature. */
static void expect(struct scram *scram, char *proof)
{
	unsigned char key[EVP_MAX_MD_SIZE];
	unsigned char stored[EVP_MAX_MD_SIZE];
	unsigned char signature[EVP_MAX_MD_SIZE];
	int size = hash_size(scram);

	PKCS5_PBKDF2_HMAC(scram->password, (int)strlen(scram->password),
	    scram->salt, SALT_OCTETS, ROUNDS, scram->hash, size, scram->salted);
	mac(scram, scram->salted, "Client Key", key);
	EVP_Digest(key, (size_t)size, stored, NULL, scram->hash, NULL);
	mac(scram, stored, scram->auth_message, signature);
	for (int i = 0; i < size; i++)
		key[i] ^= signature[i];
	EVP_EncodeBlock((unsigned char *)proof, key, size);
}

static enum verdict read_final(struct scram *scram, const struct answer *answer)
{
	const char *p = strstr(answer->text, ",p=");
	char binding[64];
	char nonce[512];
	char proof[2 * EVP_MAX_MD_SIZE];

	if (!p || !attribute(answer->text, "c=", binding, sizeof(binding)) ||
	    !attribute(answer->text, ",r=", nonce, sizeof(nonce)) ||
	    strcmp(nonce, scram->nonce) != 0)
		return VERDICT_MALFORMED;
	(void)snprintf(scram->auth_message, sizeof(scram->auth_message),
	    "%s,%s,%.*s", scram->client_first, scram->server_first,
	    (int)(p - answer->text), answer->text);
	if (!scram->password)
		return VERDICT_WRONG;
	expect(scram, proof);
	return strcmp(proof, p + 3) == 0 ? VERDICT_GOOD : VERDICT_WRONG;
}

/* "v=ServerSignature", to which the client has nothing to add. */
static enum verdict prove_ourselves(
    struct talk *talk, const struct scram *scram, struct answer *answer)
{
	unsigned char key[EVP_MAX_MD_SIZE];
	unsigned char signature[EVP_MAX_MD_SIZE];
	char text[2 * EVP_MAX_MD_SIZE + 8] = "v=";

	mac(scram, scram->salted, "Server Key", key);
	mac(scram, key, scram->auth_message, signature);
	EVP_EncodeBlock((unsigned char *)text + 2, signature, hash_size(scram));
	return login_ask(talk, text, strlen(text), answer);
}

static enum verdict run(struct talk *talk, const EVP_MD *hash,
    const char *initial, struct answer *answer)
{
	struct scram scram = { .hash = hash };
	enum verdict verdict;

	scram.password = talk->world->options.password;
	verdict = login_first(talk, initial, answer);
	if (verdict != VERDICT_GOOD)
		return verdict;
	if (!read_first(&scram, talk->world->options.user, answer))
		return VERDICT_MALFORMED;
	verdict = login_ask(
	    talk, scram.server_first, strlen(scram.server_first), answer);
	if (verdict == VERDICT_GOOD)
		verdict = read_final(&scram, answer);
	if (verdict == VERDICT_GOOD)
		verdict = prove_ourselves(talk, &scram, answer);
	return verdict;
}

/* see scram.h */
enum verdict scram_sha_1(
    struct talk *talk, const char *initial, struct answer *answer)
{
	return run(talk, EVP_sha1(), initial, answer);
}

/* see scram.h */
enum verdict scram_sha_256(
    struct talk *talk, const char *initial, struct answer *answer)
{
	return run(talk, EVP_sha256(), initial, answer);
}
