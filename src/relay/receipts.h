/*
 * receipts - messages the provider took, and of which the device has not
 * heard so: it was impatient, and will send them again.
 *
 * A message is known by a digest of device, envelope and content. One that
 * comes again within half an hour is answered 250, and goes no further; then
 * it is forgotten, since the next one like it is a new alarm. While the
 * provider has not answered for the first copy, whose device has left, the
 * second one waits. Only messages whose 250 cannot have been heard are
 * remembered: of one that was acknowledged a second copy is a second message.
 *
 * Bounds: RECEIPTS_MOST messages, the oldest goes first.
 */
#ifndef RELAY_RECEIPTS_H
#define RELAY_RECEIPTS_H

#include "base/hash.h"

enum {
	RECEIPTS_MOST = 64,
	RECEIPTS_MS = 30 * 60 * 1000,
};

struct receipts {
	struct hash_key key; /* another one each time the program starts */
	struct receipt {
		uint64_t digest;
		uint64_t until;	 /* 0: free */
		bool is_pending; /* the provider has not answered yet */
	} list[RECEIPTS_MOST];
};

enum receipts_verdict {
	RECEIPTS_NONE,	  /* it is a message of its own */
	RECEIPTS_PENDING, /* its first copy is under way */
	RECEIPTS_SENT,	  /* the provider has it */
};

enum receipts_verdict receipts_look(
    const struct receipts *receipts, uint64_t digest, uint64_t now);

/* The device of this message, which is under way, has left. */
void receipts_left(struct receipts *receipts, uint64_t digest, uint64_t now);

/* What became of it: the provider took it, and nobody heard; or else there is
 * nothing to remember. */
void receipts_settle(
    struct receipts *receipts, uint64_t digest, bool is_unheard, uint64_t now);

/* It was answered from memory, and that was heard. */
void receipts_forget(struct receipts *receipts, uint64_t digest);

#endif
