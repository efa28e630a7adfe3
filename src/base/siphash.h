/*
 * siphash - SipHash-1-3 (Aumasson, Bernstein): a keyed digest of 64 bits, fast
 * enough to run beside a stream. Whoever does not know the key cannot make two
 * texts of one digest.
 *
 * How the text is cut into pieces does not matter.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include "base/span.h"

struct siphash_key {
	uint64_t halves[2];
};

struct siphash {
	uint64_t v[4];
	uint64_t word; /* octets that do not yet fill one */
	uint64_t len;  /* of all that was put */
};

void siphash_init(struct siphash *hash, const struct siphash_key *key);
void siphash_put(struct siphash *hash, struct span octets);

/* The digest of what was put; more may be put afterwards. */
uint64_t siphash_digest(const struct siphash *hash);

#endif
