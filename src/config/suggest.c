#include "config/suggest.h"

#include <stdio.h>

enum { LONGEST = 31, NEVER = 1000 };

/* The least of inserting, leaving out and mistyping one letter. */
static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/* Is the pair of letters before `i` and `j` the same, but swapped? */
static bool is_swapped(struct span a, struct span b, size_t i, size_t j)
{
	return i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
	       a.ptr[i - 2] == b.ptr[j - 1];
}

/* Slips between two words: letters added, lost, mistyped, or swapped with
 * their neighbour. */
static unsigned distance(struct span a, struct span b)
{
	unsigned d[LONGEST + 1][LONGEST + 1];

	if (a.len > LONGEST || b.len > LONGEST)
		return NEVER;
	for (size_t i = 0; i <= a.len; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b.len; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++)
		for (size_t j = 1; j <= b.len; j++) {
			unsigned same =
			    to_lower(a.ptr[i - 1]) == to_lower(b.ptr[j - 1]);

			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1,
			    d[i - 1][j - 1] + !same);
			if (is_swapped(a, b, i, j) &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return d[a.len][b.len];
}

/* see suggest.h */
struct suggestion suggestion_for(struct span wrong)
{
	return (struct suggestion){ .wrong = wrong, .distance = NEVER };
}

/* see suggest.h */
void suggestion_offer(struct suggestion *suggestion, const char *name)
{
	unsigned slips = distance(suggestion->wrong, span_of(name));
	unsigned most = suggestion->wrong.len > 4 ? 2 : 1;

	if (slips <= most && slips < suggestion->distance) {
		suggestion->best = name;
		suggestion->distance = slips;
	}
}

/* see suggest.h */
const char *suggestion_words(struct suggestion *suggestion)
{
	if (suggestion->best)
		snprintf(suggestion->words, sizeof(suggestion->words),
		    "; did you mean %s?", suggestion->best);
	return suggestion->words;
}
