#include "net/guesses.h"

#include <string.h>

enum { NETWORK_OCTETS = 8 };

/* Addresses of one network of IPv6 count as one. */
static bool is_same(const struct ip *a, const struct ip *b)
{
	size_t len = ip_is_v4(a) ? sizeof(a->octets) : NETWORK_OCTETS;

	return ip_is_v4(a) == ip_is_v4(b) &&
	       memcmp(a->octets, b->octets, len) == 0;
}

static bool is_remembered(const struct guess *guess, uint64_t now)
{
	return guess->count > 0 && now < guess->at + GUESSES_FORGIVEN_MS;
}

/* see guesses.h */
unsigned guesses_count(
    const struct guesses *guesses, const struct ip *ip, uint64_t now)
{
	for (size_t i = 0; i < GUESSES_MOST; i++) {
		const struct guess *guess = &guesses->list[i];

		if (is_remembered(guess, now) && is_same(&guess->ip, ip))
			return guess->count;
	}
	return 0;
}

/* Its place, or the one to be had: a free one, else the oldest. */
static struct guess *find_place(struct guesses *guesses, const struct ip *ip)
{
	struct guess *place = &guesses->list[0];

	for (size_t i = 0; i < GUESSES_MOST; i++) {
		struct guess *guess = &guesses->list[i];

		if (guess->count > 0 && is_same(&guess->ip, ip))
			return guess;
		if (place->count > 0 &&
		    (guess->count == 0 || guess->at < place->at))
			place = guess;
	}
	place->count = 0;
	return place;
}

/* see guesses.h */
void guesses_wrong(struct guesses *guesses, const struct ip *ip, uint64_t now)
{
	struct guess *guess = find_place(guesses, ip);

	if (!is_remembered(guess, now))
		guess->count = 0;
	guess->ip = *ip;
	guess->count++;
	guess->at = now;
}
