/*
 * logout - the server is told, where it can be (RFC 7009), and the tokens are
 * forgotten, whatever it says.
 */
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/secret.h"
#include "oauth/ask.h"

/* RFC 7009 2.1: the refresh token, with which the access tokens go. */
static void tell_server(const struct task *task, const struct store *store)
{
	const char *token = store->refresh_token[0] ? store->refresh_token
						    : store->access_token;
	struct ask *ask;

	if (!task->oauth->revoke_url || !task_owns(task, store) || !token[0])
		return;
	ask = ask_new();
	if (!ask)
		return;
	ask_begin(ask, task);
	ask_put(ask, "token", token);
	if (ask_other(ask, task, task->oauth->revoke_url) != ASK_GRANTED) {
		task_fail(task, EX_OK, text_end(&ask->why));
		task_fail(task, EX_OK,
		    "the server was not told; withdraw the login there");
	}
	ask_free(ask);
}

/* With the lock held. A file that is not ours is removed all the same: that
 * is what was asked for. */
static int forget(const struct task *task, struct text *why)
{
	struct store *store = calloc(1, sizeof(*store));
	struct text none = { 0 };

	if (!store)
		return task_fail(task, EX_OSERR, "out of memory");
	if (store_read(task->directory, task->account->name, store, &none) ==
	    STORE_FOUND)
		tell_server(task, store);
	wipe(store, sizeof(*store));
	free(store);
	if (!store_remove(task->directory, task->account->name, why))
		return task_fail(task, EX_IOERR, text_end(why));
	return EX_OK;
}

/* see task.h */
int task_logout(const struct task *task)
{
	char storage[TASK_WHY_OCTETS];
	struct text why;
	int lock;
	int code;

	text_init(&why, storage, sizeof(storage));
	lock = store_lock(
	    task->directory, task->account->name, TASK_LOCK_MS, &why);
	if (lock < 0)
		return task_fail(task, EX_TEMPFAIL, text_end(&why));
	code = forget(task, &why);
	close(lock);
	return code;
}
