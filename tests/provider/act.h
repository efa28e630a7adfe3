/*
 * act - saying a reply, or what the script wants done in its place.
 */
#ifndef PROVIDER_ACT_H
#define PROVIDER_ACT_H

#include "provider/talk.h"

/* The order for this coming to `stage`, or NULL. */
const struct order *act_order(struct talk *talk, enum stage stage);

/*
 * The first digit the client will hear if act is called with these, and so
 * what became of its command: '2', '3', '4', '5', or 0 when it hears nothing
 * whole.
 */
char act_digit(const struct order *order, const char *reply);

/* Says `reply`, CRLF ended, or obeys `order`. */
void act(struct talk *talk, const struct order *order, const char *reply);

/* All three in one, which is all that most stages need. */
char say(struct talk *talk, enum stage stage, const char *reply);

/* Says what no script interferes with. */
void say_plainly(struct talk *talk, const char *reply);

/*
 * STAGE_HANDSHAKE: obeys the order instead of shaking hands, once the client
 * has begun to. False when there is none, or only a delay.
 */
bool act_on_handshake(struct talk *talk);

#endif
