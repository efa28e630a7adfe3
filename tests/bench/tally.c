#include "bench/tally.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const mishaps[] = {
	[MISHAP_CONNECT] = "connect",
	[MISHAP_CLOSED] = "closed",
	[MISHAP_REFUSED] = "refused",
	[MISHAP_LATE] = "late",
};

/* see tally.h */
int tally_init(struct tally *tally)
{
	*tally = (struct tally){ 0 };
	tally->connect.ns = malloc(TALLY_SAMPLES * sizeof(uint64_t));
	tally->mail.ns = malloc(TALLY_SAMPLES * sizeof(uint64_t));
	if (tally->connect.ns && tally->mail.ns)
		return 0;
	tally_finish(tally);
	return -1;
}

/* see tally.h */
void tally_finish(struct tally *tally)
{
	free(tally->connect.ns);
	free(tally->mail.ns);
}

static void keep(struct samples *samples, uint64_t ns)
{
	if (samples->len < TALLY_SAMPLES)
		samples->ns[samples->len++] = ns;
}

/* see tally.h */
void tally_send(
    struct tally *tally, size_t octets, uint64_t connect_ns, uint64_t mail_ns)
{
	tally->messages++;
	tally->octets += octets;
	if (connect_ns > 0)
		keep(&tally->connect, connect_ns);
	keep(&tally->mail, mail_ns);
}

/* see tally.h */
void tally_fail(struct tally *tally, enum mishap mishap, const char *words)
{
	if (tally->failures[mishap]++ == 0)
		fprintf(stderr, "bench-load: %s: %s\n", mishaps[mishap], words);
}

/* see tally.h */
uint64_t tally_failures(const struct tally *tally)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < MISHAP_COUNT; i++)
		sum += tally->failures[i];
	return sum;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* The smallest sample that so many of a hundred do not exceed. */
static double percentile_ms(const struct samples *samples, size_t percent)
{
	if (samples->len == 0)
		return 0;
	return (double)samples->ns[(samples->len * percent + 99) / 100 - 1] /
	       1e6;
}

static void print_samples(const char *name, struct samples *samples)
{
	qsort(samples->ns, samples->len, sizeof(*samples->ns), compare);
	printf(" %s_p50_ms=%.3f %s_p99_ms=%.3f", name,
	    percentile_ms(samples, 50), name, percentile_ms(samples, 99));
}

/* see tally.h */
void tally_print(struct tally *tally, double seconds)
{
	printf("messages=%llu seconds=%.3f rate=%.1f mb_s=%.2f",
	    (unsigned long long)tally->messages, seconds,
	    (double)tally->messages / seconds,
	    (double)tally->octets / 1e6 / seconds);
	print_samples("connect", &tally->connect);
	print_samples("mail", &tally->mail);
	printf(" failures=%llu", (unsigned long long)tally_failures(tally));
	for (size_t i = 0; i < MISHAP_COUNT; i++)
		printf(" failed_%s=%llu", mishaps[i],
		    (unsigned long long)tally->failures[i]);
	printf("\n");
}
