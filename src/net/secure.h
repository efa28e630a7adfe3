/*
 * secure - TLS with a device: how it begins, and what the log says when
 * nothing comes of it.
 *
 * A device never hears why: there is no channel to say it on. So the owner
 * must find it in the log, in words that name the switch to turn.
 *
 * Bounds: SECURE_MS for a handshake.
 */
#ifndef NET_SECURE_H
#define NET_SECURE_H

#include "net/conn.h"

enum { SECURE_MS = 60000 }; /* a printer of 2008 takes its time for RSA */

/* TLS begins on the connection, from the next octet on. */
void secure_begin(struct conn *conn);

/* After octets moved: did TLS come to stand, or to nothing? In the latter case
 * the connection is closed. Returns whether it stands since just now. */
bool secure_follow(struct conn *conn);

#endif
