/*
 * heard - whether a device heard that its message was sent.
 *
 * It heard it when it goes on speaking, or when its system acknowledged our
 * last octet. A device that closed before we said it did not, nor did one that
 * is gone; its message is remembered (relay/receipts.h), since it will send it
 * again.
 */
#ifndef NET_HEARD_H
#define NET_HEARD_H

#include "net/conn.h"

enum { HEARD_LOOK_MS = 20 }; /* nothing wakes us when it is decided */

/* Before a turn, so before anything more is said: has it left, has it heard? */
void heard_look(struct conn *conn);

/* After octets moved: was the 250 of a message said, does the device go on? */
void heard_watch(struct conn *conn);

/* May more be learned by waiting a moment? */
bool heard_is_open(struct conn *conn);

/* The connection ends: what was not heard by now never will be. */
void heard_end(struct conn *conn);

#endif
