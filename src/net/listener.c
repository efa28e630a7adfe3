#include "net/listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ensure.h"
#include "net/server.h"

enum { BACKLOG = 511 };

/* ---- who comes ---- */

/* The address of the device, and its name for the log. */
static void name_peer(
    uv_stream_t *handle, struct ip *ip, char *peer, size_t size)
{
	struct sockaddr_storage address = { 0 };
	const struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;
	const struct sockaddr_in *four = (struct sockaddr_in *)&address;
	int len = sizeof(address);

	/* Whoever may open a socket in the file system is at home. */
	*ip = ip_from_v4((const unsigned char[4]){ 127, 0, 0, 1 });
	snprintf(peer, size, "unix");
	if (handle->type != UV_TCP ||
	    uv_tcp_getpeername(
		(uv_tcp_t *)handle, (struct sockaddr *)&address, &len) != 0)
		return;
	if (address.ss_family == AF_INET6) {
		memcpy(ip->octets, &six->sin6_addr, sizeof(ip->octets));
		uv_ip6_name(six, peer, size);
	} else {
		*ip = ip_from_v4((const unsigned char *)&four->sin_addr);
		uv_ip4_name(four, peer, size);
	}
	if (ip_is_v4(ip) && strncmp(peer, "::ffff:", 7) == 0)
		memmove(peer, peer + 7, strlen(peer + 7) + 1);
}

static void on_refused_closed(uv_handle_t *handle)
{
	free(handle);
}

/* One line and the end: whoever may not come in costs nothing more. */
static void refuse(struct listener *listener, uv_stream_t *handle,
    enum failure failure, const char *peer)
{
	char storage[600];
	struct text text;
	uv_buf_t buf;

	text_init(&text, storage, sizeof(storage));
	failure_put_reply(&text, failure, (struct span){ 0 });
	text_puts(&text, "\r\n");
	buf = uv_buf_init(storage, (unsigned)text.len);
	/* Under TLS it would only be taken for broken TLS. */
	if (listener->listen->tls != CLIENT_TLS_IMPLICIT)
		uv_try_write(handle, &buf, 1);
	uv_close((uv_handle_t *)handle, on_refused_closed);
	log_event(failure_level(failure),
	    "event=refused failure=%s client=%s hint=\"%s\"",
	    failure_name(failure).ptr, peer, failure_hint(failure).ptr);
}

static uv_stream_t *accept_handle(struct listener *listener)
{
	bool is_tcp = listener->uv.handle.type == UV_TCP;
	uv_loop_t *loop = listener->uv.handle.loop;
	uv_stream_t *handle =
	    calloc(1, is_tcp ? sizeof(uv_tcp_t) : sizeof(uv_pipe_t));

	if (!handle)
		return NULL;
	if (is_tcp)
		uv_tcp_init(loop, (uv_tcp_t *)handle);
	else
		uv_pipe_init(loop, (uv_pipe_t *)handle, 0);
	if (uv_accept(&listener->uv.stream, handle) != 0) {
		uv_close((uv_handle_t *)handle, on_refused_closed);
		return NULL;
	}
	if (is_tcp)
		uv_tcp_nodelay((uv_tcp_t *)handle, 1);
	return handle;
}

/* A balancer may come in; whose connections it brings is judged then. */
static bool is_allowed(const struct listener *listener, const struct ip *ip)
{
	return listener->uv.handle.type != UV_TCP ||
	       server_balances(listener->listen, ip) ||
	       server_allows(listener->listen, ip);
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct listener *listener = container_of(stream, struct listener, uv);
	enum failure failure;
	uv_stream_t *handle;
	struct ip ip;
	char peer[CONN_PEER_OCTETS];

	if (status < 0) {
		log_event(LOG_LEVEL_WARN, "event=accept-failed detail=\"%s\"",
		    uv_strerror(status));
		return;
	}
	handle = accept_handle(listener);
	if (!handle)
		return;
	name_peer(handle, &ip, peer, sizeof(peer));
	failure = is_allowed(listener, &ip)
		      ? server_adopt(listener->server, listener->listen, handle,
			    &ip, peer)
		      : FAIL_NOT_ALLOWED;
	if (failure != FAIL_NONE)
		refuse(listener, handle, failure, peer);
}

/* ---- opening ---- */

static int open_tcp(struct listener *listener, uv_loop_t *loop)
{
	const struct sockaddr *address =
	    (const struct sockaddr *)&listener->address->address;
	unsigned flags = address->sa_family == AF_INET6 ? UV_TCP_IPV6ONLY : 0;
	int status = uv_tcp_init(loop, &listener->uv.tcp);

	if (status == 0)
		status = uv_tcp_bind(&listener->uv.tcp, address, flags);
	return status;
}

/* Nobody listens at a socket that a run before left behind. */
static bool is_left_behind(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat info;
	bool is_refused;
	int fd;

	if (stat(path, &info) != 0 || !S_ISSOCK(info.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	is_refused = connect(fd, (const struct sockaddr *)&address,
			 sizeof(address)) != 0 &&
		     errno == ECONNREFUSED;
	close(fd);
	return is_refused;
}

/* A socket left behind is in the way, anything else is somebody's. */
static int open_unix(struct listener *listener, uv_loop_t *loop)
{
	const char *path = listener->address->name;
	int status = uv_pipe_init(loop, &listener->uv.pipe, 0);

	if (is_left_behind(path))
		unlink(path);
	if (status == 0)
		status = uv_pipe_bind(&listener->uv.pipe, path);
	return status;
}

static int open_fd(struct listener *listener, uv_loop_t *loop)
{
	int fd = server_take_fd(listener->server, listener->address->name);
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);

	if (fd < 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
		uv_tcp_init(loop, &listener->uv.tcp);
		return UV_EBADF;
	}
	if (address.ss_family == AF_UNIX) {
		uv_pipe_init(loop, &listener->uv.pipe, 0);
		return uv_pipe_open(&listener->uv.pipe, fd);
	}
	uv_tcp_init(loop, &listener->uv.tcp);
	return uv_tcp_open(&listener->uv.tcp, fd);
}

static int (*const openers[])(struct listener *, uv_loop_t *) = {
	[LISTEN_TCP] = open_tcp,
	[LISTEN_UNIX] = open_unix,
	[LISTEN_FD] = open_fd,
};

/* libuv says EACCES for a socket's missing folder, too. */
static const char *advice(enum listen_kind kind, int status)
{
	if (status == UV_EACCES && kind == LISTEN_UNIX)
		return "; its folder must exist, and smtpseal's user must be "
		       "able to write there";
	if (status == UV_EADDRINUSE)
		return "; another program listens there already";
	if (status == UV_EACCES)
		return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
	if (status == UV_EADDRNOTAVAIL)
		return "; this machine has no such address";
	return "";
}

/* see listener.h */
struct listener *listener_open(struct server *server, struct settings *settings,
    const struct listen_settings *listen, const struct listen_address *address,
    struct text *why)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int status = UV_ENOMEM;

	if (listener) {
		listener->server = server;
		listener->listen = listen;
		listener->address = address;
		listener->settings = settings_hold(settings);
		status =
		    openers[address->kind](listener, &server_loop(server)->uv);
		if (status == 0)
			status = uv_listen(
			    &listener->uv.stream, BACKLOG, on_connection);
		if (status == 0)
			return listener;
		listener_close(listener);
	}
	if (address->kind == LISTEN_FD && status == UV_EBADF)
		return NULL;
	text_puts(why, address->text);
	text_puts(why, ": ");
	text_puts(why, uv_strerror(status));
	text_puts(why, advice(address->kind, status));
	return NULL;
}

/* see listener.h */
void listener_update(struct listener *listener, struct settings *settings,
    const struct listen_settings *listen, const struct listen_address *address)
{
	struct settings *before = listener->settings;

	listener->settings = settings_hold(settings);
	listener->listen = listen;
	listener->address = address;
	settings_drop(before);
}

static void on_closed(uv_handle_t *handle)
{
	struct listener *listener = container_of(handle, struct listener, uv);

	settings_drop(listener->settings);
	free(listener);
}

/* see listener.h */
void listener_close(struct listener *listener)
{
	uv_close(&listener->uv.handle, on_closed);
}
