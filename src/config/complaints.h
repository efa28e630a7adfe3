/*
 * complaints - everything that is wrong with a configuration, at once.
 *
 * An operator who is told of one mistake a run gives up at the third. So the
 * readers go on after a mistake and gather; whoever asked for the reading
 * prints the list:
 *
 *     FILE:LINE: key: what is wrong
 *
 * Values of secrets never come here: the readers show names and lengths.
 *
 * Owns:   the texts, in an arena of its own, so that the list survives the
 *         settings it is about.
 */
#ifndef CONFIG_COMPLAINTS_H
#define CONFIG_COMPLAINTS_H

#include <stdio.h>

#include "base/arena.h"

struct complaint {
	unsigned line;
	const char *text; /* "key: what is wrong" */
};

struct complaints {
	struct arena arena;
	const char *file;
	struct complaint *list; /* by line; in one line, in order of finding */
	size_t count;
	int unreadable; /* errno, when the file could not be read at all */
};

/* An empty list about `file`, whose name is copied. */
void complaints_init(struct complaints *complaints, const char *file);
void complaints_finish(struct complaints *complaints);

/* One more. `key` is a key's name, a heading such as "[account]", or "line"
 * for a line that is neither. */
__attribute__((format(printf, 4, 5))) void complain(
    struct complaints *complaints, unsigned line, const char *key,
    const char *format, ...);

/* The file itself cannot be opened or read; `error` is errno's value. */
void complain_unreadable(struct complaints *complaints, int error);

/* Prints all of them, one a line. */
void complaints_print(const struct complaints *complaints, FILE *out);

#endif
