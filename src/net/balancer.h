/*
 * balancer - the PROXY header of a load balancer, which says whose connection
 * it brings. Before it nothing is said, and nothing else is heard.
 */
#ifndef NET_BALANCER_H
#define NET_BALANCER_H

#include "net/conn.h"

/* Hears what came of the header. Once it was read `header_until` is 0, and the
 * conversation is that of the device it names; where it is none, or late, the
 * connection is closed. */
void balancer_hear(struct conn *conn);

#endif
