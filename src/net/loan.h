/*
 * loan - the large buffers of a message in progress, and what only the world
 * knows: the time, and a name that no other message has.
 *
 * Owns:   one block, from loan_take to loan_return.
 */
#ifndef NET_LOAN_H
#define NET_LOAN_H

#include "relay/session.h"

/* Takes a loan as large as the policy says, unless it is taken already.
 * `receipts` goes with it; `number` is one that this process gives once. False
 * without memory. */
bool loan_take(struct loan *loan, const struct client_policy *policy,
    struct receipts *receipts, uint64_t number);

/* Gives it back. A zeroed loan is fine. */
void loan_return(struct loan *loan);

#endif
