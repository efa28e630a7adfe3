/*
 * device - [device NAME]: what is special about one device.
 *
 * Read after all accounts, as it names them.
 */
#ifndef CONFIG_DEVICE_H
#define CONFIG_DEVICE_H

#include "config/section.h"

extern const struct section_keys device_keys;

/* Reads one section and adds it to the settings. */
void device_read(struct draft *draft, const struct ini_section *section);

/* After all of them: adds the one that stands for all other devices. */
void device_finish(struct draft *draft);

#endif
