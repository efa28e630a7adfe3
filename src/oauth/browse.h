/*
 * browse - the code grant with PKCE (RFC 6749 4.1, RFC 7636, RFC 8252 7.3).
 *
 * An address is shown to be opened in a browser. Where that runs on this
 * machine, it is sent back to a port of loopback that is open meanwhile; where
 * it runs elsewhere, it ends on a page that cannot be reached, and its address
 * is pasted here.
 *
 * Owns:   the listening sockets, for the time of the call.
 * Bounds: BROWSE_PATIENCE_S in all; one request at a time, BROWSE_REQUEST_S
 *         each.
 * Faults: what does not carry our `state` is turned away and not believed.
 */
#ifndef OAUTH_BROWSE_H
#define OAUTH_BROWSE_H

#include "oauth/ask.h"

enum { BROWSE_PATIENCE_S = 900, BROWSE_REQUEST_S = 5 };

/* Shows the address, waits for the code, and asks for the tokens. */
enum ask_verdict browse_token(const struct task *task, struct ask *ask);

#endif
