/*
 * ehlo - what a server offers, and how we offer it ourselves.
 *
 * Only the first word of a line counts, whatever its case (RFC 5321 4.1.1.1).
 * Lines that are no keywords at all ("8 BITMIME", "Ok", "coremail ...") are
 * passed over, as real providers send them. The mechanisms of "AUTH" and of
 * the old "AUTH=" line are one list.
 */
#ifndef SMTP_EHLO_H
#define SMTP_EHLO_H

#include "smtp/reply.h"

enum { EHLO_AUTH_OCTETS = 256 };

/* What a server offers. */
struct ehlo {
	bool starttls;
	bool pipelining;
	bool eight_bit;
	bool chunking;
	bool size;	   /* SIZE was offered */
	uint64_t max_size; /* octets; 0: no fixed limit, or not said */
	size_t auth_len;
	char auth[EHLO_AUTH_OCTETS]; /* mechanisms, each with a blank behind */
};

/* Reads a whole 250 reply. The first line, a greeting, is not looked at. */
void ehlo_read(struct ehlo *ehlo, const struct reply *reply);

/* The mechanisms offered, separated by blanks. */
struct span ehlo_auth(const struct ehlo *ehlo);

#endif
