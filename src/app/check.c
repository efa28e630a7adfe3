#include "app/check.h"

#include <errno.h>
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "config/config.h"
#include "net/doors.h"
#include "tls/tls.h"
#include "tls/words.h"

enum { WARN_SECONDS = DOORS_WARN_DAYS * 24 * 60 * 60 };

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

/* What devices are shown: it must be usable; and that it soon will not be is
 * worth a word, but no reason to stop. */
static void check_listen(const char *file, const struct listen_settings *listen,
    struct complaints *complaints)
{
	char storage[600];
	struct text words;
	struct tls_server_context *served;
	int64_t now = (int64_t)time(NULL);

	if (listen->tls == CLIENT_TLS_NONE || !listen->shown.certificate ||
	    !listen->shown.key || is_known(complaints, listen->tls_line) ||
	    is_known(complaints, listen->key_line))
		return;
	text_init(&words, storage, sizeof(storage));
	served = tls_server_context_new(&listen->shown, &words);
	if (!served) {
		complain(complaints, listen->tls_line, "certificate", "%s",
		    text_end(&words));
		return;
	}
	if (tls_server_context_ends(served) < now + WARN_SECONDS) {
		words_put_date(&words, tls_server_context_ends(served));
		fprintf(stderr,
		    "%s:%u: certificate: %s on %s; devices that check it "
		    "refuse it then\n",
		    file, listen->tls_line,
		    tls_server_context_ends(served) < now ? "expired"
							  : "expires",
		    text_end(&words));
	}
	tls_server_context_drop(served);
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
	for (size_t i = 0; settings && i < settings->listen_count; i++)
		check_listen(file, &settings->listens[i], &complaints);
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
