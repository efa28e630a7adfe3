#include "net/balancer.h"

#include "net/guest.h"
#include "net/server.h"
#include "smtp/proxy.h"

static void name_address(const struct ip *ip, char *name, size_t size)
{
	if (ip_is_v4(ip))
		uv_inet_ntop(AF_INET, ip->octets + 12, name, size);
	else
		uv_inet_ntop(AF_INET6, ip->octets, name, size);
}

/* Whose connection it is has been told: judged as if it had come itself. */
static void judge_header(struct conn *conn, const struct proxy *proxy)
{
	enum failure failure = FAIL_NONE;

	conn->header_until = 0;
	if (proxy->has_address) {
		if (!server_allows(conn->listen, &proxy->ip))
			failure = FAIL_NOT_ALLOWED;
		else if (server_is_full(conn->server, &proxy->ip))
			failure = FAIL_TOO_MANY;
		conn->ip = proxy->ip;
		name_address(&conn->ip, conn->peer, sizeof(conn->peer));
		guest_begin(conn);
	}
	if (failure != FAIL_NONE)
		session_refuse(&conn->session, failure);
}

/* see balancer.h */
void balancer_hear(struct conn *conn)
{
	struct stream *stream = &conn->channel.stream;
	struct proxy proxy;

	switch (proxy_read(stream_peek(stream), &proxy)) {
	case PROXY_MORE:
		if (stream->is_ended ||
		    loop_now(conn->loop) >= conn->header_until)
			conn_close(conn);
		break;
	case PROXY_READY:
		stream_took(stream, proxy.used);
		judge_header(conn, &proxy);
		break;
	case PROXY_MALFORMED:
		log_event(LOG_LEVEL_WARN,
		    "conn=%llx event=no-proxy-header client=%s hint=\"the load "
		    "balancer must send PROXY headers, or proxy_protocol must "
		    "not name it\"",
		    (unsigned long long)conn->id, conn->peer);
		conn_close(conn);
		break;
	}
}
