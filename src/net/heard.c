#include "net/heard.h"

#include "net/server.h"

static void settle(struct conn *conn, uint64_t receipt, bool is_unheard)
{
	receipts_settle(server_receipts(conn->server), receipt, is_unheard,
	    loop_now(conn->loop));
	server_wake_seconds(conn->server);
}

/* It is known whether the 250 was heard. */
static void decide(struct conn *conn, bool is_unheard)
{
	uint64_t receipt = conn->receipt;

	conn->receipt = 0;
	if (is_unheard || conn->has_left || conn->is_doubtful)
		settle(conn, receipt, is_unheard);
	conn->is_doubtful = false;
}

/* It takes its time: a second copy is to wait for what becomes of it. */
static void doubt(struct conn *conn, uint64_t now)
{
	conn->receipt_look = now + HEARD_PATIENCE_MS;
	if (conn->is_doubtful)
		return;
	conn->is_doubtful = true;
	receipts_left(server_receipts(conn->server), conn->receipt, now);
	log_event(LOG_LEVEL_DEBUG, "conn=%llx event=unacknowledged client=%s",
	    (unsigned long long)conn->id, conn->peer);
}

static enum stream_fate fate(struct conn *conn)
{
	struct stream *stream = &conn->channel.stream;

	if (session_peek(&conn->session).len > 0)
		return STREAM_OPEN;
	/* One that reads and then resets says so to no system; an alarm lost
	 * would be worse than one that comes twice. But a reset after a while
	 * answers what was said again: a system that has it acknowledges. */
	if (stream->is_reset && !conn->was_late && !conn->is_doubtful)
		return STREAM_HEARD;
	return stream_fate(stream);
}

/* One that sends the same again in this connection has heard, or would wait
 * for itself. What else comes behind a 250 proves nothing: who was tired of
 * waiting says QUIT, or TLS's goodbye. */
static bool goes_on(const struct conn *conn)
{
	return conn->channel.stream.octets > conn->receipt_at &&
	       session_is_second(&conn->session);
}

/* see heard.h */
void heard_look(struct conn *conn)
{
	if (conn->channel.stream.is_ended && !conn->has_left) {
		conn->has_left = true;
		session_client_left(&conn->session);
	}
	if (conn->receipt == 0)
		return;
	if (fate(conn) == STREAM_HEARD)
		decide(conn, false);
	else if (conn->has_left || loop_now(conn->loop) >= conn->receipt_look)
		doubt(conn, loop_now(conn->loop));
}

/* see heard.h */
void heard_watch(struct conn *conn)
{
	const struct stream *stream = &conn->channel.stream;
	uint64_t receipt = session_take_receipt(&conn->session);
	uint64_t lapsed = session_take_lapsed(&conn->session);

	if (lapsed != 0)
		settle(conn, lapsed, false);
	if (conn->receipt != 0 && (receipt != 0 || goes_on(conn)))
		decide(conn, false);
	if (receipt == 0)
		return;
	conn->receipt = receipt;
	conn->receipt_at = stream->octets + stream_unread(stream);
	conn->receipt_look = loop_now(conn->loop) + HEARD_PATIENCE_MS;
	conn->was_late = stream->is_ended;
}

/* see heard.h */
uint64_t heard_deadline(const struct conn *conn)
{
	return conn->receipt != 0 ? conn->receipt_look : 0;
}

/* see heard.h */
bool heard_is_open(struct conn *conn)
{
	return conn->receipt != 0 && fate(conn) == STREAM_OPEN;
}

/* see heard.h */
void heard_end(struct conn *conn)
{
	heard_watch(conn);
	if (conn->receipt != 0)
		decide(conn, fate(conn) != STREAM_HEARD);
}
