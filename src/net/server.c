#include "net/server.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/ensure.h"
#include "net/pools.h"

enum { SIGNALS = 3 };

struct server {
	struct loop loop;
	const struct server_ops *ops;
	struct settings *settings;
	struct listener *listeners;
	struct pools pools;
	struct conn *conns;
	unsigned conn_count;
	uv_signal_t signals[SIGNALS];
	uv_timer_t drain;
	bool is_draining;
};

/* ---- for conn and listener ---- */

/* see server.h */
struct loop *server_loop(struct server *server)
{
	return &server->loop;
}

/* see server.h */
struct settings *server_settings(struct server *server)
{
	return server->settings;
}

/* see server.h */
struct pool *server_pool(
    struct server *server, const struct account_settings *account)
{
	return pools_find(&server->pools, account->name);
}

/* see server.h */
int server_take_fd(struct server *server, const char *name)
{
	return server->ops->take_fd(name);
}

/* see server.h */
bool server_allows(const struct listen_settings *listen, const struct ip *ip)
{
	return cidr_best(listen->allow, listen->allow_count, ip) >= 0;
}

/* see server.h */
bool server_balances(const struct listen_settings *listen, const struct ip *ip)
{
	return cidr_best(listen->balancers, listen->balancer_count, ip) >= 0;
}

/* see server.h */
bool server_is_full(const struct server *server, const struct ip *ip)
{
	unsigned same = 0;

	for (const struct conn *conn = server->conns; conn; conn = conn->next)
		same += memcmp(&conn->ip, ip, sizeof(*ip)) == 0;
	return same >= server->settings->limits.connections_per_client;
}

/* see server.h */
enum failure server_adopt(struct server *server,
    const struct listen_settings *listen, uv_stream_t *handle,
    const struct ip *ip, const char *peer)
{
	struct conn *conn;

	if (server->is_draining)
		return FAIL_SHUTTING_DOWN;
	if (server->conn_count >= server->settings->limits.connections)
		return FAIL_TOO_MANY;
	if (!server_balances(listen, ip) && server_is_full(server, ip))
		return FAIL_TOO_MANY;
	conn = conn_new(server, listen, handle, ip, peer);
	if (!conn)
		return FAIL_TOO_MANY;
	conn->next = server->conns;
	if (server->conns)
		server->conns->previous = conn;
	server->conns = conn;
	server->conn_count++;
	log_event(LOG_LEVEL_DEBUG,
	    "conn=%llx event=accepted client=%s device=%s",
	    (unsigned long long)conn->id, conn->peer, conn->device->name);
	conn_turn(conn);
	return FAIL_NONE;
}

/* ---- the end ---- */

static void on_handle_closed(uv_handle_t *handle)
{
	(void)handle; /* it lies in the server, which outlives the loop */
}

/* Nobody is left: with the last handle the loop ends. */
static void close_all(struct server *server)
{
	pools_close(&server->pools);
	for (size_t i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&server->signals[i], on_handle_closed);
	uv_close((uv_handle_t *)&server->drain, on_handle_closed);
}

/* see server.h */
void server_forget(struct server *server, struct conn *conn)
{
	if (conn->next)
		conn->next->previous = conn->previous;
	if (conn->previous)
		conn->previous->next = conn->next;
	else
		server->conns = conn->next;
	server->conn_count--;
	if (server->is_draining && server->conn_count == 0)
		close_all(server);
}

static void close_listeners(struct listener **listeners)
{
	while (*listeners) {
		struct listener *listener = *listeners;

		*listeners = listener->next;
		listener_close(listener);
	}
}

static void on_drained(uv_timer_t *timer)
{
	struct server *server = container_of(timer, struct server, drain);

	log_event(
	    LOG_LEVEL_WARN, "event=drain-over open=%u", server->conn_count);
	for (struct conn *conn = server->conns; conn; conn = conn->next)
		conn_close(conn);
}

static void begin_drain(struct server *server)
{
	struct conn *conn = server->conns;

	if (server->is_draining) {
		on_drained(&server->drain); /* asked twice: at once */
		return;
	}
	server->is_draining = true;
	server->ops->notify("STOPPING=1");
	log_event(LOG_LEVEL_INFO, "event=draining open=%u", server->conn_count);
	close_listeners(&server->listeners);
	uv_timer_start(&server->drain, on_drained,
	    1000 * (uint64_t)server->settings->limits.drain_s, 0);
	if (!conn)
		close_all(server);
	while (conn) {
		struct conn *next = conn->next;

		conn_drain(conn);
		conn = next;
	}
}

/* ---- a configuration comes into force, all of it or nothing ---- */

/* What a new configuration needs, made before anything old is given up. */
struct change {
	struct settings *settings;
	struct pools pools;
	struct listener *opened;
};

static bool is_same_address(
    const struct listener *listener, const struct listen_address *address)
{
	return listener->address->kind == address->kind &&
	       strcmp(listener->address->text, address->text) == 0;
}

static struct listener *find_listener(
    struct listener *list, const struct listen_address *address)
{
	while (list && !is_same_address(list, address))
		list = list->next;
	return list;
}

static bool open_listener(struct server *server, struct change *change,
    const struct listen_settings *listen, const struct listen_address *address)
{
	char storage[300];
	struct text why;
	struct listener *listener;

	if (find_listener(server->listeners, address))
		return true;
	text_init(&why, storage, sizeof(storage));
	listener =
	    listener_open(server, change->settings, listen, address, &why);
	if (!listener) {
		log_event(LOG_LEVEL_ERROR, "event=listen-failed detail=\"%s\"",
		    text_end(&why));
		return false;
	}
	listener->next = change->opened;
	change->opened = listener;
	return true;
}

static bool open_listeners(struct server *server, struct change *change)
{
	const struct settings *settings = change->settings;
	bool has_failed = false;

	for (size_t i = 0; i < settings->listen_count; i++) {
		const struct listen_settings *listen = &settings->listens[i];

		for (size_t j = 0; j < listen->address_count; j++)
			has_failed |= !open_listener(
			    server, change, listen, &listen->addresses[j]);
	}
	return !has_failed;
}

/* Nothing of it comes into force. */
static void roll_back(struct server *server, struct change *change)
{
	close_listeners(&change->opened);
	pools_undo(&change->pools, &server->pools);
	settings_drop(change->settings);
}

/* Points a listener that stays to its new settings; false when it goes. */
static bool keep_listener(
    const struct change *change, struct listener *listener)
{
	struct settings *settings = change->settings;

	for (size_t i = 0; i < settings->listen_count; i++) {
		const struct listen_settings *listen = &settings->listens[i];

		for (size_t j = 0; j < listen->address_count; j++)
			if (is_same_address(listener, &listen->addresses[j])) {
				listener_update(listener, settings, listen,
				    &listen->addresses[j]);
				return true;
			}
	}
	return false;
}

static void commit_listeners(struct server *server, struct change *change)
{
	struct listener *old = server->listeners;

	server->listeners = change->opened;
	while (old) {
		struct listener *next = old->next;

		if (keep_listener(change, old)) {
			old->next = server->listeners;
			server->listeners = old;
		} else {
			listener_close(old);
		}
		old = next;
	}
}

static bool apply(struct server *server, struct settings *settings)
{
	struct change change = { .settings = settings };
	struct settings *before = server->settings;

	if (!pools_make(
		&change.pools, &server->pools, &server->loop, settings) ||
	    !open_listeners(server, &change)) {
		roll_back(server, &change);
		return false;
	}
	pools_commit(&server->pools, &change.pools);
	commit_listeners(server, &change);
	server->settings = settings;
	server->loop.facts.level = settings->log_level;
	log_open(settings->log_level, settings->log_target);
	settings_drop(before);
	return true;
}

static void reload(struct server *server)
{
	struct settings *settings;

	if (server->is_draining)
		return;
	server->ops->notify("RELOADING=1");
	settings = server->ops->reload();
	if (settings && apply(server, settings))
		log_event(LOG_LEVEL_INFO, "event=reloaded");
	else
		log_event(LOG_LEVEL_ERROR,
		    "event=reload-failed detail=\"the old configuration stays "
		    "in force\"");
	server->ops->notify("READY=1");
}

/* ---- life ---- */

static void on_signal(uv_signal_t *handle, int number)
{
	struct server *server = handle->data;

	if (number == SIGHUP)
		reload(server);
	else
		begin_drain(server);
}

static void watch_signals(struct server *server)
{
	static const int numbers[SIGNALS] = { SIGTERM, SIGINT, SIGHUP };

	for (size_t i = 0; i < SIGNALS; i++) {
		uv_signal_init(&server->loop.uv, &server->signals[i]);
		server->signals[i].data = server;
		uv_signal_start(&server->signals[i], on_signal, numbers[i]);
	}
	uv_timer_init(&server->loop.uv, &server->drain);
}

static void tell_listening(const struct server *server)
{
	for (struct listener *l = server->listeners; l; l = l->next)
		log_event(LOG_LEVEL_INFO, "event=listening address=%s",
		    l->address->text);
}

/* see server.h */
int server_run(struct settings *settings, const struct server_ops *ops)
{
	struct server *server = calloc(1, sizeof(*server));
	int code = EX_OK;

	if (!server || loop_init(&server->loop, settings->log_level) != 0) {
		free(server);
		settings_drop(settings);
		return EX_OSERR;
	}
	server->ops = ops;
	log_open(settings->log_level, settings->log_target);
	watch_signals(server);
	if (apply(server, settings)) {
		tell_listening(server);
		ops->notify("READY=1");
	} else {
		code = EX_UNAVAILABLE;
		server->is_draining = true;
		close_all(server);
	}
	uv_run(&server->loop.uv, UV_RUN_DEFAULT);
	loop_finish(&server->loop);
	settings_drop(server->settings);
	log_event(LOG_LEVEL_INFO, "event=stopped");
	free(server);
	return code;
}
