/*
 * auth - the login as stages of the provider's side: whether there is to be
 * one, what each answer to it means, and what the log is told.
 *
 * For upstream and stage alone. How a response gets on the wire is `login`'s
 * matter, what it says is `sasl`'s.
 */
#ifndef RELAY_AUTH_H
#define RELAY_AUTH_H

#include "relay/upstream.h"

/* The mechanisms that may be used for the login now. */
uint32_t auth_mechanisms(const struct upstream *upstream);

/* What comes after the EHLO: a login, or nothing of the kind. */
enum stage auth_begin(struct upstream *upstream);

/* Says the AUTH command; hears an answer to it or to a response. */
void auth_say(struct upstream *upstream);
enum stage auth_hear(struct upstream *upstream, const struct reply *reply);

/* It is logged in: by what, for the log. */
void auth_tell_ready(struct upstream *upstream);

/* The login is over, one way or the other: nothing of it stays. */
void auth_end(struct upstream *upstream);

#endif
