/*
 * address - the paths of MAIL and RCPT: read leniently, said canonically.
 *
 * Devices write "FROM: a@b", "<<a@b>>", "'a@b'", "Joe <a@b>" and "a@b." where
 * RFC 5321 4.1.2 wants "<a@b>". All of these are read; what leaves is always
 * the canonical form. No octet below 0x20, no DEL and nothing above 0x7E ever
 * passes, quoted or not: a path can never carry a second command.
 */
#ifndef SMTP_ADDRESS_H
#define SMTP_ADDRESS_H

#include "base/text.h"

enum {
	ADDRESS_MAX_OCTETS = 320, /* 64 + "@" + 255, RFC 5321 4.5.3.1 */
	PATH_MAX_OCTETS = ADDRESS_MAX_OCTETS + 2,
};

/* Spans into the line that was read. */
struct address {
	struct span local;  /* empty together with `domain`: the null path */
	struct span domain; /* empty: unqualified ("root") */
};

enum address_verdict {
	ADDRESS_READY,
	ADDRESS_SYNTAX,	 /* not an address */
	ADDRESS_FOREIGN, /* octets above 0x7E: SMTPUTF8 is not offered */
	ADDRESS_LONG,	 /* over ADDRESS_MAX_OCTETS */
	ADDRESS_SEVERAL, /* more than one address where one is wanted */
};

/*
 * Reads "FROM:<a@b> SIZE=1000" (`prefix` is "FROM:" or "TO:", any case) to the
 * address and what stands behind it, `*parameters`.
 */
enum address_verdict address_read_path(struct span argument, struct span prefix,
    struct address *address, struct span *parameters);

/*
 * Reads "TO:<a@b,c@d>", which printers with one field for addresses send, to
 * the first address and to `*more`, from which address_next takes the others;
 * it is empty when there are none. Also "a@b; c@d" and "<a@b>, <c@d>". What
 * address_read_path reads as one address is one. Every item was read when
 * this returns ADDRESS_READY.
 */
enum address_verdict address_read_list(struct span argument, struct span prefix,
    struct address *first, struct span *more);

/* Takes one more address of a list; false when there is none. */
bool address_next(struct span *more, struct address *address);

/* Reads one bare address, as configured: "user@domain". */
enum address_verdict address_read(struct span text, struct address *address);

/* Is it the null reverse-path, "<>"? */
bool address_is_null(const struct address *address);

/* Appends "<local@domain>"; and without the brackets. */
void address_put_path(struct text *text, const struct address *address);
void address_put(struct text *text, const struct address *address);

/* The parameters of a MAIL command that mean something here (RFC 1870,
 * RFC 6152); all others are dropped. */
struct mail_parameters {
	uint64_t size;	   /* octets; 0: not said */
	bool is_eight_bit; /* BODY=8BITMIME */
};

/* False when a parameter that means something is malformed. */
bool mail_parameters_read(
    struct span parameters, struct mail_parameters *result);

#endif
