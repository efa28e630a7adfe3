/*
 * suite - what we offer a server: TLS 1.2, ECDHE, AEAD, and nothing older.
 */
#ifndef TLS_SUITE_H
#define TLS_SUITE_H

struct br_ssl_client_context_;

/* Makes a zeroed connection of BearSSL's offer that; what is not named here
 * is not even linked: CBC, RSA key exchange, SHA-1, MD5. */
void suite_offer(struct br_ssl_client_context_ *client);

/* "TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256", as agreed on; "" before. */
const char *suite_agreed(const struct br_ssl_client_context_ *client);

#endif
