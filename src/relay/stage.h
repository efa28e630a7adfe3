/*
 * stage - the provider's side, one row a stage: what is said on entering it,
 * what each answer means, how long it is waited for.
 *
 * For upstream alone; everybody else asks upstream.
 */
#ifndef RELAY_STAGE_H
#define RELAY_STAGE_H

#include "relay/upstream.h"

/* Enters a stage, the only way its number changes: sets the deadline and says
 * what is to be said first. */
void stage_enter(struct upstream *upstream, enum stage next);

/* One whole reply, in a stage that hears one: answers, and enters the next. */
void stage_hear(struct upstream *upstream, const struct reply *reply);

/* Does the stage wait for a reply? */
bool stage_hears(const struct upstream *upstream);

/* Waits anew, as long as the stage's row says. */
void stage_await(struct upstream *upstream);

/* Enters LOST, if it is not lost already: the first reason stands. */
void stage_lose(
    struct upstream *upstream, enum failure failure, struct span detail);

/* The same as the verdict on a reply; the second takes the provider's words for
 * the detail, unless they repeat the login. */
enum stage stage_lost(
    struct upstream *upstream, enum failure failure, struct span detail);
enum stage stage_lost_by_reply(
    struct upstream *upstream, enum failure failure, const struct reply *reply);

/* Says one command; what could be read as a second one traps. */
void stage_say(struct upstream *upstream, struct span line);

#endif
