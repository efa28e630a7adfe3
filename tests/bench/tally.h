/*
 * tally - what the devices of a benchmark did: messages, latencies, failures.
 *
 * Owns:   the latencies.
 * Bounds: TALLY_SAMPLES of each kind; later ones are counted, not kept.
 */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <stddef.h>
#include <stdint.h>

enum { TALLY_SAMPLES = 1 << 20 };

/* Why a message did not get its 250. */
enum mishap {
	MISHAP_CONNECT, /* nobody took the connection */
	MISHAP_CLOSED,	/* it ended too early */
	MISHAP_REFUSED, /* the reply was another than the one hoped for */
	MISHAP_LATE,	/* not done when the whole run had to end */
	MISHAP_COUNT,
};

struct samples {
	uint64_t *ns;
	size_t len;
};

struct tally {
	struct samples connect; /* connect() to the first message's 250 */
	struct samples mail;	/* MAIL to the 250, every message */
	uint64_t messages;
	uint64_t octets;
	uint64_t failures[MISHAP_COUNT];
};

/* Gives 0, or -1 when there is no memory. */
int tally_init(struct tally *tally);
void tally_finish(struct tally *tally);

/* A message got its 250. connect_ns is 0 when it was not the first one. */
void tally_send(
    struct tally *tally, size_t octets, uint64_t connect_ns, uint64_t mail_ns);

/* One did not. The first words of each kind are shown on stderr. */
void tally_fail(struct tally *tally, enum mishap mishap, const char *words);

uint64_t tally_failures(const struct tally *tally);

/* Ends the line on stdout with all of it, as key=value. Sorts the samples. */
void tally_print(struct tally *tally, double seconds);

#endif
