/*
 * session - one device's conversation: its client side, and the connection to
 * the provider it leases for each message.
 *
 * The timeline of a message (RFC 5321 3.3, with a provider behind):
 *
 *   device                 session                        provider
 *   EHLO                   250, wishes WANT_WARM          (dialled ahead)
 *   MAIL                   WANT_LINK; on NEWS:            MAIL
 *                          the provider's answer
 *                          (PIPELINING: 250, ours)
 *   RCPT                                                  RCPT
 *                          the provider's answer          (PIPELINING: the
 *                          (to MAIL, if it is refused)    first behind MAIL)
 *   DATA                   354, ours
 *                          (`hold = all`: WANT_RELEASE)
 *   content                collected in `hold`
 *                          (`hold = all`: WANT_ROOM when it is full)
 *   ... hold full, or dot                                 DATA, then content
 *                          (`hold = all`: at the dot, and before it
 *                          WANT_LINK, MAIL and RCPT once more)
 *   dot                                                   dot
 *                          the provider's answer;
 *                          WANT_RELEASE
 *
 * With CHUNKING there is no DATA, content leaves by BDAT, and LAST, said with
 * what is left at the device's dot, is the provider's dot.
 *
 * A connection that dies before its DATA is replaced and the envelope said
 * again, unseen by the device. After its DATA nothing is ever said again: what
 * is then unknown is told as unknown.
 *
 * A message whose 250 its device did not hear comes again; see receipts.h.
 *
 * It never knows a socket: it shows wishes, and is told news.
 *
 * Owns:    the client side and the state of one transaction.
 * Borrows: the policies, facts; the leased upstream, from session_lease to
 *          WANT_RELEASE; the loan of large buffers for the same time.
 */
#ifndef RELAY_SESSION_H
#define RELAY_SESSION_H

#include "relay/client.h"
#include "relay/envelope.h"
#include "relay/receipts.h"
#include "relay/rewrite.h"
#include "relay/upstream.h"
#include "smtp/body.h"

/* What must happen outside, as bits. They stand until it has happened. */
enum {
	WANT_WARM = 1 << 0,    /* a connection may be dialled ahead */
	WANT_LINK = 1 << 1,    /* session_lease or session_no_link */
	WANT_RELEASE = 1 << 2, /* take the upstream back: session_released */
	WANT_CLOSE = 1 << 3,   /* all was said: close the device's connection */
	WANT_TLS = 1 << 5,  /* our 220 was taken: begin TLS with the device */
	WANT_ROOM = 1 << 4, /* session_more_room or session_no_room */
};

enum phase {
	PHASE_IDLE,	/* no transaction */
	PHASE_LEASING,	/* MAIL waits for a connection */
	PHASE_ENVELOPE, /* MAIL and RCPT pass */
	PHASE_COLLECT,	/* content is collected, the provider's DATA not said */
	PHASE_STREAM,	/* the provider's DATA was said: content passes */
	PHASE_SWALLOW, /* the outcome is known: content is dropped to its dot */
	PHASE_COUNT,
};

/* How a message ended, for the log. */
enum result {
	RESULT_SENT,
	RESULT_REFUSED, /* the provider or our limits said no */
	RESULT_FAILED,	/* it could not get there */
	RESULT_UNKNOWN, /* lost after the dot */
	RESULT_COUNT,
};

/* How often a connection may be replaced within one message. */
enum { SESSION_REPLACEMENTS = 3 };

/* Large buffers, lent for a transaction, and what only the world knows. */
struct loan {
	char *envelope;
	size_t envelope_size;
	char *hold;
	size_t hold_size;
	char *fields;	    /* for new header fields */
	size_t fields_size; /* REWRITE_TEXT_OCTETS at least */
	int64_t time;	    /* seconds since 1970, for a missing Date */
	struct span id;	    /* "<unique@host>", for a missing Message-ID */
	struct receipts *receipts; /* of messages that may come again */
};

/* How a message ended, and the reply that says so: heard at the dot. */
struct outcome {
	bool is_known;
	enum result result;
	size_t len;
	char reply[REPLY_SAID_OCTETS];
};

struct session {
	const struct client_policy *policy;
	struct facts *facts;
	struct span peer; /* the device's address, for the log */
	uint64_t now;
	uint64_t deadline; /* of the device; 0: it waits for us */
	struct client client;
	enum phase phase;
	bool is_draining;
	uint64_t quiet_until; /* a refused login is answered then; 0: none */
	bool has_warmed;      /* WANT_WARM was heeded */
	bool has_listed;      /* a list of recipients was told of */
	/* the transaction */
	struct upstream *upstream; /* leased, or NULL */
	bool wants_release;
	unsigned replacements; /* of connections that died, in this message */
	uint64_t began;
	struct envelope envelope;
	bool is_pending; /* the last command's paths were not answered yet */
	size_t played;	 /* how far this upstream knows the envelope */
	size_t said;	 /* and how far when all awaited answers are good */
	struct body body;
	bool has_eight_bit; /* in the content collected before DATA */
	struct rewrite rewrite;
	struct rewrite_policy rewriting;
	int64_t time; /* as the loan told */
	struct span id;
	bool is_whole;	 /* the device's dot was read */
	bool is_flowing; /* more of it comes at once */
	struct receipts *receipts;
	struct hash digest; /* of device, envelope and content */
	bool has_left;	    /* the device closed its side */
	bool is_judged;	    /* the whole message is no second copy */
	uint64_t receipt;   /* of the last message sent, until taken; 0: none */
	uint64_t lapsed;    /* of one that had a device that left, and failed */
	struct buf hold;
	struct address asked; /* the sender of the MAIL that waits */
	struct span domain;   /* completes unqualified addresses */
	struct span account;  /* the last one asked, for the log */
	struct span host;
	enum failure failure; /* why there is no connection, until it is told */
	struct outcome outcome;
};

/* Begins: the greeting waits. All is borrowed for the session's life. */
void session_init(struct session *session, const struct client_policy *policy,
    struct facts *facts, struct span peer, uint64_t now);

/* ---- news ---- */

/* A connection that is ready, and the loan that goes with it. When the
 * session still holds a loan, `loan` is ignored. */
void session_lease(struct session *session, struct upstream *upstream,
    const struct loan *loan);

/* The account that a connection is asked of, for the log's line of a message
 * that never gets one. */
void session_aim(struct session *session, struct span account);

/* There is none to be had. */
void session_no_link(
    struct session *session, enum failure failure, struct span host);

/*
 * The content needs more room than `hold` has: `size` octets at `hold`, which
 * hold what session_held shows already. From here on the loan's own memory is
 * not used by this message.
 */
struct span session_held(const struct session *session);
void session_more_room(struct session *session, char *hold, size_t size);

/* There is none, and why. The content is dropped, now and up to its dot; the
 * loan's own memory is used again. */
void session_no_room(
    struct session *session, enum failure failure, const struct loan *loan);

/* The upstream was taken back. */
void session_released(struct session *session);

/* TLS with the device stands (RFC 3207 4.2). What it said in the clear behind
 * STARTTLS was not used, and must not be put again. */
void session_secured(struct session *session);

/* So many logins of the device's address were refused lately, on this
 * connection and others. */
void session_suspect(struct session *session, unsigned refusals);

/* More of the device's octets are here already, behind those that are put
 * next; or no longer so. */
void session_flows(struct session *session, bool is_flowing);

/* The device has closed its side, but may still read. */
void session_client_left(struct session *session);

/* The device has closed, or its connection broke. */
void session_client_gone(struct session *session);

/* It may not stay: instead of the greeting it hears why. Before anything was
 * taken. */
void session_refuse(struct session *session, enum failure failure);

/* No new transaction from now on. */
void session_drain(struct session *session);

/* The provider's last known size limit, to be offered to the device. */
void session_provider_size(struct session *session, uint64_t size);

void session_tick(struct session *session, uint64_t now);
uint64_t session_deadline(const struct session *session);

/* ---- octets and wishes ---- */

/*
 * Octets of the device, or none: moves all that can be moved. Returns how many
 * were used. Those that were not stay with the caller and are offered again,
 * together with more: a command that waits for the provider is not used up
 * before it can run. Called after any news, and after the upstream has moved.
 */
size_t session_put(struct session *session, struct span in);

struct span session_peek(const struct session *session);
void session_took(struct session *session, size_t len);

unsigned session_wants(const struct session *session);

/* WANT_WARM was heeded. */
void session_warmed(struct session *session);

/* The login of the policy that the device is, or CLIENT_NO_LOGIN. */
size_t session_login(const struct session *session);

/* The receipt of a message whose 250 was just said, once; 0: there is none.
 * Whether it was heard is to be told by receipts_settle. */
uint64_t session_take_receipt(struct session *session);

/* That of a message that was not sent, and whose device had left; likewise,
 * and others may wait for it. */
uint64_t session_take_lapsed(struct session *session);

/* Does a second copy wait for what becomes of the first one? When something
 * was settled, session_put is to be called. */
bool session_is_second(const struct session *session);

/* How many of the connection's logins were refused. */
unsigned session_mistakes(const struct session *session);

/* The sender of the MAIL that waits for a connection; it lies in the octets
 * that were put last, and is gone with them. */
const struct address *session_sender(const struct session *session);

/* Was the last word said, and is it still to be taken? */
bool session_is_leaving(const struct session *session);

/* Did the device say QUIT? Nothing more is to be expected of it then. */
bool session_has_quit(const struct session *session);

/* Can nothing move before the device says more? */
bool session_is_starved(const struct session *session);

/* Has the device still a transaction, and so the loan? */
bool session_is_busy(const struct session *session);

/* Was MAIL answered? Then no other account may take over. */
bool session_is_bound(const struct session *session);

/* Is content on its way from the device, its dot not yet read? */
bool session_is_receiving(const struct session *session);

/* Must the next connection be a new one, since a warm one was just found
 * dead? */
bool session_wants_fresh(const struct session *session);

#endif
