#include "tls/tls.h"

#include <bearssl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/secret.h"
#include "tls/context.h"
#include "tls/ending.h"
#include "tls/served.h"
#include "tls/suite.h"
#include "tls/verify.h"
#include "tls/words.h"

enum { SEED_OCTETS = 32 };

struct tls {
	union {
		br_ssl_client_context client;
		br_ssl_server_context server;
	} role;
	br_ssl_engine_context *engine;	   /* that of the role */
	struct tls_context *context;	   /* a client's, held; else NULL */
	struct tls_server_context *served; /* a server's, held; else NULL */
	struct verify *verify; /* a client's block of its own; NULL once shed */
	struct stranger stranger;
	bool resumes; /* a client offered a session */
	bool is_lent; /* the place in the next record: see tls_space */
	enum tls_state state;
	struct ending ending;
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

/* The library's own seed may be the CPU's instruction alone, so the system's
 * randomness goes in first; without it there is no connection. */
static bool equip(struct tls *tls, br_ssl_engine_context *engine)
{
	unsigned char seed[SEED_OCTETS];
	bool fine = getentropy(seed, sizeof(seed)) == 0;

	tls->engine = engine;
	br_ssl_engine_set_buffers_bidi(
	    engine, tls->in, sizeof(tls->in), tls->out, sizeof(tls->out));
	if (fine)
		br_ssl_engine_inject_entropy(engine, seed, sizeof(seed));
	wipe(seed, sizeof(seed));
	return fine;
}

static bool start_client(struct tls *tls)
{
	br_ssl_client_context *client = &tls->role.client;
	const struct tls_context *context = tls->context;

	br_ssl_client_zero(client);
	suite_offer(client);
	verify_init(tls->verify, context->trust, &context->subject, time(NULL));
	br_ssl_engine_set_x509(&client->eng, verify_class(tls->verify));
	if (context->identity)
		identity_show(context->identity, client);
	else
		stranger_show(&tls->stranger, client);
	tls->resumes = context->resume &&
		       resume_offer(context->resume, client, time(NULL));
	return equip(tls, &client->eng) &&
	       br_ssl_client_reset(
		   client, context_server_name(context), tls->resumes);
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
	if (start_client(tls))
		return tls;
	tls_free(tls);
	return NULL;
}

/* see tls.h */
struct tls *tls_server_new(struct tls_server_context *context)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	br_ssl_server_context *server;

	if (!tls)
		return NULL;
	server = &tls->role.server;
	tls->ending.is_server = true;
	tls->served = tls_server_context_hold(context);
	br_ssl_server_zero(server);
	served_set_up(context, server);
	if (equip(tls, &server->eng) && br_ssl_server_reset(server))
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
	tls_server_context_drop(tls->served);
	free(tls->verify);
	wipe(tls, sizeof(*tls));
	free(tls);
}

/* see tls.h */
void tls_shed(struct tls *tls)
{
	if (tls->state != TLS_OPEN || !tls->verify)
		return;
	if (tls->context->resume)
		resume_keep(
		    tls->context->resume, &tls->role.client, time(NULL));
	/* Without renegotiation no certificate is ever looked at again. */
	br_ssl_engine_set_x509(tls->engine, NULL);
	free(tls->verify);
	tls->verify = NULL;
}

/* ---- the state ---- */

static void fail(struct tls *tls, enum tls_fault fault)
{
	/* A server that stumbles over its own session gets a new one. */
	if (tls->resumes && !tls->ending.was_open)
		resume_forget(tls->context->resume);
	tls->state = TLS_FAILED;
	tls->ending.fault = fault;
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
	    br_ssl_engine_get_version(tls->engine) != 0)
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
	const br_ssl_engine_context *engine = tls->engine;
	unsigned now = br_ssl_engine_current_state(engine);
	int error = br_ssl_engine_last_error(engine);

	if (!is_alive(tls))
		return;
	if (now == BR_SSL_CLOSED && error == 0 && tls->state == TLS_OPEN) {
		tls->state = TLS_CLOSED;
	} else if (now == BR_SSL_CLOSED) {
		tls->ending.error = error;
		fail(tls, name_fault(tls, error));
	} else if (now & (BR_SSL_SENDAPP | BR_SSL_RECVAPP)) {
		tls->state = TLS_OPEN;
		tls->ending.was_open = true;
	}
}

static bool may(const struct tls *tls, unsigned operation)
{
	return br_ssl_engine_current_state(tls->engine) & operation;
}

/* The first octets: what is no TLS is used up to have something to quote, and
 * the connection fails once there is a line of it. */
static bool hear_opening(struct tls *tls, struct span cipher)
{
	enum opening opening = ending_hear(&tls->ending, cipher);

	if (opening == OPENING_OTHER)
		fail(tls, TLS_FAULT_NOT_TLS);
	return opening == OPENING_TLS;
}

/* ---- octets in and out ---- */

/* see tls.h */
size_t tls_put_cipher(struct tls *tls, struct span cipher)
{
	size_t used = 0;
	size_t room;

	ENSURE(!tls->is_lent);
	if (!is_alive(tls) || cipher.len == 0 || !may(tls, BR_SSL_RECVREC))
		return 0;
	if (!hear_opening(tls, cipher))
		return cipher.len;
	while (used < cipher.len && may(tls, BR_SSL_RECVREC)) {
		unsigned char *to =
		    br_ssl_engine_recvrec_buf(tls->engine, &room);
		struct span part = span_first(span_from(cipher, used), room);

		memcpy(to, part.ptr, part.len);
		br_ssl_engine_recvrec_ack(tls->engine, part.len);
		used += part.len;
		settle(tls);
	}
	return used;
}

/* see tls.h */
char *tls_space(struct tls *tls, size_t *room)
{
	ENSURE(!tls->is_lent);
	if (tls->state != TLS_OPEN || !may(tls, BR_SSL_SENDAPP))
		return NULL;
	tls->is_lent = true;
	return (char *)br_ssl_engine_sendapp_buf(tls->engine, room);
}

/* see tls.h */
void tls_wrote(struct tls *tls, size_t len)
{
	ENSURE(tls->is_lent);
	tls->is_lent = false;
	if (len == 0)
		return;
	br_ssl_engine_sendapp_ack(tls->engine, len);
	br_ssl_engine_flush(tls->engine, 0);
	settle(tls);
}

/* see tls.h */
size_t tls_put_plain(struct tls *tls, struct span plain)
{
	size_t room;
	char *to = tls_space(tls, &room);

	if (!to)
		return 0;
	plain = span_first(plain, room);
	if (plain.len > 0)
		memcpy(to, plain.ptr, plain.len);
	tls_wrote(tls, plain.len);
	return plain.len;
}

/* see tls.h */
struct span tls_cipher(struct tls *tls)
{
	unsigned char *octets;
	size_t len;

	if (tls->state == TLS_FAILED || !may(tls, BR_SSL_SENDREC))
		return (struct span){ 0 };
	octets = br_ssl_engine_sendrec_buf(tls->engine, &len);
	return span_make((const char *)octets, len);
}

/* see tls.h */
void tls_took_cipher(struct tls *tls, size_t len)
{
	if (len == 0)
		return;
	ENSURE(len <= tls_cipher(tls).len);
	br_ssl_engine_sendrec_ack(tls->engine, len);
	settle(tls);
}

/* see tls.h */
struct span tls_plain(struct tls *tls)
{
	unsigned char *octets;
	size_t len;

	if (!may(tls, BR_SSL_RECVAPP))
		return (struct span){ 0 };
	octets = br_ssl_engine_recvapp_buf(tls->engine, &len);
	return span_make((const char *)octets, len);
}

/* see tls.h */
void tls_took_plain(struct tls *tls, size_t len)
{
	if (len == 0)
		return;
	ENSURE(len <= tls_plain(tls).len);
	br_ssl_engine_recvapp_ack(tls->engine, len);
	settle(tls);
}

/* see tls.h */
void tls_end_of_stream(struct tls *tls)
{
	if (!is_alive(tls))
		return;
	tls->ending.is_truncated = true;
	if (tls->ending.opening_len > 0 && !ending_is_tls(&tls->ending))
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
	tls->is_lent = false;
	br_ssl_engine_close(tls->engine);
	tls->state = TLS_CLOSED;
}

/* ---- telling ---- */

/* see tls.h */
void tls_explain(const struct tls *tls, struct text *words)
{
	struct ending ending = tls->ending;

	ending.is_asked = tls->stranger.is_asked;
	if (ending_explain(&ending, words))
		return;
	if (tls->verify && verify_fault(tls->verify) != TLS_FAULT_NONE)
		verify_explain(tls->verify, words);
	else if (ending.fault != TLS_FAULT_NONE)
		words_put_error(words, ending.error);
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
	br_ssl_session_parameters session;

	br_ssl_engine_get_session_parameters(tls->engine, &session);
	return suite_name(session.cipher_suite);
}

/* see tls.h */
const char *tls_version(const struct tls *tls)
{
	return suite_version_name(br_ssl_engine_get_version(tls->engine));
}

/* see tls.h */
enum tls_state tls_state(const struct tls *tls)
{
	return tls->state;
}

/* see tls.h */
enum tls_fault tls_fault(const struct tls *tls)
{
	return tls->ending.fault;
}

/* see tls.h */
bool tls_is_unheard(const struct tls *tls)
{
	return tls->ending.opening_len == 0;
}

/* see tls.h */
const char *tls_fault_name(enum tls_fault fault)
{
	return fault_names[fault];
}
