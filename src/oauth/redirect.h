/*
 * redirect - the address a browser is sent back to (RFC 6749 4.1.2), as its
 * request shows it or as somebody pastes it.
 *
 * Bounds: the fields' sizes; a value that does not fit, or is not printable
 *         ASCII once decoded, is as if it were not there.
 */
#ifndef OAUTH_REDIRECT_H
#define OAUTH_REDIRECT_H

#include "oauth/store.h"

enum { REDIRECT_STATE_OCTETS = 128, REDIRECT_CODE_OCTETS = 4096 };

struct redirect {
	char state[REDIRECT_STATE_OCTETS];
	char code[REDIRECT_CODE_OCTETS];
	char error[REDIRECT_STATE_OCTETS];
	char description[STORE_TEXT_OCTETS];
};

/* Reads what stands behind the question mark of an address, up to a blank or
 * a number sign. False when it is no answer: neither code nor error. */
bool redirect_parse(struct span address, struct redirect *redirect);

#endif
