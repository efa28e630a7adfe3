#include "oauth/task.h"

#include <stdio.h>
#include <string.h>

#include "oauth/words.h"
#include "tls/identity.h"

/* see task.h */
int task_fail(const struct task *task, int code, const char *why)
{
	fprintf(stderr, "smtpseal-oauth: %s: %s\n", task->account->name, why);
	return code;
}

/* see task.h */
bool task_owns(const struct task *task, const struct store *store)
{
	return strcmp(store->client_id, task->oauth->client_id) == 0 &&
	       strcmp(store->token_url, task->oauth->token_url) == 0;
}

/* see task.h */
bool task_is_application(const struct task *task)
{
	return oauth_is_application(task->oauth);
}

/* What an application proves itself by must be replaced in time. */
static void warn_of_proof(
    const struct task *task, const char *what, int64_t ends, int64_t now)
{
	char storage[200];
	struct text text;

	if (ends - now > TASK_PROOF_S)
		return;
	text_init(&text, storage, sizeof(storage));
	text_puts(&text, what);
	text_puts(&text, ends > now ? " ends " : " ended ");
	words_put_distance(&text, ends, now);
	text_puts(&text, "; get a new one from the provider, and use it");
	task_fail(task, 0, text_end(&text));
}

static void warn_of_certificate(const struct task *task, int64_t now)
{
	struct identity *identity;
	struct text none = { 0 };

	if (!task->oauth->certificate)
		return;
	identity =
	    identity_load(task->oauth->certificate, task->oauth->key, &none);
	if (!identity)
		return; /* told where it is used */
	warn_of_proof(task, "oauth_certificate", identity_ends(identity), now);
	identity_free(identity);
}

static void warn_of_login(
    const struct task *task, const struct store *store, int64_t now)
{
	char storage[200];
	struct text text;

	if (store->refresh_ends == 0 ||
	    store->refresh_ends - now > TASK_WARNING_S)
		return;
	text_init(&text, storage, sizeof(storage));
	text_puts(&text,
	    store->refresh_ends > now ? "the login ends " : "the login ended ");
	words_put_distance(&text, store->refresh_ends, now);
	text_puts(&text, "; run smtpseal-oauth login ");
	text_puts(&text, task->account->name);
	task_fail(task, 0, text_end(&text));
}

/* see task.h */
void task_warn(const struct task *task, const struct store *store, int64_t now)
{
	warn_of_login(task, store, now);
	warn_of_certificate(task, now);
	if (task->oauth->client_secret_ends > 0)
		warn_of_proof(task, "oauth_client_secret_file",
		    task->oauth->client_secret_ends, now);
}
