/*
 * arena - memory that is given out in pieces and freed all at once.
 *
 * One configuration is one arena. Everything in it is wiped when it goes, so
 * passwords may live in it. Not part of the pure core: it calls malloc.
 *
 * Faults: out of memory stops the program with a message; this is start-up
 *         and reload, never the corridor.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
};

/* `size` zeroed octets, aligned for any object. They live until arena_free. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of `octets` with a NUL behind it. */
char *arena_string(struct arena *arena, struct span octets);

/*
 * Makes room for one more element in an array that grows by doubling:
 * returns the array (moved, perhaps) with `*count` raised by one and the new
 * last element zeroed. The old copy stays behind in the arena.
 */
void *arena_grow(
    struct arena *arena, void *array, size_t *count, size_t element_size);

/* Wipes and frees everything. */
void arena_free(struct arena *arena);

#endif
