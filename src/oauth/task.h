/*
 * task - what a command of smtpseal-oauth is about: one account of the file.
 *
 * Borrows: the settings, which outlive it.
 */
#ifndef OAUTH_TASK_H
#define OAUTH_TASK_H

#include "config/config.h"
#include "config/oauth.h"
#include "oauth/store.h"

enum {
	TASK_MARGIN_S = 5 * 60,	    /* a token is renewed before its end */
	TASK_WARNING_S = 3 * 86400, /* said so long before a login ends */
	TASK_PROOF_S = 30 * 86400,  /* and before an application's secret or
				       certificate does */
	TASK_LOCK_MS = 20 * 1000,
	TASK_WHY_OCTETS = 800,
};

struct task {
	const struct account_settings *account;
	const struct oauth_settings *oauth;
	const char *directory; /* of the stores */
	bool renews;	       /* the token at hand was refused */
};

/* Complains on stderr: "smtpseal-oauth: ACCOUNT: WHY". Returns `code`. */
int task_fail(const struct task *task, int code, const char *why);

/* Was the store filled for this application at this server? Nothing in it goes
 * to another one. */
bool task_owns(const struct task *task, const struct store *store);

/* Does it get tokens without anybody logging in? */
bool task_is_application(const struct task *task);

/* Says on stderr that the login ends soon, or the application's secret or
 * certificate, if it is known to. */
void task_warn(const struct task *task, const struct store *store, int64_t now);

/* The commands; each returns an exit code of sysexits.h. */
int task_login(const struct task *task);
int task_token(const struct task *task);
int task_status(const struct task *task);
int task_logout(const struct task *task);

#endif
