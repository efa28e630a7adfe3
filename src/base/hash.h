/*
 * hash - 64 bits that stand for a text, fast enough to run beside a stream.
 *
 * A keyed hash by folded multiplication (the product of two words, its halves
 * joined by XOR), as hash tables use. It tells texts apart that nobody made to
 * be confused: it is no signature, and proves nothing to anybody. The key is
 * chance, so that nobody outside can look for two texts of one hash.
 *
 * How the text is cut into pieces does not matter.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/span.h"

enum { HASH_LANES = 4, HASH_BLOCK_OCTETS = 16 * HASH_LANES };

struct hash_key {
	uint64_t words[2 * HASH_LANES];
};

struct hash {
	struct hash_key key;
	uint64_t lanes[HASH_LANES];
	uint64_t len;		      /* of all that was put */
	char tail[HASH_BLOCK_OCTETS]; /* what does not yet fill a block */
};

void hash_init(struct hash *hash, const struct hash_key *key);
void hash_put(struct hash *hash, struct span octets);

/* The hash of what was put; more may be put afterwards. */
uint64_t hash_value(const struct hash *hash);

#endif
