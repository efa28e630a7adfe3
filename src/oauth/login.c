/*
 * login - somebody agrees in a browser, and the first tokens are kept.
 *
 * The device grant (RFC 8628) needs no browser on this machine: an address and
 * a code are shown, and the server is asked in its interval whether the code
 * was entered somewhere. The code grant is in browse.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "oauth/ask.h"
#include "oauth/browse.h"

enum {
	INTERVAL_S = 5, /* RFC 8628 3.2, when none is said */
	SLOWER_S = 5,	/* RFC 8628 3.5, each time */
	DEVICE_S = 900, /* when the server says no end */
	MOST_INTERVAL_S = 300,
};

static int fail_by(
    const struct task *task, enum ask_verdict verdict, struct ask *ask)
{
	int code = verdict == ASK_REFUSED ? EX_NOPERM
		   : verdict == ASK_LATER ? EX_TEMPFAIL
					  : EX_UNAVAILABLE;

	return task_fail(task, code, text_end(&ask->why));
}

/* A login without a refresh token, and what may help: by OpenID Connect Core
 * 11 a browser gets one only where it asks for consent. */
static const char *transience(const struct task *task)
{
	return task->oauth->grant == OAUTH_CODE
		   ? "the server gave no refresh token; the login ends with "
		     "the access token (does oauth_scope ask for one? Some "
		     "servers want ?prompt=consent behind oauth_authorize_url, "
		     "too)"
		   : "the server gave no refresh token; the login ends with "
		     "the access token (does oauth_scope ask for one?)";
}

/* What was granted replaces the whole of the store. */
static int keep(const struct task *task, struct ask *ask)
{
	struct store *store = calloc(1, sizeof(*store));
	int64_t now = (int64_t)time(NULL);
	bool is_good = false;
	int lock;

	if (!store)
		return task_fail(task, EX_OSERR, "out of memory");
	ask_keep(ask, task, store, now);
	store->login_at = now;
	text_init(&ask->why, ask->words, sizeof(ask->words));
	lock = store_lock(
	    task->directory, task->account->name, TASK_LOCK_MS, &ask->why);
	if (lock >= 0) {
		is_good = store_write(
		    task->directory, task->account->name, store, &ask->why);
		close(lock);
	}
	if (is_good && store->refresh_token[0] == '\0')
		task_fail(task, EX_OK, transience(task));
	wipe(store, sizeof(*store));
	free(store);
	if (!is_good)
		return task_fail(task, EX_IOERR, text_end(&ask->why));
	printf("%s: logged in\n", task->account->name);
	return EX_OK;
}

/* ---- the device grant ---- */

static void show(const struct answer_device *device)
{
	printf("Open    %s\nenter   %s\n", device->verification_uri,
	    device->user_code);
	if (device->verification_uri_complete[0])
		printf("or open %s\n", device->verification_uri_complete);
	printf("and agree, on any device. Waiting for %lld minutes.\n",
	    (long long)device->expires_in / 60);
	fflush(stdout);
}

/* RFC 8628 3.4 and 3.5: a timeout makes the interval longer, too. */
static enum ask_verdict poll_token(const struct task *task, struct ask *ask,
    const struct answer_device *device)
{
	int64_t end = (int64_t)time(NULL) + device->expires_in;
	int64_t interval = device->interval;
	enum ask_verdict verdict = ASK_PENDING;

	while ((int64_t)time(NULL) + interval <= end) {
		sleep((unsigned)interval);
		ask_begin(ask, task);
		ask_put(ask, "grant_type",
		    "urn:ietf:params:oauth:grant-type:device_code");
		ask_put(ask, "device_code", device->device_code);
		verdict = ask_token(ask, task);
		if (verdict == ASK_SLOWER)
			interval += SLOWER_S;
		else if (verdict == ASK_LATER)
			interval = ask->http.retry_after_s > interval
				       ? ask->http.retry_after_s
				       : interval * 2;
		else if (verdict != ASK_PENDING)
			return verdict;
		if (interval > MOST_INTERVAL_S)
			interval = MOST_INTERVAL_S;
	}
	text_init(&ask->why, ask->words, sizeof(ask->words));
	text_puts(&ask->why, "the code was not entered in time");
	return ASK_REFUSED;
}

static int login_device(const struct task *task, struct ask *ask)
{
	struct answer_device device;
	enum ask_verdict verdict;

	ask_begin(ask, task);
	ask_put(ask, "scope", task->oauth->scope);
	verdict = ask_other(ask, task, task->oauth->device_url);
	if (verdict != ASK_GRANTED)
		return fail_by(task, verdict, ask);
	if (!answer_read_device(
		span_make(ask->http.body, ask->http.len), &device, &ask->why))
		return fail_by(task, ASK_FAULT, ask);
	if (device.interval <= 0)
		device.interval = INTERVAL_S;
	if (device.expires_in <= 0)
		device.expires_in = DEVICE_S;
	show(&device);
	verdict = poll_token(task, ask, &device);
	wipe(&device, sizeof(device));
	if (verdict != ASK_GRANTED)
		return fail_by(task, verdict, ask);
	return keep(task, ask);
}

static int login_code(const struct task *task, struct ask *ask)
{
	enum ask_verdict verdict = browse_token(task, ask);

	if (verdict != ASK_GRANTED)
		return fail_by(task, verdict, ask);
	return keep(task, ask);
}

/* A store that is not ours is told before anybody opens a browser. */
static int check_store(const struct task *task, struct ask *ask)
{
	struct store *store = calloc(1, sizeof(*store));
	enum store_verdict verdict;

	if (!store)
		return task_fail(task, EX_OSERR, "out of memory");
	verdict =
	    store_read(task->directory, task->account->name, store, &ask->why);
	wipe(store, sizeof(*store));
	free(store);
	if (verdict == STORE_FAULT)
		return task_fail(task, EX_DATAERR, text_end(&ask->why));
	return EX_OK;
}

/* see task.h */
int task_login(const struct task *task)
{
	struct ask *ask;
	int code;

	if (task_is_application(task))
		return task_fail(task, EX_USAGE,
		    "nobody logs in with this oauth_grant; smtpseal-oauth "
		    "token gets a token by itself");
	ask = ask_new();
	if (!ask)
		return task_fail(task, EX_OSERR, "out of memory");
	text_init(&ask->why, ask->words, sizeof(ask->words));
	code = check_store(task, ask);
	if (code == EX_OK)
		code = task->oauth->grant == OAUTH_CODE
			   ? login_code(task, ask)
			   : login_device(task, ask);
	ask_free(ask);
	return code;
}
