#include "tls/tls.h"

#include <bearssl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/secret.h"
#include "tls/context.h"
#include "tls/suite.h"
#include "tls/verify.h"
#include "tls/words.h"

enum {
	SEED_OCTETS = 32,
	OPENING_OCTETS = 80,
	RECORD_ALERT = 0x15,
	RECORD_HANDSHAKE = 0x16,
	RECORD_MAJOR = 3,
};

struct tls {
	br_ssl_client_context client;
	struct tls_context *context;
	struct verify *verify; /* a block of its own; NULL once shed */
	enum tls_state state;
	enum tls_fault fault;
	int error; /* BearSSL's number, when it was its fault */
	bool was_open;
	bool is_truncated; /* the stream ended without a goodbye */
	struct stranger stranger;

	/* What the peer said first, in case it is no TLS. */
	char opening[OPENING_OCTETS];
	size_t opening_len;

	unsigned char in[BR_SSL_BUFSIZE_INPUT];
	unsigned char out[BR_SSL_BUFSIZE_OUTPUT];
};

static const char *const fault_names[] = {
	[TLS_FAULT_NONE] = "none",
	[TLS_FAULT_UNTRUSTED] = "untrusted",
	[TLS_FAULT_NAME] = "name",
	[TLS_FAULT_DATES] = "dates",
	[TLS_FAULT_WEAK] = "weak",
	[TLS_FAULT_USAGE] = "usage",
	[TLS_FAULT_PIN] = "pin",
	[TLS_FAULT_CHAIN] = "chain",
	[TLS_FAULT_VERSION] = "version",
	[TLS_FAULT_NOT_TLS] = "not-tls",
	[TLS_FAULT_ALERT] = "alert",
	[TLS_FAULT_PROTOCOL] = "protocol",
};
static_assert(
    array_len(fault_names) == TLS_FAULT_COUNT, "every fault has its name");

/* ---- beginning ---- */

static void set_up(struct tls *tls)
{
	br_ssl_client_context *client = &tls->client;
	const struct tls_context *context = tls->context;

	br_ssl_client_zero(client);
	suite_offer(client);
	verify_init(tls->verify, context->trust, &context->subject, time(NULL));
	br_ssl_engine_set_x509(&client->eng, verify_class(tls->verify));
	if (context->identity)
		identity_show(context->identity, client);
	else
		stranger_show(&tls->stranger, client);
	br_ssl_engine_set_buffers_bidi(
	    &client->eng, tls->in, sizeof(tls->in), tls->out, sizeof(tls->out));
}

/* The library's own seed may be the CPU's instruction alone, so the system's
 * randomness goes in first; without it there is no connection. */
static bool start(struct tls *tls)
{
	unsigned char seed[SEED_OCTETS];
	bool fine = getentropy(seed, sizeof(seed)) == 0;

	if (fine)
		br_ssl_engine_inject_entropy(
		    &tls->client.eng, seed, sizeof(seed));
	wipe(seed, sizeof(seed));
	return fine && br_ssl_client_reset(
			   &tls->client, context_server_name(tls->context), 0);
}

/* see tls.h */
struct tls *tls_client_new(struct tls_context *context)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	struct verify *verify = malloc(verify_size());

	if (!tls || !verify) {
		free(tls);
		free(verify);
		return NULL;
	}
	tls->verify = verify;
	tls->context = tls_context_hold(context);
	set_up(tls);
	if (start(tls))
		return tls;
	tls_free(tls);
	return NULL;
}

/* see tls.h */
void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	tls_context_drop(tls->context);
	free(tls->verify);
	wipe(tls, sizeof(*tls));
	free(tls);
}

/* see tls.h */
void tls_shed(struct tls *tls)
{
	if (tls->state != TLS_OPEN || !tls->verify)
		return;
	/* Without renegotiation no certificate is ever looked at again. */
	br_ssl_engine_set_x509(&tls->client.eng, NULL);
	free(tls->verify);
	tls->verify = NULL;
}

/* ---- the state ---- */

static void fail(struct tls *tls, enum tls_fault fault)
{
	tls->state = TLS_FAILED;
	tls->fault = fault;
}

/*
 * The finest account of BearSSL's number: what the checker found goes first.
 * An alert that may mean "no version in common" does not once the version has
 * been agreed on.
 */
static enum tls_fault name_fault(const struct tls *tls, int error)
{
	enum tls_fault fault =
	    tls->verify ? verify_fault(tls->verify) : TLS_FAULT_NONE;

	if (fault != TLS_FAULT_NONE)
		return fault;
	fault = words_fault(error);
	if (fault == TLS_FAULT_VERSION && words_is_alert(error) &&
	    br_ssl_engine_get_version(&tls->client.eng) != 0)
		return TLS_FAULT_ALERT;
	return fault;
}

static bool is_alive(const struct tls *tls)
{
	return tls->state == TLS_HANDSHAKE || tls->state == TLS_OPEN;
}

/* Looks at what an operation made of the engine; the only place that sees a
 * connection open or end. */
static void settle(struct tls *tls)
{
	const br_ssl_engine_context *engine = &tls->client.eng;
	unsigned now = br_ssl_engine_current_state(engine);
	int error = br_ssl_engine_last_error(engine);

	if (!is_alive(tls))
		return;
	if (now == BR_SSL_CLOSED && error == 0 && tls->state == TLS_OPEN) {
		tls->state = TLS_CLOSED;
	} else if (now == BR_SSL_CLOSED) {
		tls->error = error;
		fail(tls, name_fault(tls, error));
	} else if (now & (BR_SSL_SENDAPP | BR_SSL_RECVAPP)) {
		tls->state = TLS_OPEN;
		tls->was_open = true;
	}
}

static bool may(const struct tls *tls, unsigned operation)
{
	return br_ssl_engine_current_state(&tls->client.eng) & operation;
}

/* ---- the peer's first octets ---- */

static bool is_tls_opening(const struct tls *tls)
{
	unsigned char type = (unsigned char)tls->opening[0];

	if (type != RECORD_HANDSHAKE && type != RECORD_ALERT)
		return false;
	return tls->opening_len < 2 || tls->opening[1] == RECORD_MAJOR;
}

/* Is there enough to quote? A text up to its line's end, anything else at
 * once. */
static bool is_opening_whole(const struct tls *tls)
{
	struct span opening = span_make(tls->opening, tls->opening_len);

	return opening.len == sizeof(tls->opening) ||
	       !is_print(opening.ptr[0]) ||
	       span_find(opening, '\n') < opening.len;
}

/*
 * May this be TLS? The beginning is kept until that is known. If it is not,
 * all octets are used up to have something to quote, and the connection fails
 * once there is a line of them.
 */
static bool hear_opening(struct tls *tls, struct span cipher)
{
	size_t room = sizeof(tls->opening) - tls->opening_len;
	struct span kept = span_first(cipher, room);

	if (tls->opening_len >= 2 && is_tls_opening(tls))
		return true;
	memcpy(tls->opening + tls->opening_len, kept.ptr, kept.len);
	tls->opening_len += kept.len;
	if (is_tls_opening(tls))
		return true;
	if (is_opening_whole(tls))
		fail(tls, TLS_FAULT_NOT_TLS);
	return false;
}

/* ---- octets in and out ---- */

/* see tls.h */
size_t tls_put_cipher(struct tls *tls, struct span cipher)
{
	size_t used = 0;
	size_t room;

	if (!is_alive(tls) || cipher.len == 0 || !may(tls, BR_SSL_RECVREC))
		return 0;
	if (!hear_opening(tls, cipher))
		return cipher.len;
	while (used < cipher.len && may(tls, BR_SSL_RECVREC)) {
		unsigned char *to =
		    br_ssl_engine_recvrec_buf(&tls->client.eng, &room);
		struct span part = span_first(span_from(cipher, used), room);

		memcpy(to, part.ptr, part.len);
		br_ssl_engine_recvrec_ack(&tls->client.eng, part.len);
		used += part.len;
		settle(tls);
	}
	return used;
}

/* see tls.h */
size_t tls_put_plain(struct tls *tls, struct span plain)
{
	unsigned char *to;
	size_t room;

	if (tls->state != TLS_OPEN || plain.len == 0 ||
	    !may(tls, BR_SSL_SENDAPP))
		return 0;
	to = br_ssl_engine_sendapp_buf(&tls->client.eng, &room);
	plain = span_first(plain, room);
	memcpy(to, plain.ptr, plain.len);
	br_ssl_engine_sendapp_ack(&tls->client.eng, plain.len);
	br_ssl_engine_flush(&tls->client.eng, 0);
	settle(tls);
	return plain.len;
}

/* see tls.h */
struct span tls_cipher(struct tls *tls)
{
	unsigned char *octets;
	size_t len;

	if (tls->state == TLS_FAILED || !may(tls, BR_SSL_SENDREC))
		return (struct span){ 0 };
	octets = br_ssl_engine_sendrec_buf(&tls->client.eng, &len);
	return span_make((const char *)octets, len);
}

/* see tls.h */
void tls_took_cipher(struct tls *tls, size_t len)
{
	if (len == 0)
		return;
	ENSURE(len <= tls_cipher(tls).len);
	br_ssl_engine_sendrec_ack(&tls->client.eng, len);
	settle(tls);
}

/* see tls.h */
struct span tls_plain(struct tls *tls)
{
	unsigned char *octets;
	size_t len;

	if (!may(tls, BR_SSL_RECVAPP))
		return (struct span){ 0 };
	octets = br_ssl_engine_recvapp_buf(&tls->client.eng, &len);
	return span_make((const char *)octets, len);
}

/* see tls.h */
void tls_took_plain(struct tls *tls, size_t len)
{
	if (len == 0)
		return;
	ENSURE(len <= tls_plain(tls).len);
	br_ssl_engine_recvapp_ack(&tls->client.eng, len);
	settle(tls);
}

/* see tls.h */
void tls_end_of_stream(struct tls *tls)
{
	if (!is_alive(tls))
		return;
	tls->is_truncated = true;
	if (tls->opening_len > 0 && !is_tls_opening(tls))
		fail(tls, TLS_FAULT_NOT_TLS);
	else
		fail(tls, TLS_FAULT_PROTOCOL);
}

/* see tls.h */
void tls_close(struct tls *tls)
{
	if (!is_alive(tls))
		return;
	tls_took_plain(tls, tls_plain(tls).len);
	br_ssl_engine_close(&tls->client.eng);
	tls->state = TLS_CLOSED;
}

/* ---- telling ---- */

static void explain_version(const struct tls *tls, struct text *words)
{
	text_puts(words, "the server and this program have no TLS 1.2 or no "
			 "cipher suite in common: ");
	if (words_is_alert(tls->error))
		text_puts(words, "the server sent ");
	words_put_error(words, tls->error);
	text_puts(words, "; this program speaks TLS 1.2 with ECDHE and AES-GCM "
			 "or ChaCha20-Poly1305");
}

static void explain_opening(const struct tls *tls, struct text *words)
{
	struct span opening = span_make(tls->opening, tls->opening_len);
	struct span line = span_first(opening, span_find(opening, '\n'));

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	text_puts(words,
	    is_print(tls->opening[0])
		? "the server answered in plain text, not in TLS: \""
		: "the server answered with something that is not TLS: \"");
	text_escaped(words, line, OPENING_OCTETS);
	text_putc(words, '"');
}

static void explain_alert(const struct tls *tls, struct text *words)
{
	text_puts(words, "the server gave up with ");
	words_put_error(words, tls->error);
	if (tls->stranger.is_asked)
		text_puts(words, ", after it had asked for a client "
				 "certificate, and none is configured");
}

static void explain_protocol(const struct tls *tls, struct text *words)
{
	if (tls->is_truncated) {
		text_puts(words, tls->was_open
				     ? "the server closed the connection "
				       "without a TLS goodbye"
				     : "the server closed the connection in "
				       "the TLS handshake");
		return;
	}
	text_puts(words, "TLS went wrong: ");
	words_put_error(words, tls->error);
}

static void (*const explain[TLS_FAULT_COUNT])(
    const struct tls *tls, struct text *words) = {
	[TLS_FAULT_VERSION] = explain_version,
	[TLS_FAULT_NOT_TLS] = explain_opening,
	[TLS_FAULT_ALERT] = explain_alert,
	[TLS_FAULT_PROTOCOL] = explain_protocol,
};

/* see tls.h */
void tls_explain(const struct tls *tls, struct text *words)
{
	if (explain[tls->fault])
		explain[tls->fault](tls, words);
	else if (tls->verify && verify_fault(tls->verify) != TLS_FAULT_NONE)
		verify_explain(tls->verify, words);
	else if (tls->fault != TLS_FAULT_NONE)
		words_put_error(words, tls->error);
}

/* see tls.h */
void tls_describe(const struct tls *tls, struct text *words)
{
	if (tls->verify)
		verify_describe(tls->verify, words);
}

/* see tls.h */
const char *tls_suite(const struct tls *tls)
{
	return suite_agreed(&tls->client);
}

/* see tls.h */
enum tls_state tls_state(const struct tls *tls)
{
	return tls->state;
}

/* see tls.h */
enum tls_fault tls_fault(const struct tls *tls)
{
	return tls->fault;
}

/* see tls.h */
const char *tls_fault_name(enum tls_fault fault)
{
	return fault_names[fault];
}
