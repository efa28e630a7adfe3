/*
 * suggest - the known name that a mistyped one is nearest to.
 *
 * Borrows: the names offered; they outlive the suggestion.
 */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include "base/span.h"

struct suggestion {
	struct span wrong;
	const char *best;  /* NULL: nothing offered so far is near */
	unsigned distance; /* slips of the finger between the two */
};

/* Looks for a name near `wrong`. */
struct suggestion suggestion_for(struct span wrong);

/* One more name it could be. */
void suggestion_offer(struct suggestion *suggestion, const char *name);

/* For a complaint: "; did you mean " and the name in `text`; both empty when
 * nothing is near. */
const char *suggestion_lead(const struct suggestion *suggestion);
const char *suggestion_name(const struct suggestion *suggestion);

#endif
