/*
 * contexts - the TLS contexts of one account: for its SMTP server, and for its
 * POP3 server where that is logged in to before.
 *
 * They differ in the name that the certificate must carry. Both verify; there
 * is no context that does not.
 *
 * Owns: a hold on each.
 */
#ifndef NET_CONTEXTS_H
#define NET_CONTEXTS_H

#include "net/settings.h"
#include "tls/tls.h"

struct contexts {
	struct tls_context *smtp; /* NULL: in the clear */
	struct tls_context *pop;  /* NULL: there is no POP */
};

/* Makes those that the account needs, and reads what it names. False when
 * something is missing or unusable: then there are none, and `why` says it. */
bool contexts_make(struct contexts *contexts,
    const struct account_settings *account, struct text *why);

/* One more hold of each; one less. */
struct contexts contexts_hold(const struct contexts *contexts);
void contexts_drop(struct contexts *contexts);

#endif
