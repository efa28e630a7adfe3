/*
 * client - the device's side of a conversation: our role as its server.
 *
 * It reads commands, answers by itself what concerns nobody else (EHLO, AUTH,
 * NOOP, VRFY ...), and passes on as an *ask* what the session must decide:
 * MAIL, RCPT, DATA. An ask that cannot be met yet is not used up: its line
 * stays with the caller and is asked again. That is the whole treatment of
 * devices that send ahead.
 *
 * Lenient to the device in everything that is unambiguous; see smtp/address
 * for paths. Each reply leaves in one piece, since some devices read no more
 * than one segment.
 *
 * Owns:   the replies on their way to the device.
 * Bounds: CLIENT_LINE_OCTETS a command, CLIENT_AUTH_OCTETS in AUTH (RFC 4954
 *         4), CLIENT_OUT_OCTETS of replies; a command runs only when its reply
 *         fits.
 */
#ifndef RELAY_CLIENT_H
#define RELAY_CLIENT_H

#include "base/buf.h"
#include "relay/fact.h"
#include "relay/failure.h"
#include "relay/policy.h"
#include "smtp/address.h"
#include "smtp/command.h"
#include "smtp/line.h"
#include "smtp/reply.h"

enum {
	CLIENT_LINE_OCTETS = 4096,
	CLIENT_AUTH_OCTETS = 12288,
	CLIENT_REPLY_OCTETS = 512, /* the longest reply, CRLF included */
	CLIENT_OUT_OCTETS = 1024,
	CLIENT_JUNK_COMMANDS = 10, /* unknown ones, before we hang up */
	CLIENT_EMPTY_LINES = 100,  /* likewise */
};

enum client_state {
	CLIENT_TALKING,
	CLIENT_AUTH_USER,     /* LOGIN: the next line is the user */
	CLIENT_AUTH_PASSWORD, /* LOGIN: the password */
	CLIENT_AUTH_PLAIN,    /* PLAIN: all at once */
	CLIENT_AUTH_CRAM,     /* CRAM-MD5: our challenge's digest */
	CLIENT_SECURING,      /* TLS is to begin: nothing is read before */
	CLIENT_LEAVING,	      /* the last reply was given */
	CLIENT_GONE,	      /* the device has closed */
};

/* No login of a [device]. */
#define CLIENT_NO_LOGIN SIZE_MAX

/* What the device has open, as the session tells. */
enum client_envelope {
	CLIENT_NO_ENVELOPE,
	CLIENT_SENDER,	   /* MAIL was accepted */
	CLIENT_RECIPIENTS, /* so was a RCPT */
};

struct client {
	const struct client_policy *policy;
	struct facts *facts;
	struct span peer;    /* the device's address, for the log */
	size_t login;	     /* accepted: its place in the policy's logins */
	size_t named;	     /* LOGIN: whose password is asked for */
	unsigned mistakes;   /* refused logins of this connection */
	unsigned refusals;   /* of its address, since it was last right */
	unsigned challenges; /* given, in this connection */
	unsigned wait_s;     /* what was said last is to wait so long */
	enum client_state state;
	enum client_envelope envelope;
	struct line_reader line;
	bool is_secure;		/* TLS stands */
	bool has_spoken;	/* its first octets were judged */
	bool is_extended;	/* it said EHLO */
	bool has_greeted;	/* it said EHLO or HELO, for the first time */
	bool has_quit;		/* it said QUIT */
	unsigned junk;		/* unknown commands, lines too long */
	unsigned empties;	/* empty lines */
	uint64_t provider_size; /* the last known limit; 0: none */
	struct buf out;
	char storage[CLIENT_OUT_OCTETS];
};

/* What the session must decide. The spans lie in the line that was put. */
struct ask {
	enum verb verb; /* VERB_MAIL, VERB_RCPT or VERB_DATA */
	struct address address;
	struct span more; /* of a RCPT: further recipients, see address_next */
	struct mail_parameters parameters;
	size_t used; /* octets of input that belong to it */
};

/* Begins: the greeting waits in `out`. All but `client` are borrowed. */
void client_init(struct client *client, const struct client_policy *policy,
    struct facts *facts, struct span peer);

/*
 * Runs commands from `*in` until there is no whole one, no room for a reply,
 * one that gave a transaction up (the session must follow before the next),
 * or one to be decided: then true, with `*ask` filled and the line still in
 * `*in`.
 */
bool client_next(struct client *client, struct span *in, struct ask *ask);

/* Says a reply of ours; a provider's; a failure's. Needs client_has_room. */
void client_say(struct client *client, const char *reply);
void client_say_reply(struct client *client, const struct reply *reply);
void client_say_failure(
    struct client *client, enum failure failure, struct span host);

/* Is there room for one more reply? */
bool client_has_room(const struct client *client);

/* TLS has begun: all that was said in the clear is forgotten, but for who is
 * there (RFC 3207 4.2). In CLIENT_SECURING only. */
void client_secured(struct client *client);

/* The last word was said: nothing more is read. */
void client_leave(struct client *client);

#endif
