/*
 * status - what the store of an account says, in plain words; and the end of
 * it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "oauth/claims.h"
#include "oauth/task.h"
#include "oauth/words.h"

static void say(const char *what, const char *text)
{
	if (text && text[0])
		printf("  %-14s %s\n", what, text);
}

/* "valid until 2026-11-22 10:15 UTC, in 43 minutes" */
static void say_time(
    const char *what, const char *front, int64_t at, int64_t now)
{
	char storage[120];
	struct text text;

	if (at == 0)
		return;
	text_init(&text, storage, sizeof(storage));
	text_puts(&text, front);
	words_put_time(&text, at);
	text_puts(&text, ", ");
	words_put_distance(&text, at, now);
	say(what, text_end(&text));
}

/* What the token says of itself: the rest of it is nobody's business. */
static void say_claims(const struct store *store)
{
	struct claims claims;

	if (!claims_read(span_of(store->access_token), &claims))
		return;
	say("it is for", claims.audience);
	say("its scopes", claims.scopes);
	say("its user", claims.user);
	say("application", claims.application);
}

static void say_tokens(const struct store *store, int64_t now)
{
	if (store->access_token[0] == '\0')
		say("access token", "none");
	else if (store->access_ends > now)
		say_time(
		    "access token", "valid until ", store->access_ends, now);
	else
		say_time("access token", "ended ", store->access_ends, now);
	say_claims(store);
	say_time("logged in", "", store->login_at, now);
	say_time("last refresh", "", store->refreshed_at, now);
	if (store->refresh_token[0] == '\0')
		return;
	if (store->refresh_ends > 0)
		say_time("refresh token",
		    store->refresh_ends > now ? "ends " : "ended ",
		    store->refresh_ends, now);
	else
		say("refresh token", "there is one; its end is not known");
	/* Google says seven days only to an application that is not public. */
	if (store->refresh_ends > 0 && strstr(store->token_url, "googleapis"))
		say("", "Google ends it after 7 days while the application is "
			"in \"Testing\"; publish it");
}

/* What there is to do, or NULL. */
static const char *advice(
    const struct task *task, const struct store *store, int64_t now)
{
	bool is_user = !task_is_application(task);

	if (!task_owns(task, store))
		return is_user ? "the tokens are of another application or "
				 "server; log in again"
			       : NULL;
	if (is_user && store->is_refused)
		return "the server refused the refresh token; log in again";
	if (is_user && store->refresh_token[0] == '\0' &&
	    store->access_ends <= now)
		return "there is no refresh token; log in again";
	if (store->refresh_ends > 0 && store->refresh_ends <= now)
		return "the login ended; log in again";
	return NULL;
}

static int say_store(const struct task *task, const struct store *store)
{
	int64_t now = (int64_t)time(NULL);
	const char *what = advice(task, store, now);

	say("scopes", store->scope);
	say_tokens(store, now);
	if (store->error[0]) {
		say("last error", store->error);
		say_time("", "", store->error_at, now);
	}
	say("to do", what);
	fflush(stdout);
	if (!what)
		task_warn(task, store, now);
	return what ? EX_UNAVAILABLE : EX_OK;
}

static int say_none(const struct task *task)
{
	if (task_is_application(task)) {
		say("access token", "none yet; it is got when it is wanted");
		return EX_OK;
	}
	say("to do", "nobody has logged in; run smtpseal-oauth login");
	return EX_UNAVAILABLE;
}

/* see task.h */
int task_status(const struct task *task)
{
	struct store *store = calloc(1, sizeof(*store));
	char storage[TASK_WHY_OCTETS];
	struct text why;
	int code = EX_DATAERR;

	if (!store)
		return task_fail(task, EX_OSERR, "out of memory");
	printf("%s\n", task->account->name);
	say("provider", task->account->provider);
	say("user", task->account->policy.user.ptr);
	say("grant", oauth_grant_name(task->oauth->grant));
	text_init(&why, storage, sizeof(storage));
	switch (store_read(task->directory, task->account->name, store, &why)) {
	case STORE_FOUND:
		code = say_store(task, store);
		break;
	case STORE_NONE:
		code = say_none(task);
		break;
	case STORE_FAULT:
		say("to do", text_end(&why));
		break;
	}
	wipe(store, sizeof(*store));
	free(store);
	return code;
}
