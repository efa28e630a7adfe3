/*
 * rate - at most so many in a minute, in bursts if need be.
 *
 * After a quiet minute a whole minute's worth may come at once; from then on
 * they come spread evenly. (The generic cell rate algorithm.) Time is an
 * argument, in milliseconds of a clock that goes forward.
 */
#ifndef BASE_RATE_H
#define BASE_RATE_H

#include "base/span.h"

struct rate {
	unsigned per_minute; /* 0: no limit */
	uint64_t full;	     /* when all that was taken is paid off */
};

/* Takes one now; false when it is too early. */
bool rate_take(struct rate *rate, uint64_t now);

/* When the next may be taken: now, or later. */
uint64_t rate_next(const struct rate *rate, uint64_t now);

#endif
