/*
 * token - a valid access token on standard output, renewed when it is due.
 *
 * Whoever finds a token with more than five minutes left prints it without
 * further ado. Otherwise one process of many holds the lock and asks; the
 * others find the new token when they get it. A failure is remembered as well,
 * so that a server in trouble is not asked by each of them in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "oauth/ask.h"
#include "oauth/assertion.h"

enum {
	RENEWED_S = 60, /* one as young as that is not what was refused */
	LAST_S = 30,	/* a token with less left is of no use to anybody */
	RETRY_LATER_S = 10,
	RETRY_REFUSED_S = 60,
	RETRY_MOST_S = 3600,
};

static bool lasts(const struct task *task, const struct store *store,
    int64_t now, int64_t seconds)
{
	return task_owns(task, store) && store->access_token[0] &&
	       store->access_ends - now > seconds;
}

/* Is it younger than what somebody complains of? */
static bool is_young(const struct store *store, int64_t now)
{
	int64_t made = store->refreshed_at > store->login_at
			   ? store->refreshed_at
			   : store->login_at;

	return made <= now && now - made < RENEWED_S;
}

/* May it be printed without asking? */
static bool is_good(
    const struct task *task, const struct store *store, int64_t now)
{
	return lasts(task, store, now, TASK_MARGIN_S) &&
	       (!task->renews || is_young(store, now));
}

static int print(const struct task *task, const struct store *store)
{
	if (printf("%s\n", store->access_token) < 0 || fflush(stdout) != 0)
		return task_fail(task, EX_IOERR, "the token was not read");
	return EX_OK;
}

/* What was found may not do for asking: the words, or NULL when it does. */
static const char *hindrance(const struct task *task, const struct store *store)
{
	if (task_is_application(task))
		return NULL;
	if (store->client_id[0] == '\0')
		return "nobody has logged in; run smtpseal-oauth login";
	if (!task_owns(task, store))
		return "the tokens are of another application or server; run "
		       "smtpseal-oauth login";
	if (store->refresh_token[0] == '\0')
		return "there is no refresh token (does oauth_scope ask for "
		       "one?); run smtpseal-oauth login";
	return NULL;
}

#define URN "urn:ietf:params:oauth:"

/* Signs who we are, and puts that into the form. */
static bool put_assertion(const struct task *task, struct ask *ask)
{
	char octets[ASSERTION_OCTETS];
	struct text assertion;
	bool is_good;

	text_init(&assertion, octets, sizeof(octets));
	is_good =
	    assertion_make(task, (int64_t)time(NULL), &assertion, &ask->why);
	if (!is_good)
		return false;
	if (task->oauth->grant == OAUTH_SERVICE_ACCOUNT) {
		ask_put(ask, "assertion", text_end(&assertion));
	} else {
		ask_put(ask, "client_assertion_type",
		    URN "client-assertion-type:jwt-bearer");
		ask_put(ask, "client_assertion", text_end(&assertion));
	}
	wipe(octets, sizeof(octets));
	return true;
}

/* RFC 6749 6 and 4.4, RFC 7523 2. No scope is named in a refresh: it stays. */
static enum ask_verdict renew(
    const struct task *task, const struct store *store, struct ask *ask)
{
	ask_begin(ask, task);
	if (task->oauth->key && !put_assertion(task, ask))
		return ASK_FAULT;
	if (task->oauth->grant == OAUTH_SERVICE_ACCOUNT) {
		ask_put(ask, "grant_type", URN "grant-type:jwt-bearer");
	} else if (task->oauth->grant == OAUTH_CLIENT_CREDENTIALS) {
		ask_put(ask, "grant_type", "client_credentials");
		ask_put(ask, "scope", task->oauth->scope);
	} else {
		ask_put(ask, "grant_type", "refresh_token");
		ask_put(ask, "refresh_token", store->refresh_token);
	}
	return ask_token(ask, task);
}

/* Remembers a failure, and how long nobody should try again. */
static void keep_error(
    struct store *store, enum ask_verdict verdict, struct ask *ask, int64_t now)
{
	int64_t wait = verdict == ASK_LATER ? RETRY_LATER_S : RETRY_REFUSED_S;

	if (ask->http.retry_after_s > 0)
		wait = ask->http.retry_after_s;
	store_set(
	    store->error, sizeof(store->error), span_of(text_end(&ask->why)));
	store->error_at = now;
	store->retry_at = now + (wait < RETRY_MOST_S ? wait : RETRY_MOST_S);
	store->is_refused = verdict == ASK_REFUSED;
}

/* After a failure: the old token may still do. */
static int make_do(
    const struct task *task, const struct store *store, int64_t now)
{
	task_fail(task, EX_OK, store->error);
	if (!task->renews && lasts(task, store, now, LAST_S))
		return print(task, store);
	if (store->is_refused)
		return task_fail(task, EX_NOPERM,
		    task_is_application(task)
			? "the server gives this application no token"
			: "run smtpseal-oauth login");
	return EX_TEMPFAIL;
}

static bool save(const struct task *task, const struct store *store)
{
	char storage[TASK_WHY_OCTETS];
	struct text why;

	text_init(&why, storage, sizeof(storage));
	if (store_write(task->directory, task->account->name, store, &why))
		return true;
	task_fail(task, EX_IOERR, text_end(&why));
	return false;
}

/*
 * Asks. What was granted is on the disk before it is printed: a server that
 * rotates has forgotten the old refresh token by now. For the same reason the
 * store is written once before, so that a full disk or a folder that is not
 * ours shows while there is still something to lose.
 */
static int ask_and_print(const struct task *task, struct store *store)
{
	struct ask *ask = ask_new();
	int64_t now = (int64_t)time(NULL);
	enum ask_verdict verdict;
	int code = EX_IOERR;

	if (!ask)
		return task_fail(task, EX_OSERR, "out of memory");
	if (save(task, store)) {
		verdict = renew(task, store, ask);
		if (verdict == ASK_GRANTED) {
			ask_keep(ask, task, store, now);
			store->refreshed_at = now;
		} else {
			/* A server that does not answer takes its time. */
			now = (int64_t)time(NULL);
			keep_error(store, verdict, ask, now);
		}
		if (!save(task, store))
			code = EX_IOERR;
		else if (verdict == ASK_GRANTED)
			code = print(task, store);
		else
			code = make_do(task, store, now);
		task_warn(task, store, now);
	}
	ask_free(ask);
	return code;
}

/* With the lock held. */
static int renew_and_print(
    const struct task *task, struct store *store, struct text *why)
{
	int64_t now = (int64_t)time(NULL);
	const char *missing;

	if (store_read(task->directory, task->account->name, store, why) ==
	    STORE_FAULT)
		return task_fail(task, EX_DATAERR, text_end(why));
	if (is_good(task, store, now))
		return print(task, store);
	missing = hindrance(task, store);
	if (missing)
		return task_fail(task, EX_UNAVAILABLE, missing);
	/* Another application's token, or its trouble, is not this one's. */
	if (!task_owns(task, store))
		wipe(store, sizeof(*store));
	if (store->retry_at > now && store->error[0])
		return make_do(task, store, now);
	return ask_and_print(task, store);
}

static int print_token(const struct task *task, struct store *store)
{
	char storage[TASK_WHY_OCTETS];
	struct text why;
	int lock;
	int code;

	text_init(&why, storage, sizeof(storage));
	if (store_read(task->directory, task->account->name, store, &why) ==
		STORE_FOUND &&
	    is_good(task, store, (int64_t)time(NULL)))
		return print(task, store);
	text_init(&why, storage, sizeof(storage));
	lock = store_lock(
	    task->directory, task->account->name, TASK_LOCK_MS, &why);
	if (lock < 0)
		return task_fail(task, EX_TEMPFAIL, text_end(&why));
	code = renew_and_print(task, store, &why);
	close(lock);
	return code;
}

/* see task.h */
int task_token(const struct task *task)
{
	struct store *store = calloc(1, sizeof(*store));
	int code;

	if (!store)
		return task_fail(task, EX_OSERR, "out of memory");
	code = print_token(task, store);
	wipe(store, sizeof(*store));
	free(store);
	return code;
}
