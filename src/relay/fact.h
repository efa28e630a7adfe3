/*
 * fact - what is worth telling, told by the core and printed by the shell.
 *
 * A fact is the words of one log line, "event=NAME key=value ...", composed
 * here so that transcripts can check them like replies. Values go through
 * text_value: whatever a peer said is escaped. There is no way to put a
 * secret into one, because none of these functions takes a secret.
 *
 * Owns:   the words, in place, until the shell has read them.
 * Bounds: FACTS_OCTETS; a fact that does not fit is counted and left out.
 */
#ifndef RELAY_FACT_H
#define RELAY_FACT_H

#include "base/log.h"
#include "base/text.h"

enum { FACTS_OCTETS = 8192, FACT_MAX_OCTETS = 2000 };

struct facts {
	enum log_level
	    level; /* graver ones are told, others are not composed */
	size_t len;
	size_t lost;
	size_t open; /* where the fact being composed begins */
	struct text words;
	char octets[FACTS_OCTETS];
};

void facts_init(struct facts *facts, enum log_level level);

/*
 * Begins a fact. False when its level is not wanted or there is no room: then
 * nothing more may be said of it. Each begun fact is ended by fact_end.
 */
bool fact_begin(struct facts *facts, enum log_level level, const char *event);
void fact_word(struct facts *facts, const char *key, struct span value);
void fact_number(struct facts *facts, const char *key, uint64_t value);
void fact_end(struct facts *facts);

/* The oldest fact not read yet; false when there is none. `*at` is a cursor,
 * zero at first. When all are read, facts_clear forgets them. */
bool facts_read(const struct facts *facts, size_t *at, enum log_level *level,
    struct span *words);
void facts_clear(struct facts *facts);

#endif
