#include "smtp/date.h"

static void put_two(struct text *text, int64_t number)
{
	text_putc(text, (char)('0' + number / 10));
	text_putc(text, (char)('0' + number % 10));
}

/* see date.h */
void date_put(struct text *text, int64_t seconds)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t day = seconds / 86400;
	int64_t second = seconds % 86400;
	/* Counted in years that begin in March, four hundred at a time. */
	int64_t shifted = day + 719468;
	int64_t era = shifted / 146097;
	int64_t of_era = shifted % 146097;
	int64_t year_of_era =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year =
	    of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * of_year + 2) / 153;
	int64_t of_month = of_year - (153 * month + 2) / 5 + 1;
	int64_t calendar = month < 10 ? month + 2 : month - 10;

	text_put(text, span_make(days + 3 * (day % 7), 3));
	text_put(text, SPAN(", "));
	text_number(text, (uint64_t)of_month);
	text_putc(text, ' ');
	text_put(text, span_make(months + 3 * calendar, 3));
	text_putc(text, ' ');
	text_number(
	    text, (uint64_t)(year_of_era + era * 400 + (calendar < 2 ? 1 : 0)));
	text_putc(text, ' ');
	put_two(text, second / 3600);
	text_putc(text, ':');
	put_two(text, second / 60 % 60);
	text_putc(text, ':');
	put_two(text, second % 60);
	text_put(text, SPAN(" +0000"));
}
