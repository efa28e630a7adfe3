#include "base/rate.h"

enum { MINUTE_MS = 60000 };

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* see rate.h */
uint64_t rate_next(const struct rate *rate, uint64_t now)
{
	uint64_t step;

	if (rate->per_minute == 0)
		return now;
	step = MINUTE_MS / rate->per_minute;
	if (rate->full + step <= now + MINUTE_MS)
		return now;
	return rate->full + step - MINUTE_MS;
}

/* see rate.h */
bool rate_take(struct rate *rate, uint64_t now)
{
	if (rate_next(rate, now) > now)
		return false;
	if (rate->per_minute > 0)
		rate->full =
		    later(rate->full, now) + MINUTE_MS / rate->per_minute;
	return true;
}
