#include "app/check.h"

#include <errno.h>
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "config/config.h"
#include "config/oauth.h"
#include "net/contexts.h"
#include "net/doors.h"
#include "tls/identity.h"
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

/* That a certificate soon will not do is worth a word, but no reason to
 * stop. */
static void warn_of_end(const char *file, unsigned line, const char *key,
    int64_t ends, const char *effect)
{
	int64_t now = (int64_t)time(NULL);
	char storage[40];
	struct text date;

	if (ends >= now + WARN_SECONDS)
		return;
	text_init(&date, storage, sizeof(storage));
	words_put_date(&date, ends);
	fprintf(stderr, "%s:%u: %s: %s on %s; %s\n", file, line, key,
	    ends < now ? "expired" : "expires", text_end(&date), effect);
}

/* What the account names in files: trust anchors, its own certificate. */
static void check_account(
    const struct account_settings *account, struct complaints *complaints)
{
	char storage[600];
	struct text why;
	struct contexts contexts;

	if (!account->tls.name || is_known(complaints, account->tls_line))
		return;
	text_init(&why, storage, sizeof(storage));
	if (contexts_make(&contexts, account, &why))
		contexts_drop(&contexts);
	else
		complain(complaints, account->tls_line,
		    account->tls.ca_file ? "ca_file" : "client_certificate",
		    "%s", text_end(&why));
}

/* What the account signs with for OAuth: the key must be one of RSA, and the
 * certificate's, if there is one. */
static void check_oauth(const char *file, const struct oauth_settings *oauth,
    struct complaints *complaints)
{
	char signature[IDENTITY_SIGNATURE_OCTETS];
	char storage[600];
	struct text words;
	struct identity *identity;

	if (!oauth || !oauth->key || is_known(complaints, oauth->key_line))
		return;
	text_init(&words, storage, sizeof(storage));
	identity = identity_load(oauth->certificate, oauth->key, &words);
	if (!identity ||
	    identity_sign(identity, SPAN("x"), signature, &words) == 0)
		complain(complaints, oauth->key_line, "oauth_key", "%s",
		    text_end(&words));
	else if (oauth->certificate)
		warn_of_end(file, oauth->key_line, "oauth_certificate",
		    identity_ends(identity), "the provider refuses it then");
	if (identity)
		identity_free(identity);
}

/* What devices are shown must be usable. */
static void check_listen(const char *file, const struct listen_settings *listen,
    struct complaints *complaints)
{
	char storage[600];
	struct text words;
	struct tls_server_context *served;

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
	warn_of_end(file, listen->tls_line, "certificate",
	    tls_server_context_ends(served),
	    "devices that check it refuse it then");
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
	for (size_t i = 0; settings && i < settings->account_count; i++) {
		check_account(&settings->accounts[i], &complaints);
		check_oauth(file, settings->accounts[i].oauth, &complaints);
	}
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
