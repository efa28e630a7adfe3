/*
 * record - the log of all that was heard and said, and the counts.
 *
 * One line an event: the connection's number, then `C` and what the client
 * said, `S` and what we said, `N` and a note, or `VIOLATION` and what no
 * client of ours may do. Octets that are not printable are written as \xHH.
 * A line stands in the log before its consequence leaves for the client.
 *
 * Owns:   the log file.
 * Bounds: RECORD_MAX_LINE octets of a line are shown.
 */
#ifndef PROVIDER_RECORD_H
#define PROVIDER_RECORD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { RECORD_MAX_LINE = 20000 };

struct record {
	FILE *log; /* NULL: none is kept */
	atomic_uint_fast64_t connections;
	atomic_uint_fast64_t messages;
	atomic_uint_fast64_t octets;
	atomic_uint_fast64_t violations;
};

/* Opens the log; "-" is stderr. False when it cannot be. */
bool record_open(struct record *record, const char *path);

/* What `who` ('C' or 'S') said, line by line. */
void record_said(struct record *record, unsigned number, char who,
    const char *text, size_t len);

/* A note in words. */
__attribute__((format(printf, 3, 4))) void record_note(
    struct record *record, unsigned number, const char *format, ...);

/* What the client did wrong: logged, told on stderr, and counted. */
__attribute__((format(printf, 3, 4))) void record_violation(
    struct record *record, unsigned number, const char *format, ...);

#endif
