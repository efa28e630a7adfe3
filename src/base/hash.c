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

/* Two lanes, so that one does not wait for the other. Both factors hold words
 * of the key: who knows none cannot make one of them zero. */
static void put_block(
    uint64_t lanes[HASH_LANES], const uint64_t *key, const char *octets)
{
	uint64_t words[2 * HASH_LANES];

	memcpy(words, octets, sizeof(words));
	for (size_t i = 0; i < HASH_LANES; i++)
		lanes[i] = fold(words[2 * i] ^ lanes[i] ^ key[2 * i],
		    words[2 * i + 1] ^ key[2 * i + 1]);
}

/* see hash.h */
void hash_init(struct hash *hash, const struct hash_key *key)
{
	/* Half of the bits set, so that no key is a weak one: the fractions of
	 * the square roots of 2, 3, 5 and 7. */
	static const uint64_t roots[2 * HASH_LANES] = {
		0x6a09e667f3bcc908,
		0xbb67ae8584caa73b,
		0x3c6ef372fe94f82b,
		0xa54ff53a5f1d36f1,
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
	uint64_t lanes[HASH_LANES];

	hash->len += octets.len;
	memcpy(lanes, hash->lanes, sizeof(lanes));
	if (have > 0) {
		memcpy(hash->tail + have, first.ptr, first.len);
		octets = span_from(octets, first.len);
		if (have + first.len < HASH_BLOCK_OCTETS)
			return;
		put_block(lanes, hash->key.words, hash->tail);
	}
	for (; octets.len >= HASH_BLOCK_OCTETS;
	     octets = span_from(octets, HASH_BLOCK_OCTETS))
		put_block(lanes, hash->key.words, octets.ptr);
	if (octets.len > 0)
		memcpy(hash->tail, octets.ptr, octets.len);
	memcpy(hash->lanes, lanes, sizeof(lanes));
}

/* see hash.h */
uint64_t hash_value(const struct hash *hash)
{
	size_t have = hash->len % HASH_BLOCK_OCTETS;
	const uint64_t *key = hash->key.words;
	char block[HASH_BLOCK_OCTETS] = { 0 };
	uint64_t lanes[HASH_LANES];

	memcpy(lanes, hash->lanes, sizeof(lanes));
	memcpy(block, hash->tail, have);
	put_block(lanes, key, block);
	return fold(
	    fold(lanes[0] ^ hash->len, lanes[1] ^ key[1]) ^ key[2], key[3]);
}
