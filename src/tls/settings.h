/*
 * settings - what a TLS connection to a provider is checked against.
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

#endif
