/*
 * config - the configuration file, read, checked and turned into settings.
 *
 * All or nothing: with a single complaint there are no settings, so that a
 * reload never runs with half of what was meant. Nothing but the file and the
 * files it names is looked at; no name is resolved, no command is run.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/complaints.h"
#include "net/settings.h"

/*
 * Reads the file at `path`. `complaints` was prepared by complaints_init. The
 * settings have one hold, the caller's. NULL when something is wrong: either
 * complaints->unreadable is an errno value (the file could not be read; EACCES
 * and EPERM mean permissions), or there is at least one complaint.
 */
struct settings *config_read(const char *path, struct complaints *complaints);

/*
 * The same, for whoever has more to complain about: settings with mistakes are
 * returned too, to be looked at and dropped. NULL only when the file could not
 * be read. A field whose key was wrong holds its default, which may be NULL.
 */
struct settings *config_draft(const char *path, struct complaints *complaints);

#endif
