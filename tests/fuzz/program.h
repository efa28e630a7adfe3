/*
 * program - a conversation as octets: what fuzz_session is fed with.
 *
 * PROGRAM_HEAD octets of settings, then steps. A step is one octet, its kind,
 * and what belongs to it: CLIENT and UPSTREAM have a length octet and so many
 * octets that are said; NO_LINK, LOSE, WAIT, SLOW, FLOWS have one octet; all
 * others none. Kinds and choices are taken modulo their number, so that every
 * input is a program.
 */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

enum program_head {
	PROGRAM_GRAIN,	    /* octets at a time; 0: all at once */
	PROGRAM_SECURITY,   /* enum upstream_security; 3 times enum client_tls;
			       9 times enum client_auth */
	PROGRAM_MECHANISMS, /* which may be used, see fuzz_session.c */
	PROGRAM_HOLD,	    /* bit 0: much is held at first; 1: then all;
			       2: a warm provider offers PIPELINING, 3:
			       CHUNKING; 4: which is not to be used */
	PROGRAM_LIMITS,	    /* recipients; the high bit: a size limit */
	PROGRAM_REWRITE,    /* what is changed in a message, as bits */
	PROGRAM_HEAD,
};

enum program_step {
	PROGRAM_CLIENT,	  /* the device says ... */
	PROGRAM_UPSTREAM, /* the provider says ... */
	PROGRAM_DIAL,	  /* a new connection is being made */
	PROGRAM_CONNECTED,
	PROGRAM_SECURED,
	PROGRAM_WARM,	 /* or one is there already, logged in */
	PROGRAM_AGAIN,	 /* the one that was given back may be leased */
	PROGRAM_NO_LINK, /* there is none: which failure */
	PROGRAM_LOSE,	 /* it is lost: which failure */
	PROGRAM_CLOSED,	 /* the provider closes */
	PROGRAM_GONE,	 /* the device closes */
	PROGRAM_DRAIN,
	PROGRAM_WAIT,	 /* so many times ten seconds */
	PROGRAM_SLOW,	 /* bit 0: the device takes nothing; 1: the provider */
	PROGRAM_QUIT,	 /* the pool is tired of the one given back */
	PROGRAM_UNHEARD, /* the last message's 250 was not heard */
	PROGRAM_CLIENT_SECURED, /* TLS with the device, if it is wished */
	PROGRAM_ROOM, /* there is more room for content, or is no more */
	PROGRAM_NO_ROOM,
	PROGRAM_FLOWS, /* bit 0: more of the device is here already */
	PROGRAM_STEPS,
};

/* The nonce of every login, so that the transcripts can name the answers: that
 * of RFC 7677 section 3. */
#define NONCE SPAN("rOprNGfwEbeRWgbNEkqO")

#endif
