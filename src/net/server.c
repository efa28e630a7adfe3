#include "net/server.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/ensure.h"
#include "net/doors.h"
#include "net/pools.h"

enum { SIGNALS = 3, DAY_MS = 24 * 60 * 60 * 1000 };

struct server {
	struct loop loop;
	const struct server_ops *ops;
	struct settings *settings;
	struct doors doors;
	struct pools pools;
	struct guesses guesses;
	struct receipts receipts;
	struct conn *conns;
	unsigned conn_count;
	uv_signal_t signals[SIGNALS];
	uv_timer_t drain;
	uv_timer_t daily;
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
struct tls_server_context *server_served(
    struct server *server, const struct listen_settings *listen)
{
	return doors_served(&server->doors, server->settings, listen);
}

/* see server.h */
void server_wake_seconds(struct server *server)
{
	for (struct conn *conn = server->conns; conn; conn = conn->next)
		conn_wake_second(conn);
}

/* see server.h */
struct guesses *server_guesses(struct server *server)
{
	return &server->guesses;
}

/* see server.h */
struct receipts *server_receipts(struct server *server)
{
	return &server->receipts;
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
	unsigned limit = server->settings->limits.connections_per_client;
	unsigned same = 0;

	if (server->conn_count < limit)
		return false;
	for (const struct conn *conn = server->conns; conn; conn = conn->next)
		same += memcmp(&conn->ip, ip, sizeof(*ip)) == 0;
	if (same < limit)
		return false;
	/* Many may be accepted before the loop gets to see that some of them
	 * have left again. */
	for (const struct conn *conn = server->conns; conn; conn = conn->next)
		same -= memcmp(&conn->ip, ip, sizeof(*ip)) == 0 &&
			conn_is_left(conn);
	return same >= limit;
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
	uv_close((uv_handle_t *)&server->daily, on_handle_closed);
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
	doors_close(&server->doors);
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

static bool apply(struct server *server, struct settings *settings)
{
	struct settings *before = server->settings;
	struct pools pools;
	struct doors doors = { 0 };

	if (!pools_make(&pools, &server->pools, &server->loop, settings) ||
	    !doors_make(&doors, &server->doors, server, settings)) {
		doors_close(&doors);
		pools_undo(&pools, &server->pools);
		settings_drop(settings);
		return false;
	}
	pools_commit(&server->pools, &pools);
	doors_commit(&server->doors, &doors, settings);
	server->settings = settings;
	server->loop.facts.level = settings->log_level;
	log_open(settings->log_level, settings->log_target);
	doors_warn(&server->doors, settings);
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

/* Certificates grow old while nobody looks. */
static void on_day(uv_timer_t *timer)
{
	struct server *server = container_of(timer, struct server, daily);

	doors_warn(&server->doors, server->settings);
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
	uv_timer_init(&server->loop.uv, &server->daily);
	uv_timer_start(&server->daily, on_day, DAY_MS, DAY_MS);
}

static void tell_listening(const struct server *server)
{
	for (struct listener *l = server->doors.list; l; l = l->next)
		log_event(LOG_LEVEL_INFO, "event=listening address=%s",
		    l->address->text);
}

/* see server.h */
int server_run(struct settings *settings, const struct server_ops *ops)
{
	struct server *server = calloc(1, sizeof(*server));
	int code = EX_OK;

	if (!server ||
	    getentropy(&server->receipts.key, sizeof(server->receipts.key)) !=
		0 ||
	    loop_init(&server->loop, settings->log_level) != 0) {
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
