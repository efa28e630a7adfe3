/*
 * suite - the cipher suites: what a server is offered, what of a device is
 * accepted.
 *
 * A server is offered TLS 1.2, ECDHE, AEAD, and nothing older. A device gets
 * the same first; where its settings open the door to TLS 1.0, it gets what
 * there was in its days as well: CBC, SHA-1, RSA key exchange, 3DES.
 */
#ifndef TLS_SUITE_H
#define TLS_SUITE_H

struct br_ssl_client_context_;
struct br_ssl_server_context_;

/* Makes a zeroed client of BearSSL's offer that. */
void suite_offer(struct br_ssl_client_context_ *client);

/* Makes a zeroed server of BearSSL's accept that, from the version `oldest`
 * on; ours is the choice. */
void suite_accept(struct br_ssl_server_context_ *server, unsigned oldest);

/* Their names by the protocol's numbers: "ECDHE-RSA-AES128-GCM-SHA256" and
 * "TLSv1.2"; "" for others. */
const char *suite_name(unsigned suite);
const char *suite_version_name(unsigned version);

#endif
