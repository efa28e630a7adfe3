/*
 * asks - what the session decides for its client side: MAIL, RCPT and DATA.
 */
#ifndef RELAY_ASKS_H
#define RELAY_ASKS_H

#include "relay/session.h"

/* Answers an ask, or sees to it that it can be. False when it must be asked
 * again: its line is not used up then. */
bool asks_answer(struct session *session, const struct ask *ask);

/* The octets a message may have; 0: any number. */
uint64_t asks_size_limit(const struct session *session);

#endif
