/*
 * pop - POP before SMTP: our role as a POP3 client, which logs in and leaves.
 *
 *  DIAL -> HANDSHAKE -> GREETING -> CREDENTIAL -> USER -> PASS -> QUIT -> OVER
 *  from any stage before QUIT -> LOST, with the failure that says why
 *
 * Some providers let an address submit for some minutes after it has logged in
 * to its mailbox by POP3 (RFC 1939), and have no other login. It is done over
 * TLS that was there before the first octet (RFC 8314 3.3) and verified, so
 * user and password are said as they are. No message is looked at. Once the
 * login was taken nothing can be lost any more: QUIT is a courtesy.
 *
 * Owns:    the command and the answer on their way, in place.
 * Borrows: policy, facts; the secret, from pop_credential until the answer to
 *          PASS, or LOST.
 * Bounds:  a command of 255 octets (RFC 2449 4), an answer of 512.
 * Faults:  LOST is final: see `failure`, `failed_in`, `detail` and `advice`.
 */
#ifndef RELAY_POP_H
#define RELAY_POP_H

#include "base/buf.h"
#include "relay/fact.h"
#include "relay/failure.h"
#include "relay/policy.h"

enum {
	POP_COMMAND_OCTETS = 255, /* both with their CRLF */
	POP_WORD_OCTETS = 248,	  /* behind "USER " and "PASS " */
	POP_ANSWER_OCTETS = 512,
	POP_DETAIL_OCTETS = 400,
};

enum pop_stage {
	POP_DIAL,
	POP_HANDSHAKE,
	POP_GREETING,
	POP_CREDENTIAL,
	POP_USER,
	POP_PASS,
	POP_QUIT, /* logged in */
	POP_OVER,
	POP_LOST,
	POP_STAGE_COUNT,
};

/* What must happen outside, as bits. */
enum {
	POP_WANTS_TLS = 1 << 0,	       /* begin TLS now */
	POP_WANTS_CREDENTIAL = 1 << 1, /* pop_credential */
	POP_WANTS_CLOSE = 1 << 2,      /* it is over */
};

struct pop {
	const struct upstream_policy *policy;
	struct facts *facts;
	enum pop_stage stage;
	uint64_t now;	   /* milliseconds, of the last tick */
	uint64_t began;	   /* when it was made, for the log */
	uint64_t deadline; /* 0: none */
	const struct secret *secret;
	enum failure failure;
	enum pop_stage failed_in;
	struct text detail;
	struct span advice;
	size_t line_len; /* of the answer that is not whole yet */
	struct buf out;
	char line[POP_ANSWER_OCTETS];
	char out_storage[POP_COMMAND_OCTETS];
	char detail_storage[POP_DETAIL_OCTETS];
};

/* A connection to be made to the policy's `pop_host`. */
void pop_init(struct pop *pop, const struct upstream_policy *policy,
    struct facts *facts, uint64_t now);

/* Forgets the login, wherever it stands. */
void pop_finish(struct pop *pop);

/* ---- the world's news; out of season they are ignored ---- */

/* The socket is connected; TLS is up, and the certificate was verified. */
void pop_connected(struct pop *pop);
void pop_secured(struct pop *pop);

/* The password, borrowed. One that no command can hold loses. */
void pop_credential(struct pop *pop, const struct secret *secret);

/* It is lost, for this reason; `detail` says more, for the log. In QUIT, where
 * there is nothing to lose, it is over. */
void pop_lose(struct pop *pop, enum failure failure, struct span detail);

/* The server has closed the connection. */
void pop_closed(struct pop *pop);

/* Time passes. The deadline is 0 when nothing is waited for. */
void pop_tick(struct pop *pop, uint64_t now);
uint64_t pop_deadline(const struct pop *pop);

/* ---- octets ---- */

unsigned pop_wants(const struct pop *pop);

/* Octets of the server, decrypted; returns how many were used. What nobody
 * waits for loses: it is never taken for the answer to a later command. */
size_t pop_put(struct pop *pop, struct span in);

/* What is to be sent, and the word that it left. */
struct span pop_peek(const struct pop *pop);
void pop_took(struct pop *pop, size_t len);

/* "pop-greeting", "pop-pass", ...: for the log. */
struct span pop_stage_name(enum pop_stage stage);

/* What to do about a failure here, where POP has words of its own; else empty:
 * the catalogue's speak of SMTP's keys. */
struct span pop_advice(enum failure failure);

#endif
