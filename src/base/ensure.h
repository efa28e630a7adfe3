/*
 * ensure - what must be true, and small tools every room uses.
 *
 * ENSURE stays in release builds. It guards against our own mistakes only: a
 * peer must never be able to reach one, which is what the fuzzers look for.
 *
 * Faults: a broken ENSURE tells `ensure_report`, if the shell has set it, and
 *         stops the program. The core itself has nowhere to print.
 */
#ifndef BASE_ENSURE_H
#define BASE_ENSURE_H

#include <assert.h>
#include <stddef.h>

#define ENSURE(cond)                                                           \
	((cond) ? (void)0 : ensure_failed(__FILE__, __LINE__, #cond))

#define array_len(array) (sizeof(array) / sizeof((array)[0]))

#define container_of(ptr, type, member)                                        \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Set once, before anything else runs; called with the place and the text. */
extern void (*ensure_report)(const char *file, int line, const char *cond);

/* Reports and stops the program; see ENSURE. */
__attribute__((noreturn)) void ensure_failed(
    const char *file, int line, const char *cond);

#endif
