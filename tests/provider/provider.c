/*
 * provider - a mail provider for the tests, the demo and the benchmarks.
 *
 * It listens on loopback only, gives each connection a thread that blocks,
 * and ends by itself. See README.md for its options and what it can be told
 * to do wrong. It shares no code with the program it judges: what both got
 * wrong in the same way would not be seen.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "provider/options.h"
#include "provider/talk.h"

enum {
	LISTENERS = 2,
	BACKLOG = 1024,
	PORT_TRIES = 20,
	STACK_OCTETS = 1024 * 1024,
	PARTING_SECONDS = 3,
	EXIT_VIOLATIONS = 3,
	SPARE = 64, /* connections that are told there are too many */
};

/* A place for a connection; free while its fd is -1. */
struct seat {
	struct talk talk;
	int fd;
	unsigned number;
	bool refused;
};

static struct world world = {
	.script = { .lock = PTHREAD_MUTEX_INITIALIZER },
	.store = { .lock = PTHREAD_MUTEX_INITIALIZER },
};
static pthread_mutex_t seats_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t seat_left = PTHREAD_COND_INITIALIZER;
static struct seat **seats;
static size_t seats_len;
static size_t seated;
static int alarm_pipe[2];

static void on_signal(int number)
{
	int saved = errno;

	(void)number;
	(void)!write(alarm_pipe[1], "", 1);
	errno = saved;
}

static bool mind_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	if (pipe(alarm_pipe) != 0)
		return false;
	(void)signal(SIGPIPE, SIG_IGN);
	return sigaction(SIGTERM, &action, NULL) == 0 &&
	       sigaction(SIGINT, &action, NULL) == 0;
}

static int listen_at(const struct sockaddr *address, socklen_t len)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->sa_family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, address, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* 127.0.0.1 and, on the same port, ::1 where there is such an address. */
static bool listen_once(uint16_t port, int *fds, uint16_t *got)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(v4);

	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v4.sin_port = htons(port);
	fds[0] = listen_at((struct sockaddr *)&v4, sizeof(v4));
	if (fds[0] < 0 ||
	    getsockname(fds[0], (struct sockaddr *)&v4, &len) != 0)
		return false;
	v6.sin6_addr = in6addr_loopback;
	v6.sin6_port = v4.sin_port;
	fds[1] = listen_at((struct sockaddr *)&v6, sizeof(v6));
	if (fds[1] < 0 && errno == EADDRINUSE) {
		(void)close(fds[0]);
		return false;
	}
	*got = ntohs(v4.sin_port);
	return true;
}

static bool listen_on(uint16_t port, int *fds, uint16_t *got)
{
	int tries = port ? 1 : PORT_TRIES;

	while (tries-- > 0) {
		if (listen_once(port, fds, got))
			return true;
	}
	perror("provider: listening");
	return false;
}

static void *serve(void *argument)
{
	struct seat *seat = argument;

	talk_serve(&seat->talk, &world, seat->fd, seat->number, seat->refused);
	pthread_mutex_lock(&seats_lock);
	seat->fd = -1;
	seated--;
	pthread_cond_signal(&seat_left);
	pthread_mutex_unlock(&seats_lock);
	return NULL;
}

/* A free seat, allocated when first needed; NULL when there is none. */
static struct seat *find_seat(int fd)
{
	struct seat *found = NULL;
	size_t at = 0;

	pthread_mutex_lock(&seats_lock);
	while (at < seats_len && seats[at] && seats[at]->fd >= 0)
		at++;
	if (at < seats_len && !seats[at])
		seats[at] = malloc(sizeof(*found));
	if (at < seats_len)
		found = seats[at];
	if (found) {
		found->fd = fd;
		found->refused = seated >= world.options.connections;
		seated++;
	}
	pthread_mutex_unlock(&seats_lock);
	return found;
}

static void welcome(int listener, const pthread_attr_t *attributes)
{
	struct seat *seat;
	pthread_t thread;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	seat = find_seat(fd);
	if (!seat) {
		(void)close(fd);
		return;
	}
	seat->number =
	    (unsigned)atomic_fetch_add(&world.record.connections, 1) + 1;
	if (pthread_create(&thread, attributes, serve, seat) == 0)
		return;
	pthread_mutex_lock(&seats_lock);
	seat->fd = -1;
	seated--;
	pthread_mutex_unlock(&seats_lock);
	(void)close(fd);
}

static int milliseconds_until(time_t end)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec >= end)
		return 0;
	return (int)(end - now.tv_sec) * 1000;
}

static time_t in_seconds(uint64_t seconds)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + (time_t)(seconds < 1000000 ? seconds : 1000000);
}

/* Until a signal or the end of the time that was given. */
static void receive(const int *listeners)
{
	time_t end = in_seconds(world.options.seconds);
	struct pollfd pollers[LISTENERS + 1];
	pthread_attr_t attributes;
	int left;

	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, STACK_OCTETS);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < LISTENERS; i++)
		pollers[i] = (struct pollfd){ listeners[i], POLLIN, 0 };
	pollers[LISTENERS] = (struct pollfd){ alarm_pipe[0], POLLIN, 0 };
	while ((left = milliseconds_until(end)) > 0) {
		if (poll(pollers, LISTENERS + 1, left) <= 0)
			continue;
		if (pollers[LISTENERS].revents)
			break;
		for (int i = 0; i < LISTENERS; i++) {
			if (pollers[i].revents)
				welcome(listeners[i], &attributes);
		}
	}
	(void)pthread_attr_destroy(&attributes);
}

/* Hangs up on everyone and gives the threads a moment to write their logs. */
static void part(void)
{
	struct timespec end;

	atomic_store(&world.stop, true);
	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PARTING_SECONDS;
	pthread_mutex_lock(&seats_lock);
	for (size_t i = 0; i < seats_len; i++) {
		if (seats[i] && seats[i]->fd >= 0)
			(void)shutdown(seats[i]->fd, SHUT_RDWR);
	}
	while (seated > 0 &&
	       pthread_cond_timedwait(&seat_left, &seats_lock, &end) == 0)
		continue;
	pthread_mutex_unlock(&seats_lock);
}

static bool prepare(char **argv)
{
	const struct options *options = &world.options;
	const char *dir;

	if (!options_read(&world.options, &world.script, argv))
		return false;
	dir = options->discard ? NULL : options->store;
	seats_len = (size_t)options->connections + SPARE;
	seats = calloc(seats_len, sizeof(struct seat *));
	if (options->tls != TLS_NONE) {
		world.tls = tls_context(options);
		if (!world.tls)
			return false;
	}
	if (!store_open(&world.store, dir, options->sum) ||
	    (options->log && !record_open(&world.record, options->log))) {
		perror("provider: --store or --log");
		return false;
	}
	return seats && mind_signals();
}

int main(int argc, char **argv)
{
	int listeners[LISTENERS];
	uint64_t violations;
	uint16_t port;

	if (argc == 0 || !prepare(argv + 1))
		return 64;
	if (!listen_on((uint16_t)world.options.port, listeners, &port))
		return 1;
	(void)printf("port %u\n", (unsigned)port);
	(void)fflush(stdout);
	receive(listeners);
	part();
	violations = atomic_load(&world.record.violations);
	(void)printf(
	    "connections=%llu messages=%llu octets=%llu violations=%llu\n",
	    (unsigned long long)atomic_load(&world.record.connections),
	    (unsigned long long)atomic_load(&world.record.messages),
	    (unsigned long long)atomic_load(&world.record.octets),
	    (unsigned long long)violations);
	(void)fflush(stdout);
	/* Without exit's clean-up: a thread may still be about. */
	_exit(violations > 0 ? EXIT_VIOLATIONS : 0);
}
