/*
 * ask - a question to the token endpoint, and what the answer means.
 *
 * Owns:   the form, which holds secrets, and the answer; ask_free wipes both.
 */
#ifndef OAUTH_ASK_H
#define OAUTH_ASK_H

#include "oauth/answer.h"
#include "oauth/http.h"
#include "oauth/task.h"

enum { ASK_FORM_OCTETS = 4 * STORE_TOKEN_OCTETS + 4 * STORE_TEXT_OCTETS };

enum ask_verdict {
	ASK_GRANTED,
	ASK_PENDING, /* RFC 8628 3.5: nobody has agreed yet */
	ASK_SLOWER,  /* the same, and ask less often */
	ASK_REFUSED, /* only a new login helps */
	ASK_LATER,   /* the server or the way to it is troubled */
	ASK_FAULT,   /* something must be mended first */
};

struct ask {
	struct text form;
	char form_octets[ASK_FORM_OCTETS];
	struct http_answer http;
	struct answer_token token;
	char words[TASK_WHY_OCTETS];
	struct text why; /* of anything but ASK_GRANTED */
};

/* NULL when there is no memory. */
struct ask *ask_new(void);
void ask_free(struct ask *ask);

/* Begins a form: the application's name, and its secret if it has one. */
void ask_begin(struct ask *ask, const struct task *task);

/* One more field of it; a NULL value is left out. */
void ask_put(struct ask *ask, const char *name, const char *value);

/* Posts the form to the token endpoint. */
enum ask_verdict ask_token(struct ask *ask, const struct task *task);

/* Posts it to another of the server's addresses: ASK_GRANTED is a 200, whose
 * body is in ask->http. */
enum ask_verdict ask_other(
    struct ask *ask, const struct task *task, const char *url);

/* Puts what was granted into the store. */
void ask_keep(const struct ask *ask, const struct task *task,
    struct store *store, int64_t now);

#endif
