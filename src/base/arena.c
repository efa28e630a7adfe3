#include "base/arena.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

struct arena_block {
	struct arena_block *next;
	size_t size;
	max_align_t octets[];
};

/* see arena.h */
void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = calloc(1, sizeof(*block) + size);

	if (!block) {
		fputs("smtpseal: out of memory\n", stderr);
		abort();
	}
	block->next = arena->blocks;
	block->size = size;
	arena->blocks = block;
	return block->octets;
}

/* see arena.h */
char *arena_string(struct arena *arena, struct span octets)
{
	char *copy = arena_alloc(arena, octets.len + 1);

	if (octets.len > 0)
		memcpy(copy, octets.ptr, octets.len);
	return copy;
}

/* see arena.h */
void *arena_grow(
    struct arena *arena, void *array, size_t *count, size_t element_size)
{
	size_t have = *count;

	/* A power of two is full: the array has as many places as elements. */
	if ((have & (have - 1)) == 0) {
		size_t places = have ? 2 * have : 1;
		void *larger = arena_alloc(arena, places * element_size);

		if (have)
			memcpy(larger, array, have * element_size);
		array = larger;
	}
	*count = have + 1;
	return array;
}

/* see arena.h */
void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		wipe(block->octets, block->size);
		free(block);
	}
}
