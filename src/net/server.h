/*
 * server - the whole at run time: listeners, devices, pools, signals.
 *
 * Owns:   all of them, and the loop.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include "net/conn.h"
#include "net/guesses.h"
#include "net/listener.h"
#include "net/pool.h"

/* What the program around it does for the server. */
struct server_ops {
	/* The configuration, read anew: a hold that is the caller's, or NULL
	 * when it has mistakes, which were told then. */
	struct settings *(*reload)(void);
	/* A socket of the init system by its name, or -1. Each once. */
	int (*take_fd)(const char *name);
	/* "READY=1", "RELOADING=1", "STOPPING=1": sd_notify(3). */
	void (*notify)(const char *state);
};

/*
 * Runs until SIGTERM or SIGINT, and until what was open then is done. Takes
 * over the caller's hold on `settings`. Returns 0, or an exit code of
 * sysexits.h; what went wrong was logged.
 */
int server_run(struct settings *settings, const struct server_ops *ops);

/* ---- for conn and listener ---- */

struct loop *server_loop(struct server *server);
struct settings *server_settings(struct server *server);

/* The pool of the account of that name, now; NULL when there is none. */
struct pool *server_pool(
    struct server *server, const struct account_settings *account);

/* What devices that come in at this section's listeners are shown; NULL when
 * it has no TLS. */
struct tls_server_context *server_served(
    struct server *server, const struct listen_settings *listen);

/* The outcome of a first copy is known, for all who wait with a second. */
void server_wake_seconds(struct server *server);

/* Which addresses were wrong about logins. */
struct guesses *server_guesses(struct server *server);

/* Messages that may come a second time. */
struct receipts *server_receipts(struct server *server);

/* A device has come in; FAIL_NONE when it was taken, with its handle. */
enum failure server_adopt(struct server *server,
    const struct listen_settings *listen, uv_stream_t *handle,
    const struct ip *ip, const char *peer);

/* May a device of this address come in; does a balancer of this address tell
 * whose connection it brings? */
bool server_allows(const struct listen_settings *listen, const struct ip *ip);
bool server_balances(const struct listen_settings *listen, const struct ip *ip);

/* Would one more connection of this address be too many? */
bool server_is_full(const struct server *server, const struct ip *ip);

/* The conn is about to be freed. */
void server_forget(struct server *server, struct conn *conn);

int server_take_fd(struct server *server, const char *name);

#endif
