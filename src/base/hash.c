#include "base/hash.h"

#include <string.h>

#ifdef __SIZEOF_INT128__
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}
#else
/* The same from four products of halves. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t left = (a >> 32) * (b & UINT32_MAX);
	uint64_t right = (a & UINT32_MAX) * (b >> 32);
	uint64_t high = (a >> 32) * (b >> 32);
	uint64_t middle =
	    (low >> 32) + (left & UINT32_MAX) + (right & UINT32_MAX);

	high += (left >> 32) + (right >> 32) + (middle >> 32);
	return (middle << 32 | (low & UINT32_MAX)) ^ high;
}
#endif

static uint64_t word_at(const char *octets)
{
	uint64_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

/* Both factors hold words of the key: who knows none cannot make one of them
 * zero. */
static uint64_t mix(uint64_t lane, const uint64_t *key, const char *octets)
{
	return fold(word_at(octets) ^ lane ^ key[0],
	    word_at(octets + sizeof(lane)) ^ key[1]);
}

/* Lanes of their own, so that none waits for another; each by its name, so
 * that they stay in registers. */
static void put_blocks(struct hash *hash, const char *octets, size_t count)
{
	const uint64_t *key = hash->key.words;
	uint64_t a = hash->lanes[0];
	uint64_t b = hash->lanes[1];
	uint64_t c = hash->lanes[2];
	uint64_t d = hash->lanes[3];

	for (; count > 0; count--, octets += HASH_BLOCK_OCTETS) {
		a = mix(a, key, octets);
		b = mix(b, key + 2, octets + 16);
		c = mix(c, key + 4, octets + 32);
		d = mix(d, key + 6, octets + 48);
	}
	hash->lanes[0] = a;
	hash->lanes[1] = b;
	hash->lanes[2] = c;
	hash->lanes[3] = d;
}

/* see hash.h */
void hash_init(struct hash *hash, const struct hash_key *key)
{
	/* Half of the bits set, so that no key is a weak one: the fractions of
	 * the square roots of the first primes. */
	static const uint64_t roots[2 * HASH_LANES] = {
		0x6a09e667f3bcc908,
		0xbb67ae8584caa73b,
		0x3c6ef372fe94f82b,
		0xa54ff53a5f1d36f1,
		0x510e527fade682d1,
		0x9b05688c2b3e6c1f,
		0x1f83d9abfb41bd6b,
		0x5be0cd19137e2179,
	};

	*hash = (struct hash){ 0 };
	for (size_t i = 0; i < 2 * HASH_LANES; i++)
		hash->key.words[i] = key->words[i] ^ roots[i];
	for (size_t i = 0; i < HASH_LANES; i++)
		hash->lanes[i] = hash->key.words[2 * i + 1];
}

/* see hash.h */
void hash_put(struct hash *hash, struct span octets)
{
	size_t have = hash->len % HASH_BLOCK_OCTETS;
	struct span first = span_first(octets, HASH_BLOCK_OCTETS - have);
	size_t blocks;

	hash->len += octets.len;
	if (have > 0) {
		memcpy(hash->tail + have, first.ptr, first.len);
		octets = span_from(octets, first.len);
		if (have + first.len < HASH_BLOCK_OCTETS)
			return;
		put_blocks(hash, hash->tail, 1);
	}
	blocks = octets.len / HASH_BLOCK_OCTETS;
	put_blocks(hash, octets.ptr, blocks);
	octets = span_from(octets, blocks * HASH_BLOCK_OCTETS);
	if (octets.len > 0)
		memcpy(hash->tail, octets.ptr, octets.len);
}

/* see hash.h */
uint64_t hash_value(const struct hash *hash)
{
	size_t have = hash->len % HASH_BLOCK_OCTETS;
	char block[HASH_BLOCK_OCTETS] = { 0 };
	struct hash last = *hash;
	uint64_t value = hash->len;

	memcpy(block, hash->tail, have);
	put_blocks(&last, block, 1);
	for (size_t i = 0; i < HASH_LANES; i++)
		value = fold(value ^ last.lanes[i] ^ last.key.words[2 * i],
		    last.key.words[2 * i + 1]);
	return value;
}
