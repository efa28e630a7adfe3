#include "oauth/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ensure.h"
#include "base/secret.h"
#include "oauth/hint.h"
#include "oauth/words.h"

enum { DEFAULT_EXPIRES_S = 3600, CLOCK_S = 300 };

/* see ask.h */
struct ask *ask_new(void)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	return ask;
}

/* see ask.h */
void ask_free(struct ask *ask)
{
	if (!ask)
		return;
	wipe(ask, sizeof(*ask));
	free(ask);
}

/* see ask.h */
void ask_put(struct ask *ask, const char *name, const char *value)
{
	if (value)
		http_form(&ask->form, name, span_of(value));
}

/* see ask.h; RFC 6749 2.3.1 allows the secret in the body, and Microsoft and
 * Google describe nothing else */
void ask_begin(struct ask *ask, const struct task *task)
{
	const struct secret *secret = &task->oauth->client_secret;

	text_init(&ask->form, ask->form_octets, sizeof(ask->form_octets));
	text_init(&ask->why, ask->words, sizeof(ask->words));
	/* A service account is named within what it signs; Google takes a name
	 * beside that for an unknown application's. */
	if (task->oauth->grant != OAUTH_SERVICE_ACCOUNT)
		ask_put(ask, "client_id", task->oauth->client_id);
	if (secret->len > 0)
		http_form(&ask->form, "client_secret", secret_reveal(secret));
}

/* ---- what an answer means ---- */

/* clang-format off */
static const struct error_row {
	const char *error;
	enum ask_verdict verdict;
	const char *hint;
} error_rows[] = {
	{ "authorization_pending",   ASK_PENDING, NULL },
	{ "slow_down",               ASK_SLOWER,  NULL },
	{ "temporarily_unavailable", ASK_LATER,   NULL },
	{ "server_error",            ASK_LATER,   NULL },
	{ "access_denied",           ASK_REFUSED, "somebody said no in the browser" },
	{ "expired_token",           ASK_REFUSED, "the code was not entered in time" },
	{ "bad_verification_code",   ASK_REFUSED, NULL },
	{ "invalid_grant",           ASK_REFUSED, "the login was withdrawn, or is too old" },
	{ "interaction_required",    ASK_REFUSED, "the provider wants somebody to log in again" },
	{ "login_required",          ASK_REFUSED, "the provider wants somebody to log in again" },
	{ "authorization_declined",  ASK_REFUSED, "somebody said no in the browser" },
	{ "consent_required",        ASK_REFUSED, "the provider wants consent, perhaps an administrator's" },
	{ "invalid_client",          ASK_FAULT,   "oauth_client_id or the application's secret or certificate is wrong, or has ended" },
	{ "unauthorized_client",     ASK_FAULT,   "the application may not do this; look at its settings at the provider (public client, grant)" },
	{ "unsupported_grant_type",  ASK_FAULT,   "the server does not know this oauth_grant" },
	{ "invalid_scope",           ASK_FAULT,   "look at oauth_scope, and at the application's permissions" },
};
/* clang-format on */

static const struct error_row *find_error(const char *error)
{
	for (size_t i = 0; i < array_len(error_rows); i++)
		if (strcmp(error_rows[i].error, error) == 0)
			return &error_rows[i];
	return NULL;
}

static bool is_troubled(long status)
{
	return status == 408 || status == 429 || status >= 500;
}

/* A clock that is wrong makes good tokens end too soon, and what we sign not
 * valid yet; every answer says what time it is. */
static void put_clock(struct ask *ask)
{
	int64_t ahead = (int64_t)time(NULL) - ask->http.date;

	if (ask->http.date == 0 || (ahead < CLOCK_S && ahead > -CLOCK_S))
		return;
	text_puts(&ask->why, "; this machine's clock is ");
	words_put_length(&ask->why, (uint64_t)(ahead > 0 ? ahead : -ahead));
	text_puts(&ask->why, ahead > 0 ? " ahead of" : " behind");
	text_puts(&ask->why, " the server's: set it");
}

/* "URL: HTTP 400: invalid_grant: DESCRIPTION; HINT" */
static enum ask_verdict judge(struct ask *ask, const char *url)
{
	struct answer_error answer;
	const struct error_row *row;
	const char *hint;

	answer_read_error(span_make(ask->http.body, ask->http.len), &answer);
	row = find_error(answer.error);
	text_puts(&ask->why, url);
	text_puts(&ask->why, ": HTTP ");
	text_number(&ask->why, (uint64_t)ask->http.status);
	if (answer.error[0]) {
		text_puts(&ask->why, ": ");
		text_puts(&ask->why, answer.error);
	}
	if (answer.description[0]) {
		text_puts(&ask->why, ": ");
		text_puts(&ask->why, answer.description);
	}
	hint = hint_for(span_of(answer.description));
	if (!hint && row)
		hint = row->hint;
	if (hint) {
		text_puts(&ask->why, "; ");
		text_puts(&ask->why, hint);
	}
	put_clock(ask);
	if (ask->http.status >= 300 && ask->http.status < 400)
		text_puts(&ask->why, "; a redirect is never followed");
	if (is_troubled(ask->http.status))
		return ASK_LATER;
	return row && ask->http.status >= 400 ? row->verdict : ASK_FAULT;
}

/* see ask.h */
enum ask_verdict ask_other(
    struct ask *ask, const struct task *task, const char *url)
{
	text_init(&ask->why, ask->words, sizeof(ask->words));
	if (ask->form.cut) {
		text_puts(&ask->why, "what is to be sent is too long");
		return ASK_FAULT;
	}
	if (!http_post(url, task->oauth->ca_file, text_span(&ask->form),
		&ask->http, &ask->why))
		return ASK_LATER;
	return ask->http.status == 200 ? ASK_GRANTED : judge(ask, url);
}

/* see ask.h */
enum ask_verdict ask_token(struct ask *ask, const struct task *task)
{
	enum ask_verdict verdict = ask_other(ask, task, task->oauth->token_url);

	if (verdict != ASK_GRANTED)
		return verdict;
	text_puts(&ask->why, task->oauth->token_url);
	text_puts(&ask->why, ": ");
	if (!answer_read_token(span_make(ask->http.body, ask->http.len),
		&ask->token, &ask->why))
		return ASK_FAULT;
	return ASK_GRANTED;
}

/* see ask.h */
void ask_keep(const struct ask *ask, const struct task *task,
    struct store *store, int64_t now)
{
	const struct answer_token *token = &ask->token;
	const char *scope = token->scope[0] ? token->scope : task->oauth->scope;

	memcpy(store->access_token, token->access_token,
	    sizeof(store->access_token));
	store->access_ends = now + (token->expires_in > 0 ? token->expires_in
							  : DEFAULT_EXPIRES_S);
	if (token->refresh_token[0])
		memcpy(store->refresh_token, token->refresh_token,
		    sizeof(store->refresh_token));
	if (token->refresh_expires_in > 0)
		store->refresh_ends = now + token->refresh_expires_in;
	/* A refresh says nothing of a scope that stays (RFC 6749 5.1). */
	if (token->scope[0] || store->scope[0] == '\0')
		store_set(store->scope, sizeof(store->scope), span_of(scope));
	store_set(store->client_id, sizeof(store->client_id),
	    span_of(task->oauth->client_id));
	store_set(store->token_url, sizeof(store->token_url),
	    span_of(task->oauth->token_url));
	store->error[0] = '\0';
	store->error_at = 0;
	store->retry_at = 0;
	store->is_refused = 0;
}
