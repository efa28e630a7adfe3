/*
 * section - the keys of a section as a table, and reading by it.
 *
 * One row a key: its name, who reads its value, where to, what may be said of
 * it, and whether this version knows what to do with it. A key that is not
 * available yet is still known and its value checked, but it is never
 * swallowed: the operator is told.
 */
#ifndef CONFIG_SECTION_H
#define CONFIG_SECTION_H

#include "config/complaints.h"
#include "config/ini.h"
#include "config/value.h"

struct section_key {
	const char *name;
	enum value_verdict (*read)(struct reading *reading, struct span value,
	    const void *about, void *field);
	size_t offset;
	const void *about; /* struct value_range, struct value_words, ... */
};

struct section_keys {
	const struct section_key *list;
	size_t count;
};

/* The settings in the making, while one file is read. */
struct draft {
	struct reading reading;
	struct complaints *complaints;
	struct settings *settings;
	bool is_private; /* only the owner may read the file */
};

/* Reads every entry of the section into `fields`, to whose start the offsets
 * of the rows count. */
void section_read(struct draft *draft, const struct ini_section *section,
    const struct section_keys *keys, void *fields);

/* The key, if it is there, holds a secret in the file itself: then only the
 * owner may read the file. */
void section_check_secret(
    struct draft *draft, const struct ini_section *section, const char *key);

#endif
