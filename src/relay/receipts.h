/*
 * receipts - messages the provider took, and of which the device has not
 * heard so: it was impatient, and will send them again.
 *
 * A message is known by a digest of device, envelope and content. One that
 * comes again within half an hour is answered 250, and goes no further; then
 * it is forgotten, since the next one like it is a new alarm. Only messages
 * whose 250 cannot have been heard are remembered: of one that was
 * acknowledged a second copy is a second message.
 *
 * Bounds: RECEIPTS_MOST messages, the oldest goes first.
 */
#ifndef RELAY_RECEIPTS_H
#define RELAY_RECEIPTS_H

#include "base/digest.h"

enum {
	RECEIPTS_MOST = 64,
	RECEIPTS_MS = 30 * 60 * 1000,
};

struct receipts {
	struct digest_key key; /* another one each time the program starts */
	struct receipt {
		uint64_t digest;
		uint64_t until; /* 0: free */
	} list[RECEIPTS_MOST];
};

/* The device of this message did not hear its 250. */
void receipts_remember(
    struct receipts *receipts, uint64_t digest, uint64_t now);

/* Is it one of those? Then it is forgotten. */
bool receipts_take(struct receipts *receipts, uint64_t digest, uint64_t now);

#endif
