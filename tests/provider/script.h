/*
 * script - what the provider does wrong, where, and how often.
 *
 * An order is one `--do STAGE[@N]=ACTION[,COUNT]`. Orders of one stage are
 * tried in the order given: the first that applies and is not used up is the
 * one obeyed, so that "once refused, then closed" is two orders.
 *
 * Owns:   the orders' texts, until the program ends.
 * Bounds: SCRIPT_MAX_ORDERS.
 * Faults: a mistake in an order is told on stderr by script_add.
 */
#ifndef PROVIDER_SCRIPT_H
#define PROVIDER_SCRIPT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { SCRIPT_MAX_ORDERS = 32 };

enum stage {
	STAGE_GREETING,
	STAGE_EHLO, /* the reply to EHLO in plain text */
	STAGE_STARTTLS,
	STAGE_HANDSHAKE,
	STAGE_EHLO2, /* the reply to EHLO under TLS */
	STAGE_AUTH,  /* the verdict, after the exchange */
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_BDAT,  /* the command alone: its octets are commands then */
	STAGE_CHUNK, /* the reply to a BDAT that is not the last */
	STAGE_BODY,  /* @N: so many octets into the body */
	STAGE_DOT,
	STAGE_QUIT,
	STAGE_IDLE, /* @N: so many quiet milliseconds after a message */
	STAGE_COUNT,
};

enum action {
	ACTION_CLOSE,
	ACTION_RESET,
	ACTION_STALL,
	ACTION_REPLY,
	ACTION_TRICKLE,
	ACTION_FLOOD,
	ACTION_INJECT,
	ACTION_COMMIT_CLOSE,
	ACTION_DELAY,
	ACTION_NOTLS,
	ACTION_ALERT,
	ACTION_COUNT,
};

struct order {
	enum stage stage;
	enum action action;
	size_t at;	/* N behind the @, else 0 */
	char *text;	/* of reply:TEXT, escapes resolved */
	size_t len;	/* of text */
	unsigned delay; /* of delay:MS */
	bool limited;	/* a COUNT was given */
	unsigned left;	/* then so many are left */
};

struct script {
	pthread_mutex_t lock;
	struct order orders[SCRIPT_MAX_ORDERS];
	size_t count;
};

/* Reads one order. False, with a word on stderr, when it makes no sense. */
bool script_add(struct script *script, const char *words);

/*
 * The order to obey at `stage`, or NULL. `nth` counts how often this
 * connection has come to the stage, from 1; an order with @N applies from the
 * Nth time on. For body and idle, whose N means something else, the caller
 * minds N and gives SIZE_MAX. script_find only looks, script_take uses one
 * up; another thread may come between.
 */
const struct order *script_find(
    struct script *script, enum stage stage, size_t nth);
const struct order *script_take(
    struct script *script, enum stage stage, size_t nth);

#endif
