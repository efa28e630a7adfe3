/*
 * holddown - after a refused login an account is left alone for a time that
 * doubles, so that no mailbox is locked by retries.
 *
 * `doctor` proves a login in a process of its own. It leaves an empty file
 * with a date, and a hold-down that began before that date ends.
 */
#ifndef NET_HOLDDOWN_H
#define NET_HOLDDOWN_H

#include "base/span.h"

enum {
	HOLDDOWN_MS = 30 * 1000,
	HOLDDOWN_MAX_MS = 30 * 60 * 1000,
};

struct holddown {
	uint64_t until; /* of the loop's clock */
	uint64_t length_ms;
	int64_t since; /* seconds since 1970 */
};

/* A login was refused at `now`: holds down, longer than the last time. */
void holddown_begin(struct holddown *holddown, uint64_t now);

/* Does it stand at `now`? Looks for doctor's file while it does. */
bool holddown_stands(struct holddown *holddown, uint64_t now,
    const char *directory, const char *account);

/* A login succeeded, or the operator has mended something. */
void holddown_end(struct holddown *holddown);

/* Doctor's file of an account; false when the path does not fit. */
bool holddown_path(
    const char *directory, const char *account, char *path, size_t size);

#endif
