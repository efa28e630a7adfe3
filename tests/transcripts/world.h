/*
 * world - what stands around a session, played from memory: what connections,
 * a pool and a clock would do, so that a conversation needs no socket.
 *
 * Owns:   session, upstream and the octets on their way.
 */
#ifndef TRANSCRIPTS_WORLD_H
#define TRANSCRIPTS_WORLD_H

#include "relay/session.h"

enum {
	WORLD_OCTETS = 1 << 20,
};

struct world {
	size_t grain; /* octets at a time; 0: all at once */
	struct client_policy client_policy;
	struct upstream_policy upstream_policy;
	struct secret secret;
	enum log_level log;
	struct facts facts;
	struct session session;
	struct upstream upstream;
	bool has_upstream;   /* one is made, be it leased or not */
	bool was_released;   /* it was given back since last asked */
	bool is_secret_late; /* the credential is not given by itself */
	bool is_client_slow; /* the device takes nothing of what is said */
	bool is_provider_slow;
	uint64_t now;
	size_t hold;
	size_t envelope; /* octets lent for it */
	struct receipts receipts;
	uint64_t receipt; /* of the last message sent */
	bool has_no_room; /* there is no more than `hold` */
	char *out;	  /* lent to the upstream */
	char *loan_envelope;
	char *loan_hold;
	char *room; /* what `hold` has become; NULL: it is the loan's */
	size_t room_size;
	char loan_fields[REWRITE_TEXT_OCTETS];
	struct buf from_client; /* said by the device, not used yet */
	struct buf from_upstream;
	struct buf to_client; /* said to it, not checked yet */
	struct buf to_upstream;
};

void world_begin(struct world *world);
void world_end(struct world *world);

/* The device says this; the provider says this, in one segment. */
void world_client_says(struct world *world, struct span octets);
void world_upstream_says(struct world *world, struct span octets);

/* A new connection that is being dialled; connected; one that is logged in
 * and has waited, whose EHLO had these keywords (LF between them); the one
 * that was given back, once more. */
void world_dial(struct world *world);
void world_link(struct world *world);
void world_warm(struct world *world, struct span keywords);
void world_again(struct world *world);

/* TLS with the device begins, as the session wishes. */
void world_secure(struct world *world);

/* Moves what can be moved, and lets the output leave. */
void world_turn(struct world *world);

/* Time passes. */
void world_wait(struct world *world, uint64_t ms);

#endif
