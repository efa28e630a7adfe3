/*
 * heard - whether a device heard that its message was sent.
 *
 * It heard it when its system acknowledged our last octet. A device that closed
 * before we said it did not, nor did one that is gone; its message is
 * remembered (relay/receipts.h), since it will send it again.
 */
#ifndef NET_HEARD_H
#define NET_HEARD_H

#include "net/conn.h"

/* Nothing wakes us when it is decided. What is not acknowledged so long may
 * never be: a copy that comes on another connection waits from then on. */
enum { HEARD_LOOK_MS = 20, HEARD_PATIENCE_MS = 1000 };

/* Before a turn, so before anything more is said: has it left, has it heard? */
void heard_look(struct conn *conn);

/* After octets moved: was the 250 of a message said? */
void heard_watch(struct conn *conn);

/* When it is to be looked at again; 0: nothing is open. */
uint64_t heard_deadline(const struct conn *conn);

/* May more be learned by waiting a moment? */
bool heard_is_open(struct conn *conn);

/* The connection ends: what was not heard by now never will be. */
void heard_end(struct conn *conn);

#endif
