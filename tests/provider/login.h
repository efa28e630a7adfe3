/*
 * login - the exchanges of AUTH (RFC 4954), every secret really checked.
 *
 * Bounds: an answer fits where a command line does.
 */
#ifndef PROVIDER_LOGIN_H
#define PROVIDER_LOGIN_H

#include "provider/talk.h"

enum { LOGIN_CHALLENGE_OCTETS = 1024 };

enum verdict {
	VERDICT_GOOD,
	VERDICT_WRONG,
	VERDICT_CANCELLED, /* the client said "*" */
	VERDICT_MALFORMED,
	VERDICT_LOST, /* the connection ended */
};

/* What a client answered, decoded, with a NUL behind it. */
struct answer {
	size_t len;
	char text[WIRE_LINE_OCTETS];
};

/* Says "334 challenge" and hears the answer: VERDICT_GOOD when it is one. */
enum verdict login_ask(struct talk *talk, const char *challenge, size_t len,
    struct answer *answer);

/* The initial response if there was one ("=" is an empty one, RFC 4954 4),
 * else what the client answers to an empty challenge. */
enum verdict login_first(
    struct talk *talk, const char *initial, struct answer *answer);

#endif
