/*
 * echo - does a server repeat our secret?
 *
 * Some servers quote the line they did not understand. What they say goes into
 * the log and to doctor's words, so it is looked at first.
 */
#ifndef RELAY_ECHO_H
#define RELAY_ECHO_H

#include "base/secret.h"

enum { ECHO_OCTETS = 6 };

/*
 * Do the words hold a piece of the secret, whatever the case, or its beginning
 * in base64? Its pieces are ECHO_OCTETS long, side by side from its beginning;
 * a shorter one is a piece itself. So a quoted line may be cut anywhere. No
 * secret (NULL, or empty) is held by nothing.
 */
bool echo_holds(const struct secret *secret, struct span said);

#endif
