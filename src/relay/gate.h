/*
 * gate - a device's login (RFC 4954, our role as the server).
 *
 * With `auth = ignore` whatever is said is accepted and goes nowhere. With
 * `require` it must be the login of a [device]: compared in a time that tells
 * nothing, answered later with every mistake, and given up at the third. The
 * prompts are exactly what they are, since some devices compare them.
 */
#ifndef RELAY_GATE_H
#define RELAY_GATE_H

#include "relay/client.h"

enum {
	GATE_REFUSALS = 3,  /* then we hang up */
	GATE_WAIT_S = 1,    /* before the first refusal is said; then doubled */
	GATE_OCTETS = 1024, /* of a user or password, decoded */
};

/* Hears the AUTH command; hears a line of a login under way. */
void gate_auth(struct client *client, struct span argument);
void gate_hear(struct client *client, struct span line);

/* May the device send mail? */
bool gate_is_open(const struct client *client);

#endif
