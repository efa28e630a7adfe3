/*
 * failure - the one catalogue of what can go wrong around a message.
 *
 * A row gives the reply that a device hears, the gravity for the log, and
 * what a person can do about it. What a provider says to MAIL, RCPT or the
 * final dot is no failure and is not worded here: it passes.
 *
 * All of the world's failures are temporary replies (4yz): the device keeps
 * its message and may try again.
 */
#ifndef RELAY_FAILURE_H
#define RELAY_FAILURE_H

#include "base/log.h"
#include "base/text.h"

enum failure {
	FAIL_NONE,
	/* on the way to the provider */
	FAIL_RESOLVE,
	FAIL_CONNECT,
	FAIL_TIMEOUT,
	FAIL_TLS_HANDSHAKE,
	FAIL_TLS_VERSION,
	FAIL_TLS_NOT_TLS,
	FAIL_TLS_UNTRUSTED,
	FAIL_TLS_CHAIN,
	FAIL_TLS_NAME,
	FAIL_TLS_DATES,
	FAIL_TLS_WEAK,
	FAIL_TLS_PIN,
	FAIL_GREETING,
	FAIL_NO_POP,
	FAIL_EHLO,
	FAIL_NO_STARTTLS,
	FAIL_STARTTLS,
	FAIL_STARTTLS_INJECTED,
	FAIL_NO_AUTH,
	FAIL_NO_MECHANISM,
	FAIL_CREDENTIAL,
	FAIL_AUTH_REFUSED,
	FAIL_AUTH_LATER,
	FAIL_AUTH_METHOD,
	FAIL_AUTH_IMPOSTOR,
	FAIL_HELD_DOWN,
	FAIL_BUSY,
	FAIL_NO_MEMORY,
	/* once there */
	FAIL_CLOSED,
	FAIL_MALFORMED,
	FAIL_LOST_AFTER_DOT,
	FAIL_CHUNKING,
	/* on the device's side */
	FAIL_TOO_LARGE,
	FAIL_TWO_FROMS,
	FAIL_SIGNED,
	FAIL_EIGHT_BIT,
	FAIL_NO_ACCOUNT,
	FAIL_NO_ROOM,
	FAIL_TOO_MANY_RECIPIENTS,
	FAIL_TOO_SLOW,
	FAIL_SHUTTING_DOWN,
	FAIL_TOO_MANY,
	FAIL_NOT_ALLOWED,
	FAIL_CLIENT_GONE,
	FAIL_COUNT,
};

/* "tls-untrusted", ...: one word for the log. */
struct span failure_name(enum failure failure);

/* What has happened, to be said behind the host's name: "refused the login". */
struct span failure_words(enum failure failure);

/* How grave it is for the operator; and what to do, in plain words ("" when
 * there is nothing). */
enum log_level failure_level(enum failure failure);
struct span failure_hint(enum failure failure);

/* May another account be tried? True for what went wrong before MAIL. */
bool failure_permits_next(enum failure failure);

/* Does it mean that the login itself was turned down, so that trying again
 * soon could lock the mailbox? */
bool failure_holds_down(enum failure failure);

/* The code of the reply, 421 to 554. */
unsigned failure_code(enum failure failure);

/* Appends the reply a device hears: "451 4.4.1 HOST cannot be reached ...",
 * without CRLF. `host` is left out of rows that are about the device. */
void failure_put_reply(
    struct text *text, enum failure failure, struct span host);

#endif
