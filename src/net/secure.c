#include "net/secure.h"

#include "base/ensure.h"
#include "net/server.h"

/* What the owner of the device can do. */
/* clang-format off */
static const char *const hints[TLS_FAULT_COUNT] = {
	[TLS_FAULT_VERSION] =
		"for devices whose TLS is old set tls_min = 1.0 in [listen]; the oldest also need an RSA certificate",
	[TLS_FAULT_NOT_TLS] =
		"set the device to SSL, or tls = none or starttls in [listen]",
	[TLS_FAULT_ALERT] =
		"if it is about the certificate: switch the device's check of certificates off, or install the certificate's CA in the device",
	[TLS_FAULT_PROTOCOL] =
		"if it stays so: set the device to no encryption, at a listener with tls = none",
};
/* clang-format on */

static void tell_failed(struct conn *conn, enum log_level level,
    enum tls_fault fault, struct span detail)
{
	struct facts *facts = &conn->loop->facts;

	if (!fact_begin(facts, level, "device-tls-failed"))
		return;
	fact_word(facts, "client", span_of(conn->peer));
	fact_word(facts, "device", conn->policy.device);
	fact_word(facts, "detail", detail);
	fact_word(facts, "hint", span_of(hints[fault]));
	fact_end(facts);
}

static void fail(struct conn *conn, enum tls_fault fault, struct span detail)
{
	conn->secure_until = 0;
	tell_failed(conn, LOG_LEVEL_WARN, fault, detail);
	conn_close(conn);
}

/* see secure.h */
void secure_begin(struct conn *conn)
{
	struct tls *tls = tls_server_new(conn->served);

	channel_secure(&conn->channel, tls);
	if (!tls || !channel_keep(&conn->channel)) {
		fail(conn, TLS_FAULT_PROTOCOL, SPAN("out of memory"));
		return;
	}
	conn->secure_until = loop_now(conn->loop) + SECURE_MS;
}

/* It may be a device that waits for a greeting, or only one that looks whether
 * somebody listens. */
static void fail_unheard(struct conn *conn)
{
	conn->secure_until = 0;
	tell_failed(conn, LOG_LEVEL_INFO, TLS_FAULT_NOT_TLS,
	    SPAN("the device left without a word: it may have waited for a "
		 "greeting in plain text"));
	conn_close(conn);
}

static void explain_and_fail(struct conn *conn)
{
	const struct tls *tls = conn->channel.tls;
	char storage[400];
	struct text words;

	text_init(&words, storage, sizeof(storage));
	tls_explain(tls, &words);
	fail(conn, tls_fault(tls), text_span(&words));
}

static void tell_secured(struct conn *conn)
{
	struct facts *facts = &conn->loop->facts;

	if (!fact_begin(facts, LOG_LEVEL_DEBUG, "device-tls"))
		return;
	fact_word(facts, "version", span_of(tls_version(conn->channel.tls)));
	fact_word(facts, "suite", span_of(tls_suite(conn->channel.tls)));
	fact_end(facts);
}

/* see secure.h */
bool secure_follow(struct conn *conn)
{
	struct tls *tls = conn->channel.tls;

	if (conn->secure_until == 0)
		return false;
	if (tls_state(tls) == TLS_OPEN) {
		conn->secure_until = 0;
		tell_secured(conn);
		return true;
	}
	if (channel_is_over(&conn->channel))
		tls_end_of_stream(tls);
	if (tls_state(tls) == TLS_FAILED && tls_is_unheard(tls))
		fail_unheard(conn);
	else if (tls_state(tls) == TLS_FAILED)
		explain_and_fail(conn);
	else if (loop_now(conn->loop) >= conn->secure_until)
		fail(conn, TLS_FAULT_NOT_TLS,
		    SPAN("the device did not begin TLS, or did not end its "
			 "handshake, within a minute"));
	return false;
}
