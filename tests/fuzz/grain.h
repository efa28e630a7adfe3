/*
 * grain - one input in pieces, as a network might deliver it.
 *
 * The first octet of an input says how it is cut, so that the fuzzer finds the
 * cuts too. Each piece stands in memory of its own and of its exact length:
 * whoever looks behind its end is caught by the sanitizer.
 *
 * Borrows: the input.
 * Owns:    the piece, until the next one or grain_finish.
 */
#ifndef FUZZ_GRAIN_H
#define FUZZ_GRAIN_H

#include "base/span.h"

struct grain {
	uint32_t state;
	struct span rest; /* what is not cut yet */
	char *piece;
};

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Begins to cut an input; `grain->rest` is all of it but its first octet. */
void grain_init(struct grain *grain, const uint8_t *data, size_t size);

/*
 * The next piece, with `keep` in front: what was not used of the one before.
 * False when nothing is left to cut.
 */
bool grain_next(struct grain *grain, struct span keep, struct span *piece);

void grain_finish(struct grain *grain);

/* Adds octets to a digest of what happened; begin with zero. */
void digest_add(uint64_t *digest, struct span octets);
void digest_number(uint64_t *digest, uint64_t number);

#endif
