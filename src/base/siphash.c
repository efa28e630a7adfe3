#include "base/siphash.h"

#include <string.h>

enum { WORD = 8, LAST_ROUNDS = 3 };

static uint64_t turn(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void mix(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = turn(v[1], 13) ^ v[0];
	v[3] = turn(v[3], 16) ^ v[2];
	v[0] = turn(v[0], 32) + v[3];
	v[2] += v[1];
	v[3] = turn(v[3], 21) ^ v[0];
	v[1] = turn(v[1], 17) ^ v[2];
	v[2] = turn(v[2], 32);
}

static void put_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v);
	v[0] ^= word;
}

/* Little-endian on every machine; compilers make one load of it. */
static uint64_t load(const char *octets)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < WORD; i++)
		word |= (uint64_t)(unsigned char)octets[i] << 8 * i;
	return word;
}

/* see siphash.h */
void siphash_init(struct siphash *hash, const struct siphash_key *key)
{
	const uint64_t *k = key->halves;

	*hash = (struct siphash){ .v = {
				      k[0] ^ 0x736f6d6570736575,
				      k[1] ^ 0x646f72616e646f6d,
				      k[0] ^ 0x6c7967656e657261,
				      k[1] ^ 0x7465646279746573,
				  } };
}

static void put_octet(struct siphash *hash, unsigned char octet)
{
	hash->word |= (uint64_t)octet << 8 * (hash->len % WORD);
	if (++hash->len % WORD > 0)
		return;
	put_word(hash->v, hash->word);
	hash->word = 0;
}

/* see siphash.h */
void siphash_put(struct siphash *hash, struct span octets)
{
	size_t at = 0;

	while (at < octets.len && hash->len % WORD > 0)
		put_octet(hash, (unsigned char)octets.ptr[at++]);
	for (; octets.len - at >= WORD; at += WORD) {
		put_word(hash->v, load(octets.ptr + at));
		hash->len += WORD;
	}
	while (at < octets.len)
		put_octet(hash, (unsigned char)octets.ptr[at++]);
}

/* see siphash.h */
uint64_t siphash_digest(const struct siphash *hash)
{
	uint64_t v[4];

	memcpy(v, hash->v, sizeof(v));
	put_word(v, hash->word | hash->len << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < LAST_ROUNDS; i++)
		mix(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
