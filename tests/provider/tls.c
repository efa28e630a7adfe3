#include "provider/tls.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>

enum { READ_OCTETS = 64 * 1024 };

static bool fill_context(SSL_CTX *context, const struct options *options)
{
	const char *ciphers = options->ciphers;

	if (!SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0"))
		return false;
	if (ciphers && !SSL_CTX_set_cipher_list(context, ciphers))
		return false;
	SSL_CTX_set_security_level(context, 0);
	if (!SSL_CTX_set_min_proto_version(context, options->tls_min) ||
	    !SSL_CTX_set_max_proto_version(context, options->tls_max))
		return false;
	return SSL_CTX_use_certificate_chain_file(context, options->cert) > 0 &&
	       SSL_CTX_use_PrivateKey_file(
		   context, options->key, SSL_FILETYPE_PEM) > 0;
}

static bool demand_client(SSL_CTX *context, const char *ca)
{
	if (SSL_CTX_load_verify_locations(context, ca, NULL) <= 0)
		return false;
	SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(ca));
	SSL_CTX_set_verify(
	    context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return true;
}

/* see tls.h */
SSL_CTX *tls_context(const struct options *options)
{
	static const unsigned char id[] = "provider";
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (!context || !fill_context(context, options) ||
	    (options->ca && !demand_client(context, options->ca))) {
		ERR_print_errors_fp(stderr);
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_session_id_context(context, id, sizeof(id) - 1);
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_default_read_buffer_len(context, READ_OCTETS);
	SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
	return context;
}

static void note_session(SSL *ssl, struct record *record, unsigned number)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	X509 *peer = SSL_get1_peer_certificate(ssl);
	char subject[256] = "-";

	if (peer)
		X509_NAME_oneline(
		    X509_get_subject_name(peer), subject, sizeof(subject));
	X509_free(peer);
	record_note(record, number, "tls %s %s %s sni=%s client=%s",
	    SSL_get_version(ssl), SSL_get_cipher_name(ssl),
	    SSL_session_reused(ssl) ? "resumed" : "new", name ? name : "-",
	    subject);
}

/* see tls.h */
bool tls_start(
    struct wire *wire, SSL_CTX *context, struct record *record, unsigned number)
{
	SSL *ssl = SSL_new(context);
	const char *why;

	if (!ssl)
		return false;
	ERR_clear_error();
	if (SSL_set_fd(ssl, wire->fd) > 0 && SSL_accept(ssl) > 0) {
		wire->ssl = ssl;
		note_session(ssl, record, number);
		return true;
	}
	why = ERR_reason_error_string(ERR_peek_error());
	record_note(record, number, "tls failed: %s", why ? why : "hung up");
	ERR_clear_error();
	SSL_free(ssl);
	return false;
}
