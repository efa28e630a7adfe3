/*
 * scram - the server's side of SCRAM (RFC 5802, RFC 7677), no channel binding.
 *
 * Each takes the client's initial response, asks for it when it is empty, and
 * proves itself to the client at the end as the client did to it.
 */
#ifndef PROVIDER_SCRAM_H
#define PROVIDER_SCRAM_H

#include "provider/login.h"

enum verdict scram_sha_1(
    struct talk *talk, const char *initial, struct answer *answer);
enum verdict scram_sha_256(
    struct talk *talk, const char *initial, struct answer *answer);

#endif
