/*
 * command - a line -> a verb and its argument.
 *
 * Verbs are read whatever their case, with blanks in front and behind
 * (RFC 5321 2.4). What is no SMTP at all but another protocol's greeting is
 * recognised here, so that a browser or a TLS client is turned away politely.
 */
#ifndef SMTP_COMMAND_H
#define SMTP_COMMAND_H

#include "base/span.h"

enum verb {
	VERB_UNKNOWN,
	VERB_EMPTY, /* nothing but blanks */
	VERB_EHLO,
	VERB_HELO,
	VERB_STARTTLS,
	VERB_AUTH,
	VERB_MAIL,
	VERB_RCPT,
	VERB_DATA,
	VERB_RSET,
	VERB_NOOP,
	VERB_VRFY,
	VERB_HELP,
	VERB_QUIT,
	VERB_FOREIGN, /* another protocol: a browser, a load balancer */
	VERB_COUNT,
};

struct command {
	enum verb verb;
	struct span word;     /* the verb as heard */
	struct span argument; /* the rest, blanks at both ends removed */
};

/* Every line is a command, if only an unknown one. The spans lie in `line`. */
struct command command_parse(struct span line);

/* "EHLO", ...; "unknown" and the like for what is none. */
struct span verb_name(enum verb verb);

/* Other protocols that show in the first octets of a connection. */
enum command_foreign {
	COMMAND_NOT_FOREIGN,
	COMMAND_FOREIGN_MORE,  /* cannot be told yet */
	COMMAND_FOREIGN_TLS,   /* a ClientHello: the device is set to SSL */
	COMMAND_FOREIGN_PROXY, /* a binary PROXY header nobody asked for */
};

/* What the first octets of a connection are. */
enum command_foreign command_foreign(struct span first);

#endif
