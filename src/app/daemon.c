#include "app/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/harden.h"
#include "base/span.h"
#include "base/text.h"

enum { FIRST_FD = 3, MOST_FDS = 64 }; /* SD_LISTEN_FDS_START */

/* see daemon.h */
void daemon_harden(void)
{
	struct rlimit files;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a message's file may not grow: an error */
	harden_process();
	/* As many sockets as the system lets us have. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* How many sockets were handed over, and to us. */
static size_t count_fds(void)
{
	uint64_t pid;
	uint64_t count;

	if (!span_number(span_of(getenv("LISTEN_PID")), INT32_MAX, &pid) ||
	    pid != (uint64_t)getpid() ||
	    !span_number(span_of(getenv("LISTEN_FDS")), MOST_FDS, &count))
		return 0;
	return count;
}

/* see daemon.h */
int daemon_take_fd(const char *name)
{
	static bool is_taken[MOST_FDS];
	struct span names = span_of(getenv("LISTEN_FDNAMES"));
	struct span each = { 0 };
	size_t count = count_fds();

	for (size_t i = 0; i < count; i++) {
		int fd = FIRST_FD + (int)i;

		/* Without names all are called so (sd_listen_fds(3)). */
		if (!span_split(&names, ':', &each))
			each = SPAN("unknown");
		if (is_taken[i] || !span_equal(each, span_of(name)))
			continue;
		is_taken[i] = true;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		return fd;
	}
	return -1;
}

/* RELOADING=1 must come with the time (systemd 253 and later). */
static void put_state(struct text *text, const char *state)
{
	struct timespec now;

	text_puts(text, state);
	if (strcmp(state, "RELOADING=1") != 0 ||
	    clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return;
	text_puts(text, "\nMONOTONIC_USEC=");
	text_number(text,
	    (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

/* see daemon.h */
void daemon_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	char storage[100];
	struct text text;
	int fd;

	if (len == 0 || len >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* the abstract name space */
	text_init(&text, storage, sizeof(storage));
	put_state(&text, state);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Nobody there is no reason to stop. */
	(void)sendto(fd, text.ptr, text.len, MSG_NOSIGNAL,
	    (struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}
