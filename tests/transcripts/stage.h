/*
 * stage - the world around a session, played from memory: what a connection,
 * a pool and a clock would do, so that a conversation needs no socket.
 *
 * Owns:   session, upstream and the octets on their way.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include "relay/session.h"

enum {
	STAGE_OCTETS = 1 << 20,
	STAGE_LOAN_OCTETS = 1 << 16,
};

struct stage_play {
	size_t grain; /* octets at a time; 0: all at once */
	struct client_policy client_policy;
	struct upstream_policy upstream_policy;
	struct secret secret;
	struct facts facts;
	struct session session;
	struct upstream upstream;
	bool has_upstream;  /* one is made, be it leased or not */
	bool was_released;  /* it was given back since last asked */
	uint64_t now;
	size_t hold;
	char *out;            /* lent to the upstream */
	char *loan_envelope;
	char *loan_hold;
	struct buf from_client;  /* said by the device, not used yet */
	struct buf to_client;    /* said to it, not checked yet */
	struct buf to_upstream;
};

void stage_begin(struct stage_play *play);
void stage_end(struct stage_play *play);

/* The device says this; the provider says this, in one segment. */
void stage_client_says(struct stage_play *play, struct span octets);
void stage_upstream_says(struct stage_play *play, struct span octets);

/* A new connection, connected; one that is logged in and has waited, whose
 * EHLO had these keywords (LF between them); the one given back, once more. */
void stage_link(struct stage_play *play);
void stage_warm(struct stage_play *play, struct span keywords);
void stage_again(struct stage_play *play);

/* Moves what can be moved, and lets the output leave. */
void stage_turn(struct stage_play *play);

/* Time passes. */
void stage_wait(struct stage_play *play, uint64_t ms);

#endif
