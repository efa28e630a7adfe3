#include "sasl/scram.h"

#include <bearssl_hash.h>
#include <bearssl_hmac.h>

#include "base/base64.h"

/* ---- hashes ---- */

enum { HASH_OCTETS = br_sha256_SIZE }; /* of the longest one */

/* What a computation has in hand. */
struct work {
	const br_hash_class *hash;
	size_t size; /* of a digest */
	unsigned char salted[HASH_OCTETS];
	unsigned char client_key[HASH_OCTETS];
	unsigned char stored_key[HASH_OCTETS];
	unsigned char server_key[HASH_OCTETS];
	unsigned char signature[HASH_OCTETS];
};

static void work_init(struct work *work, const struct sasl *sasl)
{
	bool is_new = sasl->mechanism == SASL_SCRAM_SHA_256;

	memset(work, 0, sizeof(*work));
	work->hash = is_new ? &br_sha256_vtable : &br_sha1_vtable;
	work->size = is_new ? br_sha256_SIZE : br_sha1_SIZE;
}

/* HMAC(key, the pieces one behind the other). */
static void mac(const struct work *work, const unsigned char *key,
    const struct span *pieces, size_t count, unsigned char *out)
{
	br_hmac_key_context keyed;
	br_hmac_context hmac;

	br_hmac_key_init(&keyed, work->hash, key, work->size);
	br_hmac_init(&hmac, &keyed, 0);
	for (size_t i = 0; i < count; i++)
		br_hmac_update(&hmac, pieces[i].ptr, pieces[i].len);
	br_hmac_out(&hmac, out);
	wipe(&keyed, sizeof(keyed));
	wipe(&hmac, sizeof(hmac));
}

/* H(octets) of one digest's length. */
static void digest(
    const struct work *work, const unsigned char *octets, unsigned char *out)
{
	br_hash_compat_context context;

	work->hash->init(&context.vtable);
	work->hash->update(&context.vtable, octets, work->size);
	work->hash->out(&context.vtable, out);
	wipe(&context, sizeof(context));
}

/* Hi(password, salt, rounds): PBKDF2 with one block of output (RFC 5802 2.2).
 * The key is scheduled once, a round is two compressions. */
static void salt_password(
    struct work *work, struct span password, struct span salt, uint64_t rounds)
{
	static const unsigned char block[] = { 0, 0, 0, 1 };
	br_hmac_key_context keyed;
	br_hmac_context hmac;
	unsigned char u[HASH_OCTETS];

	br_hmac_key_init(&keyed, work->hash, password.ptr, password.len);
	br_hmac_init(&hmac, &keyed, 0);
	br_hmac_update(&hmac, salt.ptr, salt.len);
	br_hmac_update(&hmac, block, sizeof(block));
	br_hmac_out(&hmac, u);
	memcpy(work->salted, u, work->size);
	for (uint64_t i = 1; i < rounds; i++) {
		br_hmac_init(&hmac, &keyed, 0);
		br_hmac_update(&hmac, u, work->size);
		br_hmac_out(&hmac, u);
		for (size_t j = 0; j < work->size; j++)
			work->salted[j] ^= u[j];
	}
	wipe(&keyed, sizeof(keyed));
	wipe(&hmac, sizeof(hmac));
	wipe(u, sizeof(u));
}

/* ---- what the server says ---- */

/* Cuts "NAME=value" off the front of a list with commas; no value is empty. */
static bool attribute(struct span *list, char name, struct span *value)
{
	struct span rest = *list;

	if (rest.len < 3 || rest.ptr[0] != name || rest.ptr[1] != '=')
		return false;
	rest = span_from(rest, 2);
	*value = span_first(rest, span_find(rest, ','));
	*list = span_from(rest, value->len + 1);
	return value->len > 0;
}

static bool is_printable(struct span span)
{
	for (size_t i = 0; i < span.len; i++)
		if (!is_print(span.ptr[i]))
			return false;
	return true;
}

/* The server-first-message. */
struct server_first {
	struct span nonce;
	struct span salt;
	uint64_t rounds;
};

/*
 * Reads "r=NONCE,s=SALT,i=ROUNDS"; extensions behind them are of no account,
 * but one in front ("m=") must be understood, and we know none (RFC 5802
 * 5.1). The salt is decoded in place. What is wrong, or NULL.
 */
static const char *read_first(
    struct span said, char *salt, struct server_first *first)
{
	struct span encoded;
	struct span number;

	if (!attribute(&said, 'r', &first->nonce) ||
	    !attribute(&said, 's', &encoded) ||
	    !attribute(&said, 'i', &number) || !is_printable(first->nonce))
		return "the challenge is not one of SCRAM";
	if (!base64_decode(encoded, salt, &first->salt.len))
		return "the challenge's salt is not base64";
	first->salt.ptr = salt;
	if (number.ptr[0] == '0' ||
	    !span_number(number, UINT64_MAX / 2, &first->rounds))
		return "the challenge's number of rounds is none";
	return NULL;
}

static bool starts(struct span span, struct span with)
{
	return span_equal(span_first(span, with.len), with);
}

static enum sasl_verdict wrong_rounds(struct sasl *sasl, uint64_t rounds)
{
	struct text *why = sasl_compose(sasl);

	text_puts(why, "the server asks for ");
	text_number(why, rounds);
	text_puts(why, " rounds of hashing, ");
	text_puts(why, rounds > SCRAM_ROUNDS_MAX
			   ? "more than the 100000 done here"
			   : "too few to be safe");
	return sasl_break(sasl, text_span(why));
}

/* ---- what is said ---- */

/* Behind the gs2-header "n,,": no channel binding, no other identity. */
static enum sasl_verdict say_first(struct sasl *sasl)
{
	struct text *bare = sasl_compose(sasl);

	text_puts(bare, "n=");
	sasl_put_name(bare, sasl->terms.user);
	text_puts(bare, ",r=");
	text_put(bare, sasl->terms.nonce);
	if (bare->cut)
		return sasl_break(sasl, SPAN("the user's name is too long"));
	sasl->first = text_span(bare);
	sasl_respond(sasl, SPAN("n,,"));
	sasl_respond(sasl, sasl->first);
	return SASL_RESPOND;
}

/* ClientProof, and the ServerSignature that must come back. */
static void prove(struct sasl *sasl, const struct server_first *first,
    struct span said, struct span without_proof, unsigned char *proof)
{
	const struct span message[] = { sasl->first, SPAN(","), said, SPAN(","),
		without_proof };
	const struct span client = SPAN("Client Key");
	const struct span server = SPAN("Server Key");
	struct work work;

	work_init(&work, sasl);
	salt_password(&work, secret_reveal(sasl->terms.secret), first->salt,
	    first->rounds);
	mac(&work, work.salted, &client, 1, work.client_key);
	digest(&work, work.client_key, work.stored_key);
	mac(&work, work.stored_key, message, 5, work.signature);
	for (size_t i = 0; i < work.size; i++)
		proof[i] = work.client_key[i] ^ work.signature[i];
	mac(&work, work.salted, &server, 1, work.server_key);
	mac(&work, work.server_key, message, 5, work.signature);
	memcpy(sasl->expected, work.signature, work.size);
	sasl->expected_len = work.size;
	wipe(&work, sizeof(work));
}

/* The client-final-message; "biws" is the gs2-header in base64. */
static enum sasl_verdict say_final(
    struct sasl *sasl, const struct server_first *first, struct span said)
{
	struct text *text = &sasl->computed;
	size_t begin = text->len;
	unsigned char proof[HASH_OCTETS];
	char encoded[HASH_OCTETS / 3 * 4 + 4];
	size_t len;

	text_puts(text, "c=biws,r=");
	text_put(text, first->nonce);
	if (text->cut)
		return sasl_break(
		    sasl, SPAN("the challenge's nonce is too long"));
	prove(sasl, first, said, span_from(text_span(text), begin), proof);
	len = base64_encode(
	    span_make((const char *)proof, sasl->expected_len), encoded);
	text_puts(text, ",p=");
	text_put(text, span_make(encoded, len));
	if (text->cut)
		return sasl_break(
		    sasl, SPAN("the challenge's nonce is too long"));
	sasl_respond(sasl, span_from(text_span(text), begin));
	return SASL_RESPOND;
}

/*
 * The nonce must be ours with more behind it: one that is not was made for
 * somebody else (RFC 5802 5.1), and one without the server's part is no new
 * one to the server.
 */
static enum sasl_verdict on_first(struct sasl *sasl, struct span said)
{
	bool is_new = sasl->mechanism == SASL_SCRAM_SHA_256;
	char salt[SASL_CHALLENGE_OCTETS + 3];
	struct server_first first = { 0 };
	const char *wrong;

	if (said.len > SASL_CHALLENGE_OCTETS)
		return sasl_break(sasl, SPAN("the challenge is too long"));
	wrong = read_first(said, salt, &first);
	if (wrong)
		return sasl_break(sasl, span_of(wrong));
	if (!starts(first.nonce, sasl->terms.nonce) ||
	    first.nonce.len == sasl->terms.nonce.len)
		return sasl_break(
		    sasl, SPAN("the challenge's nonce does not go on ours"));
	if (first.rounds > SCRAM_ROUNDS_MAX ||
	    first.rounds <
		(is_new ? SCRAM_SHA_256_ROUNDS_MIN : SCRAM_SHA_1_ROUNDS_MIN))
		return wrong_rounds(sasl, first.rounds);
	return say_final(sasl, &first, said);
}

/* see scram.h */
bool scram_prove(const struct sasl *sasl, struct span data)
{
	char signature[HASH_OCTETS + 3];
	struct span encoded;
	size_t len;

	if (sasl->expected_len == 0 || !attribute(&data, 'v', &encoded) ||
	    encoded.len > base64_length(HASH_OCTETS) ||
	    !base64_decode(encoded, signature, &len))
		return false;
	return secret_equal(span_make(signature, len),
	    span_make(sasl->expected, sasl->expected_len));
}

/* The server-final-message: its signature, or "e=" and why there is none. */
static enum sasl_verdict on_final(struct sasl *sasl, struct span said)
{
	if (starts(said, SPAN("e=")))
		return SASL_REFUSED;
	return sasl->is_proven ? SASL_RESPOND : SASL_IMPOSTOR;
}

/* see scram.h */
enum sasl_verdict scram_step(struct sasl *sasl, struct span challenge)
{
	switch (sasl->step) {
	case 0:
		return say_first(sasl);
	case 1:
		return on_first(sasl, challenge);
	case 2:
		return on_final(sasl, challenge);
	default:
		return SASL_BROKEN;
	}
}
