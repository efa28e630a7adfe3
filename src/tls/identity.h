/*
 * identity - our own certificate and key: for servers that ask who we are, and
 * for devices that we serve.
 *
 * PEM files: the certificate, then those of its issuers; the key in PKCS#1,
 * SEC1 or PKCS#8, RSA up to 4096 bits or EC, not encrypted.
 *
 * Owns: certificates and key, wiped by identity_free.
 */
#ifndef TLS_IDENTITY_H
#define TLS_IDENTITY_H

#include "base/text.h"

enum { IDENTITY_SIGNATURE_OCTETS = 512 };

struct identity;
struct br_ssl_client_context_;
struct br_ssl_server_context_;
struct br_ssl_client_certificate_class_;

/* Stands where an identity would, to notice being asked for one. */
struct stranger {
	const struct br_ssl_client_certificate_class_ *vtable;
	bool is_asked;
};

/*
 * Reads both files; `key` may be NULL when the key stands in the file of the
 * certificate, and `certificate` when there is nothing but a key to sign with.
 * NULL when something is missing or does not fit together: `why`
 * says what, and names the file.
 */
struct identity *identity_load(
    const char *certificate, const char *key, struct text *why);
void identity_free(struct identity *identity);

/* Do the certificates follow each other, each issued by the next? If not,
 * `why` says so; a client that checks would refuse them. */
bool identity_check_order(const struct identity *identity, struct text *why);

/* Our own certificate, in DER; empty when there is none. */
struct span identity_certificate(const struct identity *identity);

/* Signs the octets by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2). The
 * length of the signature, or 0 and the words: the key is none of RSA. */
size_t identity_sign(const struct identity *identity, struct span octets,
    char *signature, struct text *why);

/* When the first one of the certificates expires, seconds since 1970. */
int64_t identity_ends(const struct identity *identity);

/* Lets a server of BearSSL's use it, which it must outlive: to sign, and with
 * `is_exchanging` for RSA key exchange as well. */
void identity_serve(const struct identity *identity,
    struct br_ssl_server_context_ *server, bool is_exchanging);

/* Lets a connection of BearSSL's use it; it must outlive the connection. */
void identity_show(
    const struct identity *identity, struct br_ssl_client_context_ *client);

/* Lets a connection of BearSSL's have none; `stranger` lives as long. */
void stranger_show(
    struct stranger *stranger, struct br_ssl_client_context_ *client);

#endif
