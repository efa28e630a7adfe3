/*
 * http - one POST to an authorisation server, by libcurl.
 *
 * https only, certificate and name always checked, no redirect followed, no
 * cookie kept. A proxy is taken from the environment, as every program with
 * libcurl does (https_proxy, no_proxy).
 *
 * Bounds:  HTTP_BODY_OCTETS of answer; HTTP_PATIENCE_S in all, less than the
 *          daemon waits for the program (net/child).
 */
#ifndef OAUTH_HTTP_H
#define OAUTH_HTTP_H

#include "base/text.h"

enum {
	HTTP_BODY_OCTETS = 64 * 1024,
	HTTP_CONNECT_S = 10,
	HTTP_PATIENCE_S = 20,
};

struct http_answer {
	long status;
	unsigned retry_after_s; /* 0: the server did not say */
	int64_t date;		/* its clock, seconds since 1970; 0: likewise */
	size_t len;
	char body[HTTP_BODY_OCTETS];
};

/*
 * Posts the form and waits. `ca_file` are the trust anchors instead of the
 * system's, or NULL. False when there is no whole answer: `why` says so, and
 * the server may have done what was asked all the same.
 */
bool http_post(const char *url, const char *ca_file, struct span form,
    struct http_answer *answer, struct text *why);

/* Appends "name=value" to a form, as application/x-www-form-urlencoded. What
 * does not fit sets form->cut. */
void http_form(struct text *form, const char *name, struct span value);

#endif
