/*
 * pools - the pools of one configuration, and how they change with it.
 *
 * A new configuration's pools are made beside the old ones and then come into
 * force, or are undone: all of them or nothing. An account that stays the same
 * keeps its pool and its warm connections.
 */
#ifndef NET_POOLS_H
#define NET_POOLS_H

#include "net/pool.h"

struct pools {
	struct pool **list;	   /* in the order of the accounts */
	struct contexts *contexts; /* read anew for each, until commit */
	size_t count;
};

/* The pool of the account of that name, or NULL. */
struct pool *pools_find(const struct pools *pools, const char *name);

/*
 * Makes the pools of `settings` into `made`, taking over from `old` what stays
 * the same. False when something an account names cannot be used, which is
 * told to the log; then pools_undo is called, else pools_commit.
 */
bool pools_make(struct pools *made, const struct pools *old, struct loop *loop,
    struct settings *settings);
void pools_undo(struct pools *made, const struct pools *old);

/* `made` comes into force: what it did not take over from `pools` is closed;
 * what it did has its hold-down ended and its trust anchors renewed. */
void pools_commit(struct pools *pools, struct pools *made);

/* Closes all; each frees itself when its last connection has ended. */
void pools_close(struct pools *pools);

#endif
