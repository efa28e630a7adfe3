/*
 * tls - one TLS connection, as an engine: bytes in, bytes out, no socket.
 *
 * put:   tls_put_cipher (from the peer), tls_put_plain (to be sent)
 * peek:  tls_cipher (to be sent), tls_plain (from the peer)
 * took:  tls_took_cipher, tls_took_plain
 * wants: tls_state
 *
 * As a provider's client: TLS 1.2 only, ECDHE with AEAD suites only, AES-GCM
 * before ChaCha20 where the CPU has AES instructions, no renegotiation. The
 * certificate is checked against the settings' name (no CN fallback, IP
 * addresses by iPAddress entries), for its use as a server's (EKU), for its
 * key (RSA 2048 at least) and signatures (no SHA-1, no MD5), and against the
 * pins. There is no way to switch a check off.
 *
 * As a device's server: the same versions and suites first, and older ones as
 * the settings say. The device shows no certificate.
 *
 * Owns:   engine and record buffers, the certificate checker, and a hold on
 *         its context.
 * Bounds: about 56 KiB, 40 once tls_shed was called, and 37 for a device;
 *         nothing is allocated after tls_client_new and tls_server_new.
 * Faults: sticky; tls_fault says what kind, tls_explain says it in words.
 */
#ifndef TLS_TLS_H
#define TLS_TLS_H

#include "base/span.h"
#include "base/text.h"
#include "tls/settings.h"
#include "tls/trust.h"

/* What the connections of one account share: settings, trust anchors, the
 * client's certificate. */
struct tls_context;

struct tls;

enum tls_state {
	TLS_HANDSHAKE, /* not yet open */
	TLS_OPEN,      /* verified; plain octets may pass */
	TLS_CLOSED, /* ended in order: by their close_notify or by tls_close */
	TLS_FAILED, /* see tls_fault */
};

enum tls_fault {
	TLS_FAULT_NONE,
	TLS_FAULT_UNTRUSTED, /* no anchor vouches for the chain */
	TLS_FAULT_NAME,	     /* the certificate is for other names */
	TLS_FAULT_DATES,     /* expired, or not valid yet */
	TLS_FAULT_WEAK,	     /* RSA below 2048 bits, SHA-1 or MD5 signature */
	TLS_FAULT_USAGE,     /* not a server's certificate (EKU, key usage) */
	TLS_FAULT_PIN,	     /* none of the pins matches */
	TLS_FAULT_CHAIN,     /* out of order, incomplete, unreadable */
	TLS_FAULT_VERSION,   /* no TLS 1.2, or no suite in common */
	TLS_FAULT_NOT_TLS,   /* the peer does not speak TLS here */
	TLS_FAULT_ALERT,     /* the peer gave up, with an alert */
	TLS_FAULT_PROTOCOL,  /* broken record, closed in the middle */
	TLS_FAULT_COUNT,
};

/* "untrusted", "name", ...: one word for the log. */
const char *tls_fault_name(enum tls_fault fault);

/*
 * Reads what `settings` names (trust anchors, client certificate and key) and
 * seeds nothing yet. `settings` must outlive the context. NULL when something
 * is missing or unusable: `why` then says what, and names the file.
 */
struct tls_context *tls_context_new(
    const struct tls_client_settings *settings, struct text *why);
struct tls_context *tls_context_hold(struct tls_context *context);
void tls_context_drop(struct tls_context *context);
const struct trust *tls_context_trust(const struct tls_context *context);

/*
 * What the connections of devices to one listener share: our certificates and
 * their key, read from the files that `settings` names. NULL when something is
 * missing, unusable or out of order: `why` then says what, and names the file.
 */
struct tls_server_context;
struct tls_server_context *tls_server_context_new(
    const struct tls_server_settings *settings, struct text *why);
struct tls_server_context *tls_server_context_hold(
    struct tls_server_context *context);
void tls_server_context_drop(struct tls_server_context *context);

/* When the first one of the certificates expires, seconds since 1970. */
int64_t tls_server_context_ends(const struct tls_server_context *context);

/*
 * A new connection of a device, which waits for its ClientHello. NULL when
 * there is no memory or no randomness.
 */
struct tls *tls_server_new(struct tls_server_context *context);

/*
 * A new client connection, ready to give its ClientHello. Fresh entropy of
 * the system's is injected. NULL when there is no memory or no randomness.
 */
struct tls *tls_client_new(struct tls_context *context);
void tls_free(struct tls *tls);

enum tls_state tls_state(const struct tls *tls);
enum tls_fault tls_fault(const struct tls *tls);

/*
 * What is wrong, for a person: which certificate (subject, dates, the names
 * it carries), what was expected, what the peer said. One line, no blame.
 */
void tls_explain(const struct tls *tls, struct text *words);

/* Has the peer not said a single octet? */
bool tls_is_unheard(const struct tls *tls);

/* The login has succeeded: the session is kept for later connections, and the
 * certificate's checker and what it found are not needed any more, 15 KiB.
 * tls_describe says nothing from then on. */
void tls_shed(struct tls *tls);

/* "ECDHE-RSA-AES128-GCM-SHA256", and "TLSv1.2", once open. */
const char *tls_suite(const struct tls *tls);
const char *tls_version(const struct tls *tls);

/* Appends whose certificate the server showed, who issued it and until when
 * it is valid. Nothing before it came. */
void tls_describe(const struct tls *tls, struct text *words);

/*
 * Takes octets of the peer; returns how many. It takes none while plain
 * octets wait to be taken or the connection has ended. If the first ones are
 * text, they are taken up to the end of a line, to be quoted, and only then
 * the state becomes TLS_FAILED.
 */
size_t tls_put_cipher(struct tls *tls, struct span cipher);

/* Takes octets to be sent; returns how many: at most one record's worth, and
 * none while cipher octets wait or before TLS_OPEN. */
size_t tls_put_plain(struct tls *tls, struct span plain);

/*
 * The same without a copy: a place of `*room` octets to write plain ones into,
 * and the word that so many of them were written. NULL where tls_put_plain
 * would take none. To a provider there is room for a full record's 16384. The
 * place is a part of the record that leaves next, so nothing may be put until
 * tls_wrote, be it of 0; only tls_close and tls_free may come first, and then
 * what was written there is dropped.
 */
char *tls_space(struct tls *tls, size_t *room);
void tls_wrote(struct tls *tls, size_t len);

/* Octets that wait for the wire, for the caller. */
struct span tls_cipher(struct tls *tls);
void tls_took_cipher(struct tls *tls, size_t len);
struct span tls_plain(struct tls *tls);
void tls_took_plain(struct tls *tls, size_t len);

/*
 * The peer's stream has ended, and all of it was put. Before a close_notify
 * that is a truncation: the state becomes TLS_FAILED. Octets already decrypted
 * stay readable.
 */
void tls_end_of_stream(struct tls *tls);

/*
 * Says goodbye: unread plain octets are dropped first (BearSSL 0.6 would wait
 * for ever otherwise), then a close_notify waits in tls_cipher, behind what
 * waits there already. The peer's is not awaited: the state is TLS_CLOSED at
 * once.
 */
void tls_close(struct tls *tls);

#endif
