/*
 * suggest - the known name that a mistyped one is nearest to.
 *
 * Borrows: the names offered; they outlive the suggestion.
 */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include "base/span.h"

enum { SUGGESTION_OCTETS = 64 };

struct suggestion {
	struct span wrong;
	const char *best;  /* NULL: nothing offered so far is near */
	unsigned distance; /* slips of the finger between the two */
	char words[SUGGESTION_OCTETS];
};

/* Looks for a name near `wrong`. */
struct suggestion suggestion_for(struct span wrong);

/* One more name it could be. */
void suggestion_offer(struct suggestion *suggestion, const char *name);

/* For the end of a complaint: "; did you mean host?", or "" when nothing is
 * near. */
const char *suggestion_words(struct suggestion *suggestion);

#endif
