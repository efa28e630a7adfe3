/*
 * listen - [listen] and [listen NAME]: where devices connect.
 */
#ifndef CONFIG_LISTEN_H
#define CONFIG_LISTEN_H

#include "config/section.h"

/* The keys of the section. */
extern const struct section_keys listen_keys;

/* Reads one section and adds it to the settings. */
void listen_read(struct draft *draft, const struct ini_section *section);

/* After all of them: adds the one on the loopback addresses if there was
 * none. */
void listen_finish(struct draft *draft);

#endif
