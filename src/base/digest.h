/*
 * digest - 64 bits that stand for a text, fast enough to run beside a stream.
 *
 * A keyed hash by folded multiplication (the product of two words, its halves
 * joined by XOR), as hash tables use. It tells texts apart that nobody made to
 * be confused: it is no signature, and proves nothing to anybody. The key is
 * chance, so that nobody outside can look for two texts of one digest.
 *
 * How the text is cut into pieces does not matter.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/span.h"

enum { DIGEST_BLOCK_OCTETS = 32, DIGEST_LANES = 2 };

struct digest_key {
	uint64_t words[2 * DIGEST_LANES];
};

struct digest {
	struct digest_key key;
	uint64_t lanes[DIGEST_LANES];
	uint64_t len;			/* of all that was put */
	char tail[DIGEST_BLOCK_OCTETS]; /* what does not yet fill a block */
};

void digest_init(struct digest *digest, const struct digest_key *key);
void digest_put(struct digest *digest, struct span octets);

/* The digest of what was put; more may be put afterwards. */
uint64_t digest_value(const struct digest *digest);

#endif
