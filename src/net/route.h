/*
 * route - a device's way to a provider: which of its accounts, the place in a
 * pool's queue, the link that is leased for a message.
 *
 * A device's accounts are tried in their order, until one gives a link; once a
 * provider has answered MAIL no other account takes over.
 */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include "net/conn.h"

/* Before anything else. */
void route_init(struct conn *conn);

/* The pool and host of the account to be tried; no pool when a reload took
 * the account away. */
struct pool *route_pool(const struct conn *conn);
struct span route_host(const struct conn *conn);

/* Asks for a link: now, or later by conn_turn, the session has one or is told
 * why there is none. */
void route_ask(struct conn *conn);

/* Until when it is waited, 0 when it is not; and what to do when that is over:
 * the device would not wait for ever either. */
uint64_t route_deadline(const struct conn *conn);
void route_tick(struct conn *conn);

/* The link goes back to its pool, if there is one. */
void route_give_back(struct conn *conn);

/* The message is over: nothing of the link's account is named any more. */
void route_end(struct conn *conn);

#endif
