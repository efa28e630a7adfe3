/*
 * again - a message that comes a second time, since its device did not hear
 * that the first copy was sent (receipts.h).
 */
#ifndef RELAY_AGAIN_H
#define RELAY_AGAIN_H

#include "relay/session.h"

/* DATA was said: who sends it, to whom; the content follows. */
void again_begin(struct session *session);

/* Was its dot said, and is it not known yet whether it is a second copy? Then
 * nothing that ends a message goes to the provider. */
bool again_is_second(const struct session *session);

/* The rule: judges a message whose dot was said, once. Returns whether that
 * changed anything. */
bool again_settle(struct session *session);

/* The first copy was not heard of in time. */
void again_give_up(struct session *session);

/* The message is over: notes what others may have to know of it. */
void again_note(struct session *session);

#endif
