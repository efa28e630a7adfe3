/*
 * heard - whether a device heard that its message was sent.
 *
 * It heard it when it goes on speaking, or when its system acknowledged our
 * last octet. A device that closed before, or is gone, did not; its message is
 * remembered (relay/receipts.h), since it will send it again.
 */
#ifndef NET_HEARD_H
#define NET_HEARD_H

#include "net/conn.h"

/* After a turn: was the 250 of a message said, or does the device go on? */
void heard_watch(struct conn *conn);

enum { HEARD_LOOK_MS = 20 }; /* nothing wakes us when it is decided */

/* May more be learned by waiting a moment? */
bool heard_is_open(struct conn *conn);

/* The connection ends: what was not heard by now never will be. */
void heard_end(struct conn *conn);

#endif
