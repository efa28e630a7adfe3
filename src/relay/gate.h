/*
 * gate - a device's login (RFC 4954, our role as the server).
 *
 * With `auth = ignore` whatever is said is accepted and goes nowhere. With
 * `require` it must be the login of a [device]: compared in a time that tells
 * nothing, answered later with every mistake of its address, given up at the
 * third of a connection, and not heard at all once its address made too many.
 * The prompts are exactly what they are, since some devices compare them.
 *
 * CRAM-MD5 (RFC 2195) is offered only where it can be checked: devices prefer
 * it where they see it.
 */
#ifndef RELAY_GATE_H
#define RELAY_GATE_H

#include "relay/client.h"

enum {
	GATE_MISTAKES = 3,  /* of a connection, then we hang up */
	GATE_REFUSALS = 20, /* of an address, then it is not heard */
	GATE_WAIT_S = 1,    /* before the first refusal is said; then doubled */
	GATE_DOUBLINGS = 4, /* at most: what waits must be said in time */
	GATE_OCTETS = 1024, /* of a user or password, decoded */
};

/* Hears the AUTH command; hears a line of a login under way. */
void gate_auth(struct client *client, struct span argument);
void gate_hear(struct client *client, struct span line);

/* May the device send mail? */
bool gate_is_open(const struct client *client);

#endif
