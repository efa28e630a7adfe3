#include "net/conn.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "net/balancer.h"
#include "net/guest.h"
#include "net/heard.h"
#include "net/loan.h"
#include "net/route.h"
#include "net/secure.h"
#include "net/server.h"

static void on_alarm(uv_timer_t *timer)
{
	conn_turn(container_of(timer, struct conn, alarm));
}

/* ---- closing ---- */

static void drop(struct conn *conn)
{
	if (--conn->holds > 0)
		return;
	spool_close(&conn->spool);
	loan_return(&conn->loan);
	server_forget(conn->server, conn);
	route_end(conn);
	channel_finish(&conn->channel);
	tls_server_context_drop(conn->served);
	settings_drop(conn->settings);
	free(conn);
}

static void on_alarm_closed(uv_handle_t *handle)
{
	drop(container_of(handle, struct conn, alarm));
}

static void on_stream_closed(struct stream *stream)
{
	drop(container_of(stream, struct conn, channel.stream));
}

/* Ends whatever is open, so that a message on its way has its line too. */
static void end_session(struct conn *conn)
{
	struct session *session = &conn->session;

	queue_leave(&conn->waiter);
	session_client_gone(session);
	if (conn->link && session_is_busy(session))
		upstream_lose(&conn->link->upstream, FAIL_CLIENT_GONE,
		    SPAN("given up at the device's end"));
	session_put(session, (struct span){ 0 });
	if (!(session_wants(session) & WANT_LINK))
		return;
	session_no_link(session, FAIL_SHUTTING_DOWN, route_host(conn));
	session_put(session, (struct span){ 0 });
}

/* see conn.h */
void conn_close(struct conn *conn)
{
	if (conn->is_closing)
		return;
	conn->is_closing = true;
	heard_end(conn);
	end_session(conn);
	heard_end(conn);
	loop_journal(conn->loop, "conn", conn->id);
	route_give_back(conn);
	stream_close(&conn->channel.stream);
	uv_close((uv_handle_t *)&conn->alarm, on_alarm_closed);
}

/* Is nothing to be expected of the device, and nothing to be learned? */
static bool is_done(struct conn *conn)
{
	const struct stream *stream = &conn->channel.stream;

	return session_has_quit(&conn->session) && !conn->channel.tls &&
	       stream_is_flushed(stream) && !heard_is_open(conn) &&
	       stream_unread(stream) == 0;
}

/* All was said. The words must arrive: what is still unread would turn them
 * into a reset, so it is read and dropped for a while. */
static void leave(struct conn *conn)
{
	if (conn->is_lingering)
		return;
	heard_watch(conn);
	if (is_done(conn)) {
		conn_close(conn);
		return;
	}
	if (!channel_shut(&conn->channel))
		return;
	conn->is_lingering = true;
	conn->linger_until = loop_now(conn->loop) + CONN_LINGER_MS;
}

/* One that has closed already holds its place no longer: the next one of many
 * short connections may need it. */
static void end_linger(struct conn *conn)
{
	struct stream *stream = &conn->channel.stream;
	bool is_over = stream->is_ended && stream_is_flushed(stream) &&
		       !heard_is_open(conn);

	stream_took(stream, stream_peek(stream).len);
	if (is_over || is_done(conn) ||
	    loop_now(conn->loop) >= conn->linger_until)
		conn_close(conn);
}

/* ---- the turn ---- */

static bool hear(struct conn *conn)
{
	struct span in = channel_peek(&conn->channel);
	size_t used;

	session_flows(&conn->session, conn->channel.stream.is_flowing);
	used = session_put(&conn->session, in);
	channel_took(&conn->channel, used);
	/* What it said before it left is heard to the end. */
	if (used > 0 || !channel_is_over(&conn->channel) ||
	    !session_is_starved(&conn->session))
		return used > 0;
	session_client_gone(&conn->session);
	return true;
}

static bool say(struct conn *conn)
{
	struct span out = session_peek(&conn->session);
	const struct tls *tls = conn->channel.tls;
	size_t sent = channel_write(&conn->channel, out);

	/* It has said TLS's goodbye: nothing of ours reaches it any more. */
	if (out.len > 0 && tls && tls_state(tls) > TLS_OPEN) {
		conn->channel.stream.is_broken = true;
		sent = out.len;
	}
	session_took(&conn->session, sent);
	return sent > 0;
}

/* Does what the session wishes; returns whether it must be asked again. */
static bool obey(struct conn *conn)
{
	unsigned wants = session_wants(&conn->session);

	if (wants & WANT_WARM) {
		session_warmed(&conn->session);
		if (route_pool(conn))
			pool_warm(route_pool(conn));
	}
	if (wants & WANT_RELEASE) {
		session_released(&conn->session);
		loop_journal(conn->loop, "conn", conn->id);
		route_give_back(conn);
		return true;
	}
	if (wants & WANT_ROOM) {
		spool_serve(&conn->spool, &conn->session, &conn->loan,
		    conn->settings->state_directory);
		return true;
	}
	if ((wants & WANT_LINK) && !conn->waiter.queue) {
		route_ask(conn);
		return !conn->waiter.queue;
	}
	if (!(wants & WANT_LINK))
		queue_leave(&conn->waiter);
	if ((wants & WANT_TLS) && !conn->channel.tls)
		secure_begin(conn);
	if (wants & WANT_CLOSE)
		leave(conn);
	return false;
}

static uint64_t linger_deadline(struct conn *conn)
{
	uint64_t look = loop_now(conn->loop) + HEARD_LOOK_MS;

	return heard_is_open(conn) && look < conn->linger_until
		   ? look
		   : conn->linger_until;
}

static void set_alarm(struct conn *conn)
{
	uint64_t now = loop_now(conn->loop);
	uint64_t deadlines[] = {
		session_deadline(&conn->session),
		conn->link ? upstream_deadline(&conn->link->upstream) : 0,
		route_deadline(conn),
		heard_deadline(conn),
		conn->header_until,
		conn->secure_until,
		conn->is_lingering ? linger_deadline(conn) : conn->leave_until,
	};
	uint64_t first = 0;

	for (size_t i = 0; i < array_len(deadlines); i++)
		if (deadlines[i] > 0 && (first == 0 || deadlines[i] < first))
			first = deadlines[i];
	if (conn->is_woken)
		first = now;
	if (first == 0)
		uv_timer_stop(&conn->alarm);
	else
		uv_timer_start(
		    &conn->alarm, on_alarm, first > now ? first - now : 0, 0);
}

/* Reads as much at once as can be held. */
static void set_appetite(struct conn *conn)
{
	conn->channel.stream.acks_now = session_is_receiving(&conn->session);
	conn->channel.stream.appetite = session_is_busy(&conn->session)
					    ? conn->loan.hold_size
					    : STREAM_CHUNK_OCTETS;
}

/* A message is over: its buffers go, and the next may try all accounts. */
static void end_message(struct conn *conn)
{
	if (session_is_busy(&conn->session) ||
	    (session_wants(&conn->session) & WANT_LINK))
		return;
	spool_close(&conn->spool);
	loan_return(&conn->loan);
	route_end(conn);
	conn->account = 0;
}

/* Moves what can be moved; returns whether anything was. */
static bool move(struct conn *conn)
{
	bool has_moved = channel_pump(&conn->channel);

	if (secure_follow(conn) && (session_wants(&conn->session) & WANT_TLS))
		session_secured(&conn->session);
	if (conn->is_closing)
		return false;
	if (hear(conn))
		has_moved = true;
	guest_follow(conn);
	if (conn->link && link_pump(conn->link))
		has_moved = true;
	if (say(conn))
		has_moved = true;
	return obey(conn) || has_moved;
}

static void pump(struct conn *conn)
{
	stream_gather(conn->loop);
	while ((!conn->is_closing && move(conn)) || stream_flush(conn->loop))
		;
}

/* A device that does not read our last word is not waited for for ever. */
static void end_long_leave(struct conn *conn)
{
	uint64_t now = loop_now(conn->loop);

	if (conn->is_lingering ||
	    (!session_is_leaving(&conn->session) &&
		!(session_wants(&conn->session) & WANT_CLOSE)))
		return;
	if (conn->leave_until == 0)
		conn->leave_until = now + CONN_LEAVE_MS;
	else if (now >= conn->leave_until)
		conn_close(conn);
}

/* see conn.h */
void conn_turn(struct conn *conn)
{
	uint64_t now = loop_now(conn->loop);

	if (conn->is_closing)
		return;
	if (conn->header_until > 0)
		balancer_hear(conn);
	if (conn->is_closing)
		return;
	if (conn->header_until > 0) {
		set_alarm(conn);
		return;
	}
	if (conn->listen->tls == CLIENT_TLS_IMPLICIT && !conn->channel.tls)
		secure_begin(conn);
	if (conn->is_closing)
		return;
	conn->is_woken = false;
	heard_look(conn);
	if (conn->link)
		upstream_tick(&conn->link->upstream, now);
	guest_watch(conn);
	session_tick(&conn->session, now);
	route_tick(conn);
	if (!conn->is_lingering)
		pump(conn);
	heard_watch(conn);
	if (conn->is_lingering)
		end_linger(conn);
	loop_journal(conn->loop, "conn", conn->id);
	if (!conn->is_closing)
		end_long_leave(conn);
	if (conn->is_closing)
		return;
	end_message(conn);
	set_appetite(conn);
	set_alarm(conn);
}

static void on_stream_turn(struct stream *stream)
{
	conn_turn(container_of(stream, struct conn, channel.stream));
}

static const struct stream_owner stream_owner = { on_stream_turn,
	on_stream_closed };

/* see conn.h */
bool conn_is_left(const struct conn *conn)
{
	return conn->is_closing || (!session_is_busy(&conn->session) &&
				       stream_is_left(&conn->channel.stream));
}

/* see conn.h */
void conn_wake_second(struct conn *conn)
{
	if (conn->is_closing || !session_is_second(&conn->session))
		return;
	conn->is_woken = true;
	uv_timer_start(&conn->alarm, on_alarm, 0, 0);
}

/* see conn.h */
void conn_drain(struct conn *conn)
{
	session_drain(&conn->session);
	conn_turn(conn);
}

/* see conn.h */
struct conn *conn_new(struct server *server,
    const struct listen_settings *listen, uv_stream_t *handle,
    const struct ip *ip, const char *peer)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->server = server;
	conn->loop = server_loop(server);
	conn->id = loop_id(conn->loop);
	conn->settings = settings_hold(server_settings(server));
	conn->listen = listen;
	if (listen->tls != CLIENT_TLS_NONE)
		conn->served =
		    tls_server_context_hold(server_served(server, listen));
	conn->ip = *ip;
	route_init(conn);
	snprintf(conn->peer, sizeof(conn->peer), "%s", peer);
	if (server_balances(listen, ip))
		conn->header_until = loop_now(conn->loop) + CONN_HEADER_MS;
	guest_begin(conn);
	uv_timer_init(&conn->loop->uv, &conn->alarm);
	conn->holds = 2;
	channel_init(&conn->channel, conn->loop, &stream_owner);
	stream_open(&conn->channel.stream, handle);
	return conn;
}
