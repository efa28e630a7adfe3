/*
 * links - the connections of one account, in no order, and what can be asked of
 * each.
 *
 * Owns: nothing; a place lies in the link.
 */
#ifndef NET_LINKS_H
#define NET_LINKS_H

#include "net/link.h"

struct links {
	struct link *first;
};

void links_add(struct links *links, struct link *link);
void links_remove(struct links *links, struct link *link);

/* Of how many is it true? */
unsigned links_count(
    const struct links *links, bool (*is_so)(const struct link *));

/* Is it true of any? */
bool links_any(const struct links *links, bool (*is_so)(const struct link *));

/* The idle one that idled least, as others may go cold; NULL: none is. */
struct link *links_freshest(const struct links *links);

/* Is it not logged in yet, and nobody's? */
bool links_is_unready(const struct link *link);

/* Is it on its way to be ready, with nobody's message on it? */
bool links_is_coming(const struct link *link);

/* Is it ready, nobody's, and to be trusted with a message? */
bool links_is_idle(const struct link *link);

/* Does it log in by POP3? */
bool links_is_at_pop(const struct link *link);

/* Does it hold one of the account's places? One that has said QUIT does not:
 * the provider needs no more of us to end it. */
bool links_is_staying(const struct link *link);

#endif
