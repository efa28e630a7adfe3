/*
 * limits - [limits], [log] and [state]: the sections that stand once.
 */
#ifndef CONFIG_LIMITS_H
#define CONFIG_LIMITS_H

#include "config/section.h"

extern const struct section_keys limits_keys;
extern const struct section_keys log_keys;
extern const struct section_keys state_keys;

/* Sets what holds when the file says nothing. Call it before the readers. */
void limits_defaults(struct settings *settings);

/* Each reads its section into the settings. */
void limits_read(struct draft *draft, const struct ini_section *section);
void limits_read_log(struct draft *draft, const struct ini_section *section);
void limits_read_state(struct draft *draft, const struct ini_section *section);

#endif
