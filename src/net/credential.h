/*
 * credential - the password or token for one login: from the settings, or from
 * a command that is run for it.
 *
 * Owns:    the command while it runs, and what it gave, until
 *          credential_forget.
 * Borrows: the account's settings.
 */
#ifndef NET_CREDENTIAL_H
#define NET_CREDENTIAL_H

#include "net/child.h"
#include "net/settings.h"

/* The command has ended: its secret is there now, or `why` says what went
 * wrong. Never called from credential_ask. */
struct credential_owner {
	void (*come)(void *owner, bool is_there, struct span why);
};

struct credential {
	struct loop *loop;
	const struct account_settings *account;
	const struct credential_owner *ops;
	void *owner;
	struct child *child;
	bool renews; /* the last token was refused: it gets a new one */
	struct secret fetched; /* allocated */
};

enum credential_verdict {
	CREDENTIAL_THERE,
	CREDENTIAL_AWAITED, /* `come` will be called */
	CREDENTIAL_NO_MEMORY,
};

void credential_init(struct credential *credential, struct loop *loop,
    const struct account_settings *account, const struct credential_owner *ops,
    void *owner);

/* Asks for it; the command begins to run with the first time. `*secret` lives
 * until credential_forget. An account without any gets an empty one. */
enum credential_verdict credential_ask(
    struct credential *credential, const struct secret **secret);

/* Ends the command, wipes what it gave; may be asked for again. */
void credential_forget(struct credential *credential);

#endif
