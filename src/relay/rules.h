/*
 * rules - the joint rules of a session: what follows when the device's side
 * and the provider's side stand so.
 *
 * The only room that knows both. Rules are tried from the top until none
 * applies. Law: each rule makes its own condition false, or uses up something
 * that is counted.
 */
#ifndef RELAY_RULES_H
#define RELAY_RULES_H

#include "relay/session.h"

/* Applies rules until none applies; returns whether any did. */
bool rules_settle(struct session *session);

/* The content is to be said to the provider: all of it is here, or no more
 * can be held. */
bool rules_want_data(const struct session *session);

/* More room is needed, since the content is to be collected whole. */
bool rules_want_room(const struct session *session);

/* Does the transaction need a connection that it has not got? */
bool rules_want_link(const struct session *session);

#endif
