/*
 * ini - a configuration file as sections, keys and values, each with its line.
 *
 * inih splits the pairs, but it does not see the file itself: it would cut
 * values at " ;", at a NUL and at its line buffer, would take an indented line
 * for more of the value before, and would say nothing of it. It is fed by a
 * reader of ours that counts the lines, drops comments, refuses what inih
 * would bend, and hides semicolons from it. Headings are read here.
 *
 * The reading goes on after a mistake. Keys below a heading that could not be
 * read are checked for their form and then dropped: they must not end up in
 * the section before.
 *
 * Borrows: the arena all strings are put into.
 * Bounds:  INI_LINE_OCTETS a line, INI_NAME_OCTETS a section's name.
 */
#ifndef CONFIG_INI_H
#define CONFIG_INI_H

#include <stdio.h>

#include "base/arena.h"
#include "config/complaints.h"

enum {
	INI_LINE_OCTETS = 1000, /* without its end */
	INI_NAME_OCTETS = 40,
};

struct ini_entry {
	const char *key;
	const char *value; /* without blanks at the ends; may be empty */
	unsigned line;
};

/* [kind] or [kind name] */
struct ini_section {
	const char *kind;
	const char *name; /* "" when it has none */
	unsigned line;
	struct ini_entry *entries;
	size_t entry_count;
};

struct ini {
	struct ini_section *sections;
	size_t section_count;
};

/* Reads `file` to its end. Mistakes go to `complaints`; the rest is in `ini`
 * all the same. False when the file cannot be read: errno says why. */
bool ini_read(FILE *file, struct arena *arena, struct ini *ini,
    struct complaints *complaints);

/* Is the key there; the line it stands in, or the heading's when it is not. */
bool ini_has(const struct ini_section *section, const char *key);
unsigned ini_line(const struct ini_section *section, const char *key);

#endif
