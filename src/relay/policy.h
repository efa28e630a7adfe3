/*
 * policy - what a conversation must obey: plain data, filled by `config`.
 *
 * All spans look into the configuration, which outlives every conversation
 * that was begun under it.
 */
#ifndef RELAY_POLICY_H
#define RELAY_POLICY_H

#include "base/secret.h"
#include "base/span.h"
#include "sasl/mechanism.h"

/* What a device's AUTH means: `auth` of [listen]. */
enum client_auth {
	CLIENT_AUTH_IGNORE,  /* offered; whatever is said is accepted, unused */
	CLIENT_AUTH_OFF,     /* not offered */
	CLIENT_AUTH_REQUIRE, /* must be the login of a [device] */
	CLIENT_AUTH_COUNT,
};

/* TLS of a listener: `tls` of [listen]. */
enum client_tls {
	CLIENT_TLS_NONE,
	CLIENT_TLS_STARTTLS, /* offered (RFC 3207) */
	CLIENT_TLS_IMPLICIT, /* there before the greeting (RFC 8314 3.3) */
	CLIENT_TLS_COUNT,
};

/* EHLO keywords, as bits: what is not to be shown to a device (`hide`). */
enum client_keyword {
	CLIENT_KEYWORD_STARTTLS = 1 << 0,
	CLIENT_KEYWORD_AUTH = 1 << 1,
	CLIENT_KEYWORD_8BITMIME = 1 << 2,
	CLIENT_KEYWORD_SIZE = 1 << 3,
	CLIENT_KEYWORD_PIPELINING = 1 << 4,
};

/* What becomes of the original From when it is changed: `reply_to` of
 * [device]. */
enum reply_to {
	REPLY_TO_ORIGINAL, /* an answer goes there, unless the message says */
	REPLY_TO_DROP,
	REPLY_TO_ADDRESS,
	REPLY_TO_COUNT,
};

/* A message with a DKIM-Signature whose From would change: `signed`. */
enum signed_mode {
	SIGNED_REWRITE, /* changed all the same, with a warning */
	SIGNED_PASS,
	SIGNED_REFUSE,
	SIGNED_COUNT,
};

/* The login of a [device]. */
struct client_login {
	struct span user;
	struct secret password;
};

/* The device's side of a conversation. */
struct client_policy {
	struct span hello;  /* our name in the greeting */
	struct span device; /* its section's name, for the log */
	enum client_tls tls;
	enum client_auth auth;
	const struct client_login *logins; /* for CLIENT_AUTH_REQUIRE */
	size_t login_count;
	uint64_t chance;    /* another one each connection: for challenges */
	unsigned hide;	    /* client_keyword bits */
	bool keeps_sender;  /* whatever the account says */
	struct span sender; /* this address; empty: the account's */
	enum reply_to reply_to;
	struct span reply_address;  /* for REPLY_TO_ADDRESS */
	struct span redirect;	    /* every recipient becomes it, if any */
	const char *const *allowed; /* patterns of recipients; none: all */
	size_t allowed_count;
	bool completes;		    /* missing fields are added */
	bool takes_any_end;	    /* `end_of_data = close` */
	uint64_t message_size;	    /* octets; 0: the provider's limit */
	size_t hold;		    /* octets collected before DATA */
	bool holds_all;		    /* or all: `hold` is where it begins */
	unsigned recipients;	    /* per message */
	unsigned command_timeout_s; /* from the start of a command */
	unsigned message_timeout_s; /* from DATA */
};

/* How the connection to the provider is protected: `tls` of [account]. */
enum upstream_security {
	UPSTREAM_STARTTLS, /* RFC 3207 */
	UPSTREAM_IMPLICIT, /* RFC 8314 3.3 */
	UPSTREAM_PLAIN,	   /* only without a mechanism that reveals */
	UPSTREAM_SECURITY_COUNT,
};

/* What it is that logs in: for the words when it is refused. */
enum upstream_identity {
	IDENTITY_PASSWORD,
	IDENTITY_USER_TOKEN, /* somebody agreed to it */
	IDENTITY_APPLICATION_TOKEN,
	IDENTITY_COUNT,
};

/* The provider's side. */
struct upstream_policy {
	struct span account; /* its section's name, for the log */
	struct span host;
	unsigned port;
	enum upstream_security security;
	struct span hello; /* EHLO name; empty: our address as a literal */
	struct span user;
	enum upstream_identity identity;
	uint32_t mechanisms; /* SASL_BIT()s that may be used; 0: no login */
	struct span sender;  /* envelope and From become it; empty: they stay */
	enum signed_mode is_signed;
	struct span domain;   /* completes unqualified addresses, if any */
	bool chunking;	      /* BDAT where it is offered (RFC 3030) */
	struct span pop_host; /* logged in to by POP3 before; empty: none */
	unsigned pop_port;
};

#endif
