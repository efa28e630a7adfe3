/*
 * child - a command that prints a password or a token.
 *
 * It is run by /bin/sh, and the first line of what it prints is the secret.
 * Nothing of that is ever logged; what it writes to stderr goes to ours, for
 * the operator.
 *
 * Owns:   itself, until `done` was called or child_cancel: both end it, and
 *         a command still running is killed.
 * Bounds: CHILD_SECRET_OCTETS of output and a line end, CHILD_PATIENCE_MS of
 * time.
 */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include "base/secret.h"
#include "net/loop.h"

enum {
	CHILD_SECRET_OCTETS = 16384,
	CHILD_PATIENCE_MS = 45000,
};

struct child;

/*
 * How it ended, called once and never from child_new: with a secret to be
 * copied before the call returns; or an empty one, and in words what went
 * wrong.
 */
struct child_owner {
	void (*done)(void *owner, struct secret secret, struct span detail);
};

/* Begins. NULL when there is no memory. */
struct child *child_new(struct loop *loop, const char *command,
    const struct child_owner *ops, void *owner);

/* Ends it; `done` is not called any more. */
void child_cancel(struct child *child);

#endif
