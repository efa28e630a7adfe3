/*
 * answers - what each answer of the provider means for the message: the
 * device hears it, or it is kept for the dot, or the conversation goes on.
 */
#ifndef RELAY_ANSWERS_H
#define RELAY_ANSWERS_H

#include "relay/session.h"

/* Hears the answer that waits at the upstream; there is room to say it to the
 * device. */
void answers_hear(struct session *session);

#endif
