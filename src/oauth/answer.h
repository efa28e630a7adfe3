/*
 * answer - what an authorisation server says, out of its JSON.
 *
 * Bounds:  the fields' sizes. What does not fit, or is not printable ASCII, is
 *          as if it were not there: RFC 6749 appendix A allows nothing else.
 */
#ifndef OAUTH_ANSWER_H
#define OAUTH_ANSWER_H

#include "oauth/store.h"

enum { ANSWER_WORD_OCTETS = 128, ANSWER_TEXT_OCTETS = 400 };

/* RFC 6749 5.1. Times are seconds from now; 0: not said. */
struct answer_token {
	char access_token[STORE_TOKEN_OCTETS];
	char refresh_token[STORE_TOKEN_OCTETS]; /* empty: the old one stays */
	char scope[STORE_TEXT_OCTETS];
	int64_t expires_in;
	int64_t refresh_expires_in; /* Google's, Keycloak's */
};

/* RFC 6749 5.2 */
struct answer_error {
	char error[ANSWER_WORD_OCTETS]; /* empty: it is no such answer */
	char description[ANSWER_TEXT_OCTETS];
};

/* RFC 8628 3.2 */
struct answer_device {
	char device_code[STORE_TOKEN_OCTETS];
	char user_code[ANSWER_WORD_OCTETS];
	char verification_uri[STORE_TEXT_OCTETS];
	char verification_uri_complete[STORE_TEXT_OCTETS];
	int64_t expires_in;
	int64_t interval;
};

/* Each reads a body. False when it is not what it should be; `why` then says
 * what is missing. */
bool answer_read_token(
    struct span body, struct answer_token *answer, struct text *why);
bool answer_read_device(
    struct span body, struct answer_device *answer, struct text *why);

/* What kind of error it was, as far as it says. */
void answer_read_error(struct span body, struct answer_error *answer);

#endif
