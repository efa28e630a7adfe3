/*
 * show - one performance of one transcript in one grain: what the rooms of
 * the player share.
 *
 * Owns:   the world, the segment being put together, the program for the
 *         fuzzer that is being written down.
 */
#ifndef TRANSCRIPTS_SHOW_H
#define TRANSCRIPTS_SHOW_H

#include "transcripts/world.h"

enum {
	SHOW_LINE_OCTETS = 1 << 16,
	SHOW_SECRET_OCTETS = 20000,
};

struct show {
	const char *file;
	unsigned line;
	bool has_begun;
	bool has_failed;
	struct world world;
	char glued[WORLD_OCTETS]; /* a segment being put together */
	size_t glued_len;
	size_t facts_at;
	char secret[SHOW_SECRET_OCTETS];
	char program[WORLD_OCTETS]; /* see seed.h */
	size_t program_len;
};

/* The first thing that is wrong is told; the rest of the show is skipped. */
void show_fail(struct show *show, const char *what, struct span got);

/* "% KEY VALUE"; and what stands when no line says otherwise. */
void show_set(struct show *show, struct span words);
void show_set_defaults(struct show *show);

/* "@ NEWS" and "= WISH". */
void show_tell(struct show *show, struct span words);
void show_check(struct show *show, struct span words);

#endif
