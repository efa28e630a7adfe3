/*
 * offer - our answer to EHLO: only what we handle ourselves is offered, and
 * not what is hidden from the device. The provider's list is never copied.
 */
#ifndef RELAY_OFFER_H
#define RELAY_OFFER_H

#include "relay/client.h"

/* Says the whole reply; there is room for it. */
void offer_say(struct client *client);

#endif
