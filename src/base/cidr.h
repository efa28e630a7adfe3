/*
 * cidr - blocks of IP addresses, and which addresses they hold.
 *
 * IPv4 is kept as its mapped IPv6 form (::ffff:a.b.c.d), so that a client is
 * matched the same way whichever socket it came through.
 */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include "base/span.h"

struct ip {
	unsigned char octets[16]; /* network order; IPv4 mapped */
};

struct cidr {
	struct ip network;
	unsigned prefix; /* bits of the mapped form: 0 to 128 */
};

/* The mapped form of four octets in network order. */
struct ip ip_from_v4(const unsigned char octets[4]);

/* Reads an address as it is written: "192.0.2.17", "2001:db8::1". */
bool ip_read(struct span text, struct ip *ip);

/* Is it an IPv4 address; is it one of the machine's own (127/8, ::1)? */
bool ip_is_v4(const struct ip *ip);
bool ip_is_loopback(const struct ip *ip);

/* Does the block hold the address? */
bool cidr_holds(const struct cidr *cidr, const struct ip *ip);

/* Is every address of the block a loopback address? */
bool cidr_is_loopback(const struct cidr *cidr);

/* The narrowest of `count` blocks that holds the address: its prefix length,
 * or -1 when none does. */
int cidr_best(const struct cidr *cidrs, size_t count, const struct ip *ip);

#endif
