/*
 * outcome - how a message ends: what the device hears, what the log tells, and
 * that the connection goes back to its pool.
 */
#ifndef RELAY_OUTCOME_H
#define RELAY_OUTCOME_H

#include "relay/session.h"

/*
 * The message ends so. The device hears it at its dot, or now if it waits for
 * the answer to a command; the connection is given back.
 */
void outcome_by_failure(struct session *session, enum failure failure);
void outcome_by_reply(
    struct session *session, enum result result, const struct reply *reply);

/* The provider has it already; likewise. */
void outcome_again(struct session *session);

/* A recipient was refused: remembered, in case all of them are. */
void outcome_note(struct session *session, const struct reply *reply);

/* Says the outcome to a device that still listens. */
void outcome_say(struct session *session);

/* One line a message (event=message). */
void outcome_tell(struct session *session);

/* The connection goes back, if there is one. */
void outcome_give_back(struct session *session);

/* The transaction is over; the client side stands as after RSET. */
void outcome_end(struct session *session);

#endif
