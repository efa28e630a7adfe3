/*
 * settings - what a TLS connection to a provider is checked against, and what a
 * device is shown.
 */
#ifndef TLS_SETTINGS_H
#define TLS_SETTINGS_H

#include "base/span.h"

enum { TLS_PIN_OCTETS = 32 };

/* SHA-256 of a SubjectPublicKeyInfo. */
struct tls_pin {
	unsigned char octets[TLS_PIN_OCTETS];
};

struct tls_client_settings {
	const char *name;	    /* must stand in the certificate; a DNS
				       name (A-labels) or an address */
	const char *ca_file;	    /* NULL: the system's bundle */
	const struct tls_pin *pins; /* one of them must match, if any */
	size_t pin_count;
	const char *client_certificate; /* PEM files; NULL: none */
	const char *client_key;		/* NULL: in the certificate's file */
};

/* Versions as they stand in a record (RFC 5246 6.2.1). */
enum { TLS_1_0 = 0x0301, TLS_1_1 = 0x0302, TLS_1_2 = 0x0303 };

struct tls_server_settings {
	const char *certificate; /* PEM files; NULL: no TLS */
	const char *key;	 /* NULL: in the certificate's file */
	unsigned oldest;	 /* version that is accepted */
};

#endif
