/*
 * bench-load - many plain SMTP clients at once, for the benchmarks.
 *
 *     bench-load --port N [--clients N] [--messages N] [--size OCTETS]
 *                [--count N] [--seconds N] [--limit SECONDS]
 *                [--hold idle|busy]
 *
 * --clients N devices at a time (1) send --messages N in each connection (1),
 * each of --size OCTETS (4096), until --count messages were begun or --seconds
 * are over. What has begun is finished; what is not done --limit seconds (60)
 * after the start has failed. It speaks to 127.0.0.1 only.
 *
 * With --hold every client makes one connection and stops: `idle` behind the
 * answer to EHLO, `busy` in the middle of its message. When all are there it
 * prints "held=N failures=N", and when standard input ends they go on.
 *
 * Prints one line of key=value: messages that got their 250, seconds, rate
 * (messages a second), mb_s (10^6 octets a second), connect_p50_ms and
 * connect_p99_ms (from connect() to the 250 of the connection's first
 * message), mail_p50_ms and mail_p99_ms (from MAIL to the 250), failures and
 * how many of each kind. Exit status: 0, 1 with failures, 64 for a mistake.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench/device.h"

enum {
	EVENTS = 256,
	HOLD_AT_ONCE = 32, /* connections that are opened at a time */
	EXIT_USAGE = 64,
};

struct run {
	struct job job;
	struct tally tally;
	struct device *devices;
	unsigned clients;
	unsigned begun; /* devices */
	uint64_t end;	/* of everything */
};

static struct settings {
	uint64_t port, clients, messages, size, count, seconds, limit;
	enum hold hold;
} settings = {
	.clients = 1,
	.messages = 1,
	.size = 4096,
	.count = 1000000,
	.seconds = 3600,
	.limit = 60,
};

static const struct option_row {
	const char *name;
	uint64_t *value;
	uint64_t min, max;
} rows[] = {
	{ "--port", &settings.port, 1, 65535 },
	{ "--clients", &settings.clients, 1, 10000 },
	{ "--messages", &settings.messages, 1, 1000000 },
	{ "--size", &settings.size, 512, 1 << 30 },
	{ "--count", &settings.count, 1, 1000000000 },
	{ "--seconds", &settings.seconds, 1, 3600 },
	{ "--limit", &settings.limit, 1, 3600 },
	{ NULL, NULL, 0, 0 },
};

static bool set_hold(const char *value)
{
	if (strcmp(value, "idle") == 0)
		settings.hold = HOLD_IDLE;
	if (strcmp(value, "busy") == 0)
		settings.hold = HOLD_BUSY;
	return settings.hold != HOLD_NONE;
}

static bool set_option(const char *name, const char *value)
{
	const struct option_row *row = rows;
	char *end;

	if (strcmp(name, "--hold") == 0)
		return set_hold(value);
	while (row->name && strcmp(row->name, name) != 0)
		row++;
	if (!row->name || *value < '0' || *value > '9')
		return false;
	*row->value = strtoull(value, &end, 10);
	return *end == '\0' && *row->value >= row->min &&
	       *row->value <= row->max;
}

static bool read_options(char **argv)
{
	for (; *argv; argv += 2) {
		if (!argv[1] || !set_option(argv[0], argv[1])) {
			fprintf(
			    stderr, "bench-load: %s: not understood\n", *argv);
			return false;
		}
	}
	if (settings.port == 0)
		fprintf(stderr, "bench-load: --port is missing\n");
	return settings.port != 0;
}

/* Header fields and lines of text of just this size; then the dot. */
static char *write_message(size_t size)
{
	static const char header[] =
	    "From: <scanner@example.com>\r\nTo: <office@example.com>\r\n"
	    "Date: Sat, 21 Nov 2026 10:15:08 +0000\r\n"
	    "Message-ID: <bench@example.com>\r\nSubject: A scan\r\n"
	    "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n";
	static const char line[] = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIz"
				   "NDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1\r\n";
	size_t at = sizeof(header) - 1;
	char *message = malloc(size + sizeof(".\r\n"));

	if (!message)
		return NULL;
	memcpy(message, header, at);
	for (; size - at > 2 * sizeof(line); at += sizeof(line) - 1)
		memcpy(message + at, line, sizeof(line) - 1);
	memset(message + at, 'Z', size - at); /* the last line fits */
	memcpy(message + size - 2, "\r\n.\r\n", sizeof("\r\n.\r\n"));
	return message;
}

static bool prepare(struct run *run)
{
	run->clients = (unsigned)settings.clients;
	run->end = device_clock() + settings.limit * 1000000000;
	run->job = (struct job){
		.port = (uint16_t)settings.port,
		.per_connection = (unsigned)settings.messages,
		.hold = settings.hold,
		.size = (size_t)settings.size,
		.message_len = (size_t)settings.size + 3,
		.message = write_message((size_t)settings.size),
		.left = settings.hold ? settings.clients : settings.count,
		.until = device_clock() + settings.seconds * 1000000000,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
	};
	run->devices = calloc(run->clients, sizeof(struct device));
	return run->devices && run->job.message && run->job.epoll >= 0 &&
	       tally_init(&run->tally) == 0;
}

static unsigned count_active(const struct run *run)
{
	unsigned count = 0;

	for (unsigned i = 0; i < run->begun; i++)
		count += device_is_active(&run->devices[i]);
	return count;
}

/* Those who are to be held come in small groups: no backlog overflows. */
static void begin_devices(struct run *run)
{
	unsigned room = run->clients;

	if (run->job.hold != HOLD_NONE) {
		unsigned active = count_active(run);

		room = active < HOLD_AT_ONCE ? HOLD_AT_ONCE - active : 0;
	}
	for (; room > 0 && run->begun < run->clients; room--) {
		struct device *device = &run->devices[run->begun++];

		device->fd = -1;
		device_begin(device, &run->job, &run->tally);
	}
}

/* Until nobody is active, or the time is over. */
static void drive(struct run *run)
{
	struct epoll_event events[EVENTS];

	for (;;) {
		uint64_t now = device_clock();
		int ready;

		begin_devices(run);
		if (now >= run->end || count_active(run) == 0)
			return;
		ready = epoll_wait(run->job.epoll, events, EVENTS,
		    (int)((run->end - now) / 1000000) + 1);
		for (int i = 0; i < ready; i++)
			device_turn(events[i].data.ptr);
	}
}

static void hold(struct run *run)
{
	char octets[64];

	printf("held=%u failures=%llu\n", run->job.held,
	    (unsigned long long)tally_failures(&run->tally));
	fflush(stdout);
	while (read(STDIN_FILENO, octets, sizeof(octets)) > 0)
		continue;
	run->end = device_clock() + settings.limit * 1000000000;
	run->job.hold = HOLD_NONE;
	for (unsigned i = 0; i < run->begun; i++)
		device_let_go(&run->devices[i]);
	drive(run);
}

int main(int argc, char **argv)
{
	struct run run = { 0 };
	uint64_t start;
	int code;

	if (argc < 3 || !read_options(argv + 1))
		return EXIT_USAGE;
	if (!prepare(&run)) {
		perror("bench-load");
		return 1;
	}
	start = device_clock();
	drive(&run);
	if (run.job.hold != HOLD_NONE)
		hold(&run);
	for (unsigned i = 0; i < run.begun; i++)
		device_give_up(&run.devices[i]);
	tally_print(&run.tally, (double)(device_clock() - start) / 1e9);
	code = tally_failures(&run.tally) > 0;
	tally_finish(&run.tally);
	free(run.devices);
	free(run.job.message);
	(void)close(run.job.epoll);
	return code;
}
