#include "tls/served.h"

#include <stdlib.h>

#include "base/ensure.h"
#include "tls/identity.h"
#include "tls/suite.h"

struct tls_server_context {
	unsigned holds;
	struct identity *identity;
	unsigned oldest; /* version, as in tls/settings.h */
};

/* see tls.h */
struct tls_server_context *tls_server_context_new(
    const struct tls_server_settings *settings, struct text *why)
{
	struct tls_server_context *context = calloc(1, sizeof(*context));

	if (!context) {
		text_puts(why, "out of memory");
		return NULL;
	}
	context->holds = 1;
	context->oldest = settings->oldest;
	context->identity =
	    identity_load(settings->certificate, settings->key, why);
	if (context->identity && identity_check_order(context->identity, why))
		return context;
	tls_server_context_drop(context);
	return NULL;
}

/* see tls.h */
struct tls_server_context *tls_server_context_hold(
    struct tls_server_context *context)
{
	context->holds++;
	return context;
}

/* see tls.h */
void tls_server_context_drop(struct tls_server_context *context)
{
	if (!context)
		return;
	ENSURE(context->holds > 0);
	if (--context->holds > 0)
		return;
	identity_free(context->identity);
	free(context);
}

/* see tls.h */
int64_t tls_server_context_ends(const struct tls_server_context *context)
{
	return identity_ends(context->identity);
}

/* see served.h */
void served_set_up(const struct tls_server_context *context,
    struct br_ssl_server_context_ *server)
{
	suite_accept(server, context->oldest);
	identity_serve(context->identity, server, context->oldest < TLS_1_2);
}
