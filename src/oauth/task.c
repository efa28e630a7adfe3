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

static void warn_of_certificate(const struct task *task, int64_t now)
{
	struct identity *identity;
	struct text text = { 0 };
	char storage[200];
	int64_t ends;

	if (!task->oauth->certificate)
		return;
	identity =
	    identity_load(task->oauth->certificate, task->oauth->key, &text);
	if (!identity)
		return; /* told where it is used */
	ends = identity_ends(identity);
	identity_free(identity);
	if (ends - now > TASK_CERTIFICATE_S)
		return;
	text_init(&text, storage, sizeof(storage));
	text_puts(&text, ends > now ? "oauth_certificate ends "
				    : "oauth_certificate ended ");
	words_put_distance(&text, ends, now);
	text_puts(&text, "; upload a new one to the provider, and use it");
	task_fail(task, 0, text_end(&text));
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
}
