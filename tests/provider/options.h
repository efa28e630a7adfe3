/*
 * options - the command line, read into one struct.
 *
 * Borrows: the words of argv.
 * Owns:    the contents of the EHLO files, until the program ends.
 * Faults:  a mistake is told on stderr.
 */
#ifndef PROVIDER_OPTIONS_H
#define PROVIDER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "provider/script.h"

enum tls_mode { TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };

struct options {
	enum tls_mode tls;
	int tls_min; /* OpenSSL's TLS1_2_VERSION and so on, 0: its own */
	int tls_max;
	const char *cert;
	const char *key;
	const char *ca;
	const char *ciphers;
	const char *user;
	const char *password;
	const char *token;
	const char *token_check; /* a command, which is asked instead */
	const char *auth;	 /* mechanisms, upper or lower case */
	const char *ehlo;	 /* literal reply to EHLO, CRLF ended lines */
	const char *ehlo_tls;	 /* the same under TLS */
	const char *store;
	const char *log;
	uint64_t port;
	uint64_t size;
	uint64_t delay_ms;
	uint64_t seconds;
	uint64_t connections;
	bool strict;
	bool discard;
	bool sum;
	bool chunking;
};

/* Reads argv. False, with a word on stderr, when it makes no sense. */
bool options_read(struct options *options, struct script *script, char **argv);

#endif
