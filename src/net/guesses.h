/*
 * guesses - how often each address was wrong about a device's login.
 *
 * Connections come and go; the address stays, so that guessing a short
 * password takes its time. An address is forgiven when it has not been wrong
 * for a while; to be right does not help, since it may have one login and guess
 * at another.
 *
 * Bounds: GUESSES_MOST addresses, the one that was wrong longest ago goes
 *         first; of IPv6 the network, since a host has as many as it likes.
 */
#ifndef NET_GUESSES_H
#define NET_GUESSES_H

#include "base/cidr.h"

enum {
	GUESSES_MOST = 64,
	GUESSES_FORGIVEN_MS = 15 * 60 * 1000,
};

struct guesses {
	struct guess {
		struct ip ip;
		unsigned count; /* 0: free */
		uint64_t at;	/* of the last one */
	} list[GUESSES_MOST];
};

/* How often it was wrong, lately. */
unsigned guesses_count(
    const struct guesses *guesses, const struct ip *ip, uint64_t now);

/* It was wrong once more. */
void guesses_wrong(struct guesses *guesses, const struct ip *ip, uint64_t now);

#endif
