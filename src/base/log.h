/*
 * log - one line an event, to stderr or syslog.
 *
 *     2026-11-21T10:15:08.020Z info conn=3f9a event=message result=sent ...
 *
 * The core never calls this: it states facts (relay/fact), and the shell
 * hands them here. Values that came from a peer are escaped before they
 * arrive (text_value). This room is not part of the pure core.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/span.h"

/* Who reads it: error, an operator must act; warn, may want to look; info,
 * one line a message; debug, the stages; trace, commands and reply codes. */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_TRACE,
	LOG_LEVEL_COUNT,
};

enum log_target {
	LOG_TARGET_STDERR,
	LOG_TARGET_SYSLOG,
	LOG_TARGET_COUNT,
};

/* "error", "warn", ...; the names of the configuration too. */
const char *log_level_name(enum log_level level);

/* From here on lines of `level` and graver go to `target`. Before the first
 * call it is info, to stderr. */
void log_open(enum log_level level, enum log_target target);

/* Would a line of this level be written? Saves composing it. */
bool log_wants(enum log_level level);

/*
 * Writes one line: time, level, then `id` (for example "conn=3f9a"; may be
 * empty) and `words` ("event=... key=value ...", composed with text_value).
 */
void log_line(enum log_level level, struct span id, struct span words);

/* The same for a shell event composed on the spot: printf-like, for numbers
 * and our own words only; peers' words go through text_value. */
__attribute__((format(printf, 2, 3))) void log_event(
    enum log_level level, const char *format, ...);

#endif
