/*
 * queue - octets on their way, in memory of exactly their length, so that a
 * sanitizer sees whoever looks behind them.
 *
 * Owns:   the memory, until queue_free.
 */
#ifndef FUZZ_QUEUE_H
#define FUZZ_QUEUE_H

#include "base/span.h"

struct queue {
	char *octets;
	size_t len;
};

/* What waits; and what waits from now on, copied. */
struct span queue_peek(const struct queue *queue);
void queue_set(struct queue *queue, struct span octets);

/* These come behind; so many at the front are used up. */
void queue_put(struct queue *queue, struct span octets);
void queue_took(struct queue *queue, size_t used);

void queue_free(struct queue *queue);

#endif
