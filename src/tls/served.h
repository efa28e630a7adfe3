/*
 * served - what the connections of devices to one listener share.
 *
 * The contract of its functions is in tls.h; this is what the engine needs of
 * it.
 *
 * Owns: our certificates and their key.
 */
#ifndef TLS_SERVED_H
#define TLS_SERVED_H

#include "tls/tls.h"

struct br_ssl_server_context_;

/* Makes a zeroed server of BearSSL's one of ours, still to be given its
 * buffers, entropy and reset. */
void served_set_up(const struct tls_server_context *context,
    struct br_ssl_server_context_ *server);

#endif
