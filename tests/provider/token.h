/*
 * token - the exchanges that carry an OAuth token: XOAUTH2 as Google has it,
 * and OAUTHBEARER (RFC 7628).
 *
 * The token must be that of --token, or --token-check's command must take it:
 * the command reads it from its standard input, and exit status 0 is a yes.
 *
 * Each takes the client's initial response and asks for it when it is empty.
 */
#ifndef PROVIDER_TOKEN_H
#define PROVIDER_TOKEN_H

#include "provider/login.h"

enum verdict token_xoauth2(
    struct talk *talk, const char *initial, struct answer *answer);
enum verdict token_oauthbearer(
    struct talk *talk, const char *initial, struct answer *answer);

#endif
