/*
 * guest - which device a connection is, by its address or its login, and what
 * is special about it.
 */
#ifndef NET_GUEST_H
#define NET_GUEST_H

#include "net/conn.h"

/* The conversation with whoever is at `conn->ip` begins. */
void guest_begin(struct conn *conn);

/* Before a turn: how often its address was wrong lately. */
void guest_watch(struct conn *conn);

/* After octets moved: has it logged in, or tried to? */
void guest_follow(struct conn *conn);

#endif
