#include "net/credential.h"

#include <stdlib.h>
#include <string.h>

/* see credential.h */
void credential_init(struct credential *credential, struct loop *loop,
    const struct account_settings *account, const struct credential_owner *ops,
    void *owner)
{
	*credential = (struct credential){
		.loop = loop,
		.account = account,
		.ops = ops,
		.owner = owner,
	};
}

static void on_done(void *owner, struct secret secret, struct span why)
{
	struct credential *credential = owner;
	char *copy = NULL;

	credential->child = NULL;
	if (secret.len > 0)
		copy = malloc(secret.len);
	if (copy) {
		memcpy(copy, secret_reveal(&secret).ptr, secret.len);
		credential->fetched = (struct secret){ copy, secret.len };
	}
	credential->ops->come(credential->owner, copy != NULL, why);
}

static const struct child_owner child_owner = { on_done };

/* see credential.h */
enum credential_verdict credential_ask(
    struct credential *credential, const struct secret **secret)
{
	const struct account_settings *account = credential->account;

	*secret = account->source == CREDENTIAL_COMMAND ? &credential->fetched
							: &account->password;
	if (account->source != CREDENTIAL_COMMAND ||
	    credential->fetched.len > 0)
		return CREDENTIAL_THERE;
	if (!credential->child)
		credential->child = child_new(credential->loop,
		    credential->renews ? account->renew_command
				       : account->command,
		    &child_owner, credential);
	return credential->child ? CREDENTIAL_AWAITED : CREDENTIAL_NO_MEMORY;
}

/* see credential.h */
void credential_forget(struct credential *credential)
{
	char *memory = credential->fetched.hidden;

	if (credential->child)
		child_cancel(credential->child);
	credential->child = NULL;
	secret_wipe(&credential->fetched);
	free(memory);
}
