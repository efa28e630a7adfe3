#include "app/check.h"

#include <errno.h>
#include <stdio.h>
#include <sysexits.h>

#include "config/config.h"
#include "tls/tls.h"

/* Is the line complained about already? Then its file is not looked into. */
static bool is_known(const struct complaints *complaints, unsigned line)
{
	for (size_t i = 0; i < complaints->count; i++)
		if (complaints->list[i].line == line)
			return true;
	return false;
}

/* What the account names in files: trust anchors, its own certificate. */
static void check_account(
    const struct account_settings *account, struct complaints *complaints)
{
	char storage[600];
	struct text why;
	struct tls_context *context;

	if (account->policy.security == UPSTREAM_PLAIN || !account->tls.name ||
	    is_known(complaints, account->tls_line))
		return;
	text_init(&why, storage, sizeof(storage));
	context = tls_context_new(&account->tls, &why);
	if (context)
		tls_context_drop(context);
	else
		complain(complaints, account->tls_line,
		    account->tls.ca_file ? "ca_file" : "client_certificate",
		    "%s", text_end(&why));
}

static int unreadable(int error)
{
	return error == EACCES || error == EPERM ? EX_NOPERM : EX_NOINPUT;
}

/* see check.h */
struct settings *check_read(const char *file, int *code)
{
	struct complaints complaints;
	struct settings *settings;

	*code = EX_CONFIG;
	complaints_init(&complaints, file);
	settings = config_draft(file, &complaints);
	for (size_t i = 0; settings && i < settings->account_count; i++)
		check_account(&settings->accounts[i], &complaints);
	if (complaints.unreadable)
		*code = unreadable(complaints.unreadable);
	complaints_print(&complaints, stderr);
	if (settings && complaints.count > 0) {
		settings_drop(settings);
		settings = NULL;
	}
	complaints_finish(&complaints);
	return settings;
}

/* see check.h */
int check_run(const char *file)
{
	int code;
	struct settings *settings = check_read(file, &code);

	if (!settings)
		return code;
	settings_drop(settings);
	printf("%s: ok\n", file);
	return EX_OK;
}
