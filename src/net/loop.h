/*
 * loop - what everything on one event loop shares.
 *
 * Owns:   the read buffer, the write buffer and the facts. libuv runs a read's
 *         allocation and its callback back to back, so that one buffer serves
 *         all streams; what a turn gathers is written before the turn ends,
 *         and its facts are journaled before the next turn begins.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <uv.h>

#include "base/buf.h"
#include "relay/fact.h"

enum {
	LOOP_READ_OCTETS = 65536,
	LOOP_WRITE_OCTETS = 33792, /* two full records of TLS, any suite's */
};

struct stream;

struct loop {
	uv_loop_t uv;
	struct facts facts;
	uint64_t ids;	       /* last one given */
	bool gathers;	       /* a turn goes on that ends with stream_flush */
	struct stream *writer; /* of what was gathered; NULL: nothing was */
	struct buf gathered;
	char read[LOOP_READ_OCTETS];
	char write[LOOP_WRITE_OCTETS]; /* of `gathered` */
};

/* Returns 0, or libuv's negative error. `level` is the log's. */
int loop_init(struct loop *loop, enum log_level level);

/* All handles must be closed. */
void loop_finish(struct loop *loop);

/* Milliseconds of a clock that only goes forward, as of this iteration. */
uint64_t loop_now(const struct loop *loop);

/* A number that no other connection of this process has. */
uint64_t loop_id(struct loop *loop);

/* The version of libuv that runs. */
const char *loop_library(void);

/* Gives the system back what was freed, where the C library keeps it. It takes
 * a moment, and so does memory that is wanted again: for times of rest. */
void loop_slim(void);

/* Writes the facts of this turn to the log: "conn=3f9a event=...". */
void loop_journal(struct loop *loop, const char *kind, uint64_t id);

#endif
