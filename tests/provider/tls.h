/*
 * tls - the provider's side of TLS, by OpenSSL, as old or new as wanted.
 *
 * Its security level is 0: what is refused must be refused by the client, so
 * weak keys and old versions are served as ordered.
 *
 * Faults: told on stderr (tls_context) or noted in the log (tls_start).
 */
#ifndef PROVIDER_TLS_H
#define PROVIDER_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "provider/options.h"
#include "provider/record.h"
#include "provider/wire.h"

/* The context for all connections, or NULL. */
SSL_CTX *tls_context(const struct options *options);

/* Shakes hands; the wire is under TLS afterwards. False when that failed. */
bool tls_start(struct wire *wire, SSL_CTX *context, struct record *record,
    unsigned number);

#endif
