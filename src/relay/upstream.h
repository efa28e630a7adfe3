/*
 * upstream - the provider's side of a conversation: our role as its client.
 *
 *  POP -> DIAL, where a login by POP3 comes before (relay/pop)
 *  DIAL -> GREETING -> EHLO -> STARTTLS -> HANDSHAKE -> EHLO_TLS --+
 *                                                                  |
 *  implicit TLS:                                                   v
 *  DIAL -> HANDSHAKE -> GREETING -> EHLO_TLS ---------------> CREDENTIAL
 *                                                                  |
 *       +------------------------- RSET <---+                      v
 *       v                                   |                    AUTH
 *     READY <------------------------------------------------------+
 *       |  MAIL -> OPEN -> RCPT -> OPEN -> DATA -> BODY -> DOT -> READY
 *       |  PAIR -> RCPT -> OPEN -> CHUNKS <-> CHUNK -> LAST -> READY
 *       |     +--> DROP -> READY
 *       +-> QUIT
 *  from any stage -> LOST, with the failure that says why
 *
 * It logs in by itself. After that a session says MAIL, RCPT, DATA and the
 * content, one command at a time, and takes each answer. Only the first RCPT
 * may travel with its MAIL, where the provider offers PIPELINING (RFC 2920):
 * that is PAIR. Where it offers CHUNKING content leaves by BDAT (RFC 3030), of
 * which there is no 354: in chunks whose answers are counted, and LAST is said
 * only when all before it were accepted, so that the one answer still owed is
 * the message's. After AUTH there is never another EHLO (some providers forget
 * the login), and never a NOOP.
 *
 * No login and no message ever leave before TLS is verified, whatever the
 * other side offers or refuses: there is no row that would lead there. (With
 * `tls = none` only mechanisms that reveal nothing are left to choose from.)
 *
 * Owns:    nothing outside itself; `out` is lent by who made it.
 * Borrows: policy, facts; the secret, from upstream_credential until READY or
 *          LOST.
 * Faults:  LOST is final: see `failure`, `failed_in` and `detail`.
 */
#ifndef RELAY_UPSTREAM_H
#define RELAY_UPSTREAM_H

#include "base/buf.h"
#include "relay/fact.h"
#include "relay/failure.h"
#include "relay/login.h"
#include "relay/policy.h"
#include "smtp/address.h"
#include "smtp/chunk.h"
#include "smtp/ehlo.h"
#include "smtp/reply.h"

enum {
	UPSTREAM_OUT_OCTETS = 16384, /* the least that `out` must hold */
	UPSTREAM_DETAIL_OCTETS = 400,
	UPSTREAM_HELLO_OCTETS = 64,
	UPSTREAM_CHUNKS = 8, /* that may leave without an answer */
};

enum stage {
	STAGE_POP, /* it is not dialled yet */
	STAGE_DIAL,
	STAGE_GREETING,
	STAGE_EHLO,
	STAGE_STARTTLS,
	STAGE_HANDSHAKE,
	STAGE_EHLO_TLS,
	STAGE_CREDENTIAL,
	STAGE_AUTH,
	STAGE_READY, /* logged in, no transaction */
	STAGE_MAIL,
	STAGE_PAIR, /* MAIL, with a RCPT behind it */
	STAGE_OPEN, /* in a transaction, nothing outstanding */
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_BODY,
	STAGE_DOT,
	STAGE_CHUNKS, /* content may come: between two chunks */
	STAGE_CHUNK,  /* one is leaving */
	STAGE_LAST,   /* the last one has left */
	STAGE_RSET,
	STAGE_DROP, /* MAIL was refused, the RCPT behind it will be */
	STAGE_QUIT,
	STAGE_LOST,
	STAGE_COUNT,
};

/* What must happen outside, as bits. */
enum {
	UPSTREAM_WANTS_TLS = 1 << 0,	    /* begin TLS now */
	UPSTREAM_WANTS_CREDENTIAL = 1 << 1, /* upstream_credential */
	UPSTREAM_WANTS_CLOSE = 1 << 2,	    /* it is over */
};

struct upstream {
	const struct upstream_policy *policy;
	struct facts *facts;
	enum stage stage;
	bool is_secure;	   /* TLS is up and verified */
	uint64_t now;	   /* milliseconds, of the last tick */
	uint64_t began;	   /* when it was made, for the log */
	uint64_t deadline; /* 0: none */
	struct reply_reader reader;
	struct ehlo offers;
	struct login login;
	bool is_cancelled;   /* a challenge was answered by "*" */
	enum stage answered; /* the stage whose answer waits; DIAL: none */
	bool is_end_out;     /* the end of the content was handed out */
	bool is_early;	     /* an answer began before what it is for */
	struct stuffing stuffing;
	bool avoids_chunks; /* the account's server does not know BDAT */
	struct chunk chunk;
	unsigned owed;	       /* chunks that left and were not answered */
	bool has_chunks;       /* of this message others left before the last */
	uint64_t transactions; /* finished ones on this connection */
	bool has_idled;	       /* it waited in the pool, ready */
	enum failure failure;
	enum stage failed_in;
	struct text detail; /* while not LOST: what a refusal said before */
	struct span advice;
	struct buf out;
	char hello[UPSTREAM_HELLO_OCTETS];
	char detail_storage[UPSTREAM_DETAIL_OCTETS];
};

/* A connection to be made. `out` lends at least UPSTREAM_OUT_OCTETS. */
void upstream_init(struct upstream *upstream,
    const struct upstream_policy *policy, struct facts *facts, uint64_t now,
    char *out, size_t out_size);

/* Forgets the login and what was on its way. */
void upstream_finish(struct upstream *upstream);

/* ---- the world's news; out of season they are ignored ---- */

/* The login by POP3 was taken: the server may be dialled. */
void upstream_admitted(struct upstream *upstream);

/* The socket is connected; `address` is our own, as an EHLO literal, used
 * when the policy names no other: "[192.0.2.1]" or "[IPv6:...]". */
void upstream_connected(struct upstream *upstream, struct span address);

/* TLS is up, and the certificate was verified. */
void upstream_secured(struct upstream *upstream);

/* The password or token, and a nonce made for this login (printable, without
 * a comma): both borrowed until the login is over. */
void upstream_credential(
    struct upstream *upstream, const struct secret *secret, struct span nonce);

/* It is lost, for this reason; `detail` says more, for the log. */
void upstream_lose(
    struct upstream *upstream, enum failure failure, struct span detail);

/* The provider has closed the connection. */
void upstream_closed(struct upstream *upstream);

/* Time passes. The deadline is 0 when nothing is waited for. */
void upstream_tick(struct upstream *upstream, uint64_t now);
uint64_t upstream_deadline(const struct upstream *upstream);

/* ---- octets ---- */

unsigned upstream_wants(const struct upstream *upstream);

/*
 * Octets of the provider, decrypted; returns how many were used. An answer
 * nobody waits for, and anything behind the answer to STARTTLS, ends the
 * connection: it is never taken for the answer to a later command. What is
 * behind the first answer of a PAIR is not used before that one was heard.
 */
size_t upstream_put(struct upstream *upstream, struct span in);

/* What is to be sent, and the word that it left. */
struct span upstream_peek(const struct upstream *upstream);
void upstream_took(struct upstream *upstream, size_t len);

/* Does content pass, of which the end was not said? */
bool upstream_is_sending(const struct upstream *upstream);

/* Lends another `out`, of at least UPSTREAM_OUT_OCTETS. Nothing may wait in
 * the one before. */
void upstream_lend(struct upstream *upstream, char *out, size_t out_size);

/* ---- a transaction, said by a session ---- */

/* May MAIL be said? */
bool upstream_is_ready(const struct upstream *upstream);

/* Was the connection used before, so that it may have died unseen? */
bool upstream_is_warm(const struct upstream *upstream);

/* Will it be ready by itself? */
bool upstream_is_coming(const struct upstream *upstream);

/* Is there a place for a RCPT: alone, or behind a MAIL that is not answered? */
bool upstream_takes_rcpt(const struct upstream *upstream);

/* MAIL when ready, RCPT where it is taken: `path` is canonical, in brackets. */
void upstream_mail(struct upstream *upstream, struct span path,
    const struct mail_parameters *parameters);
void upstream_rcpt(struct upstream *upstream, struct span path);

/* DATA from OPEN: when answered by 354 the stage is BODY. Or nothing is said,
 * and the stage is CHUNKS. */
void upstream_data(struct upstream *upstream);

/* In CHUNKS: may a chunk begin, or the last one? */
bool upstream_takes_chunk(const struct upstream *upstream, bool is_last);

/* Begins one that was counted (chunk_count) in a copy of upstream->chunk. */
void upstream_chunk(
    struct upstream *upstream, const struct chunk *next, bool is_last);

/* In BODY and CHUNK: takes content, as much as there is room for and as was
 * counted; returns how much. */
size_t upstream_body(struct upstream *upstream, struct span content);

/*
 * In BODY: the content is complete. False while there is no room, or while
 * half an answer is there: then the provider is about to refuse. From here on
 * nobody knows whether the message is delivered until the answer is read.
 */
bool upstream_dot(struct upstream *upstream);

/* From OPEN: RSET. From READY: QUIT. */
void upstream_reset(struct upstream *upstream);
void upstream_quit(struct upstream *upstream);

/*
 * The answer to the last command, or NULL while it is awaited; `answered`
 * tells which command it was. It stays until upstream_heard.
 */
const struct reply *upstream_answer(const struct upstream *upstream);
void upstream_heard(struct upstream *upstream);

/* "greeting", "auth", ...: for the log. */
struct span stage_name(enum stage stage);

#endif
