#include "net/contexts.h"

static bool make(struct tls_context **context,
    const struct tls_client_settings *settings, struct text *why)
{
	*context = tls_context_new(settings, why);
	return *context != NULL;
}

/* see contexts.h */
bool contexts_make(struct contexts *contexts,
    const struct account_settings *account, struct text *why)
{
	bool needs_smtp = account->policy.security != UPSTREAM_PLAIN;
	bool needs_pop = account->pop_host != NULL;

	*contexts = (struct contexts){ 0 };
	if ((!needs_smtp || make(&contexts->smtp, &account->tls, why)) &&
	    (!needs_pop || make(&contexts->pop, &account->pop_tls, why)))
		return true;
	contexts_drop(contexts);
	return false;
}

/* see contexts.h */
struct contexts contexts_hold(const struct contexts *contexts)
{
	if (contexts->smtp)
		tls_context_hold(contexts->smtp);
	if (contexts->pop)
		tls_context_hold(contexts->pop);
	return *contexts;
}

/* see contexts.h */
void contexts_drop(struct contexts *contexts)
{
	tls_context_drop(contexts->smtp);
	tls_context_drop(contexts->pop);
	*contexts = (struct contexts){ 0 };
}
