#include "net/pools.h"

#include <stdlib.h>
#include <string.h>

/* see pools.h */
struct pool *pools_find(const struct pools *pools, const char *name)
{
	for (size_t i = 0; i < pools->count; i++)
		if (pools->list[i] &&
		    strcmp(pools->list[i]->account->name, name) == 0)
			return pools->list[i];
	return NULL;
}

static bool make_contexts(
    struct contexts *contexts, const struct account_settings *account)
{
	char storage[600];
	struct text why;

	text_init(&why, storage, sizeof(storage));
	if (contexts_make(contexts, account, &why))
		return true;
	log_event(LOG_LEVEL_ERROR, "event=config account=%s detail=\"%s\"",
	    account->name, text_end(&why));
	return false;
}

static bool make_one(struct pools *made, const struct pools *old,
    struct loop *loop, struct settings *settings)
{
	size_t i = made->count++;
	const struct account_settings *account = &settings->accounts[i];
	struct pool *before = pools_find(old, account->name);

	if (!make_contexts(&made->contexts[i], account))
		return false;
	if (before && account_is_same(before->account, account))
		made->list[i] = before;
	else
		made->list[i] =
		    pool_new(loop, settings, account, &made->contexts[i]);
	return made->list[i] != NULL;
}

/* see pools.h */
bool pools_make(struct pools *made, const struct pools *old, struct loop *loop,
    struct settings *settings)
{
	size_t count = settings->account_count;
	bool is_fine = true;

	*made = (struct pools){
		.list = calloc(count, sizeof(struct pool *)),
		.contexts = calloc(count, sizeof(struct contexts)),
	};
	if (!made->list || !made->contexts)
		return false;
	while (made->count < count)
		is_fine &= make_one(made, old, loop, settings);
	return is_fine;
}

static void drop_contexts(struct pools *made)
{
	for (size_t i = 0; i < made->count; i++)
		contexts_drop(&made->contexts[i]);
	free(made->contexts);
	made->contexts = NULL;
}

static bool has(const struct pools *pools, const struct pool *pool)
{
	return pools_find(pools, pool->account->name) == pool;
}

/* see pools.h */
void pools_undo(struct pools *made, const struct pools *old)
{
	for (size_t i = 0; i < made->count; i++)
		if (made->list[i] && !has(old, made->list[i]))
			pool_close(made->list[i], pool_free);
	drop_contexts(made);
	free(made->list);
	*made = (struct pools){ 0 };
}

/* see pools.h */
void pools_commit(struct pools *pools, struct pools *made)
{
	struct pools old = *pools;

	for (size_t i = 0; i < made->count; i++)
		if (has(&old, made->list[i])) {
			pool_forgive(made->list[i]);
			pool_renew(made->list[i], &made->contexts[i]);
		}
	drop_contexts(made);
	*pools = *made;
	/* Whoever waits for one that closes looks for the new one at once. */
	for (size_t i = 0; i < old.count; i++)
		if (!has(pools, old.list[i]))
			pool_close(old.list[i], pool_free);
	free(old.list);
}

/* see pools.h */
void pools_close(struct pools *pools)
{
	for (size_t i = 0; i < pools->count; i++)
		pool_close(pools->list[i], pool_free);
	free(pools->list);
	*pools = (struct pools){ 0 };
}
