#include "oauth/words.h"

#include <time.h>

#include "base/ensure.h"

/* see words.h */
void words_put_time(struct text *text, int64_t at)
{
	time_t seconds = (time_t)at;
	struct tm parts;
	char date[32];

	if (gmtime_r(&seconds, &parts) &&
	    strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", &parts) > 0)
		text_puts(text, date);
	else
		text_puts(text, "a day out of reach");
}

/* In the largest unit of which there are two at least; see words.h */
void words_put_length(struct text *text, uint64_t seconds)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = {
		{ 24 * 60 * 60, " days" },
		{ 60 * 60, " hours" },
		{ 60, " minutes" },
		{ 1, " seconds" },
	};
	size_t i = 0;

	while (i + 1 < array_len(units) && seconds / units[i].seconds < 2)
		i++;
	text_number(text, seconds / units[i].seconds);
	text_puts(text, units[i].name);
}

/* see words.h */
void words_put_distance(struct text *text, int64_t at, int64_t now)
{
	if (at >= now) {
		text_puts(text, "in ");
		words_put_length(text, (uint64_t)(at - now));
	} else {
		words_put_length(text, (uint64_t)(now - at));
		text_puts(text, " ago");
	}
}
