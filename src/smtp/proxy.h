/*
 * proxy - the PROXY protocol, versions 1 and 2: a load balancer tells whose
 * connection it passes on, before the first octet of SMTP.
 *
 * It is believed only of the balancers that are named; whoever else sends one
 * is turned away (command_foreign). Nothing is stored: a header that is not
 * whole stays with the caller, and nothing behind it is used.
 *
 * Bounds: PROXY_TEXT_OCTETS a line of version 1, PROXY_OCTETS a header of
 *         version 2.
 */
#ifndef SMTP_PROXY_H
#define SMTP_PROXY_H

#include "base/cidr.h"

enum {
	PROXY_TEXT_OCTETS = 107,
	PROXY_OCTETS = 1024,
};

struct proxy {
	bool has_address; /* false: the balancer's own, a health check */
	struct ip ip;	  /* the device's */
	size_t used;	  /* octets of the header */
};

enum proxy_verdict {
	PROXY_MORE,
	PROXY_READY,	 /* `*proxy` is filled */
	PROXY_MALFORMED, /* no header, or one that is broken or too long */
};

/* Reads a header at the front of `in`. */
enum proxy_verdict proxy_read(struct span in, struct proxy *proxy);

#endif
