/*
 * queue - who waits for a connection, in the order of coming.
 *
 * Owns: nothing; a place lies in who waits.
 */
#ifndef NET_QUEUE_H
#define NET_QUEUE_H

#include "relay/failure.h"

struct link;
struct queue;
struct waiter;

/* How waiting ends, called once and never from pool_lease. `at_pop` says that
 * it failed at the account's POP3 server. */
struct waiter_ops {
	void (*leased)(struct waiter *waiter, struct link *link);
	void (*failed)(
	    struct waiter *waiter, enum failure failure, bool at_pop);
};

/* A place in the queue. */
struct waiter {
	struct waiter *next;
	struct waiter *previous;
	const struct waiter_ops *ops;
	struct queue *queue; /* NULL: it does not wait */
	bool is_begun;	     /* its message was counted for the rate already */
};

struct queue {
	struct waiter *first;
	struct waiter *last;
	unsigned count;
};

/* Takes the last place. */
void queue_join(struct queue *queue, struct waiter *waiter);

/* Waits no more. Fine for one that does not wait. */
void queue_leave(struct waiter *waiter);

#endif
