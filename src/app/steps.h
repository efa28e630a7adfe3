/*
 * steps - what `doctor` says on stdout: one line a step, in plain words, and
 * below one that failed why, and what to do.
 *
 * Bounds: peers' words are cut, and their control octets shown as "?".
 */
#ifndef APP_STEPS_H
#define APP_STEPS_H

#include "net/link.h"

/* One line: how it went ("ok", "FAILED", "--"), which step, in words. */
void steps_note(const char *mark, const char *step, struct span words);

/* Whose mail the server is asked to take: `sender`, or else the login name. It
 * need not be an address. */
struct span steps_sender(const struct link *link);

/* The stage was passed; says nothing of those that no person needs to see. */
void steps_passed(const struct link *link, enum stage stage);

/* The same for a stage of the login by POP3, while the link has its poplink. */
void steps_pop_passed(const struct link *link, enum pop_stage stage);

/* The link is lost. */
void steps_failed(const struct link *link);

/* The server's answer to MAIL was no. */
void steps_refused(const struct link *link, const struct reply *reply);

#endif
