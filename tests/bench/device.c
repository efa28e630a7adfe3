#include "bench/device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_OCTETS = 4096 };

/* What a device says when it begins to wait, and the code it waits for. */
static const struct line {
	const char *name;
	const char *says;
	int code;
} lines[] = {
	[STEP_GREETING] = { "greeting", NULL, 220 },
	[STEP_EHLO] = { "EHLO", "EHLO device\r\n", 250 },
	[STEP_MAIL] = { "MAIL", "MAIL FROM:<scanner@example.com>\r\n", 250 },
	[STEP_RCPT] = { "RCPT", "RCPT TO:<office@example.com>\r\n", 250 },
	[STEP_DATA] = { "DATA", "DATA\r\n", 354 },
	[STEP_DOT] = { "dot", NULL, 250 },
	[STEP_QUIT] = { "QUIT", "QUIT\r\n", 221 },
};

/* see device.h */
uint64_t device_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void hang_up(struct device *device)
{
	(void)close(device->fd);
	device->fd = -1;
}

/* A connection that fails takes one message of the job with it. */
static void fail(struct device *device, enum mishap mishap, const char *words)
{
	char text[DEVICE_LINE_OCTETS + 32];

	(void)snprintf(
	    text, sizeof(text), "%s: %s", lines[device->step].name, words);
	tally_fail(device->tally, mishap, text);
	if (device->is_held)
		device->job->held--;
	if (device->fd >= 0)
		hang_up(device);
}

static bool may_begin(const struct job *job)
{
	return job->left > 0 && device_clock() < job->until;
}

static void watch(const struct device *device, int how, uint32_t events)
{
	struct epoll_event event = { .events = events,
		.data.ptr = (void *)(uintptr_t)device };

	(void)epoll_ctl(device->job->epoll, how, device->fd, &event);
}

static bool dial(struct device *device)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(device->job->port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int on = 1;

	device->fd =
	    socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (device->fd < 0)
		return false;
	(void)setsockopt(device->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(device->fd, (struct sockaddr *)&address, sizeof(address)) !=
		0 &&
	    errno != EINPROGRESS)
		return false;
	watch(device, EPOLL_CTL_ADD, EPOLLIN);
	return true;
}

/* see device.h */
void device_begin(struct device *device, struct job *job, struct tally *tally)
{
	if (!may_begin(job))
		return;
	job->left--;
	*device = (struct device){ .job = job,
		.tally = tally,
		.fd = -1,
		.connected_at = device_clock() };
	if (!dial(device))
		fail(device, MISHAP_CONNECT, strerror(errno));
}

/* ---- speaking ---- */

static size_t octets_to_hold_back(const struct device *device)
{
	return device->job->hold == HOLD_BUSY && device->step == STEP_DOT
		   ? device->job->message_len / 2
		   : 0;
}

/* Sends what is left to say, as far as the socket takes it now. */
static void send_on(struct device *device)
{
	size_t back = octets_to_hold_back(device);

	while (device->out_len > back) {
		ssize_t sent = send(device->fd, device->out,
		    device->out_len - back, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN) {
			watch(device, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
			return;
		}
		if (sent < 0) {
			fail(device, MISHAP_CLOSED, strerror(errno));
			return;
		}
		device->out += sent;
		device->out_len -= (size_t)sent;
	}
	watch(device, EPOLL_CTL_MOD, EPOLLIN);
	if (back > 0) {
		device->is_held = true;
		device->job->held++;
	}
}

static void say(struct device *device, enum step step)
{
	device->step = step;
	if (step == STEP_MAIL)
		device->mail_at = device_clock();
	device->out = lines[step].says;
	device->out_len = device->out ? strlen(device->out) : 0;
	if (step == STEP_DOT) {
		device->out = device->job->message;
		device->out_len = device->job->message_len;
	}
	send_on(device);
}

/* ---- hearing ---- */

static void count_message(struct device *device)
{
	uint64_t now = device_clock();

	device->sent++;
	tally_send(device->tally, device->job->size,
	    device->sent == 1 ? now - device->connected_at : 0,
	    now - device->mail_at);
}

static bool begins_another(struct device *device)
{
	if (device->sent >= device->job->per_connection ||
	    !may_begin(device->job))
		return false;
	device->job->left--;
	return true;
}

/* The answer was the one it waited for: on to the next step. */
static void go_on(struct device *device)
{
	switch (device->step) {
	case STEP_EHLO:
		if (device->job->hold != HOLD_IDLE) {
			say(device, STEP_MAIL);
			break;
		}
		device->is_held = true;
		device->job->held++;
		break;
	case STEP_DOT:
		count_message(device);
		say(device, begins_another(device) ? STEP_MAIL : STEP_QUIT);
		break;
	case STEP_QUIT:
		hang_up(device);
		device->step = STEP_DONE;
		break;
	case STEP_GREETING:
	case STEP_MAIL:
	case STEP_RCPT:
	case STEP_DATA:
	case STEP_DONE:
		say(device, device->step + 1);
		break;
	}
}

/* A whole line of a reply, without its end; only the last one decides. */
static void hear_line(struct device *device, char *line)
{
	size_t len = strlen(line);

	if (len > 3 && line[3] == '-')
		return;
	if (strtol(line, NULL, 10) != lines[device->step].code)
		fail(device, MISHAP_REFUSED, line);
	else
		go_on(device);
}

static void hear(struct device *device, const char *octets, size_t len)
{
	for (size_t i = 0; i < len && device->fd >= 0; i++) {
		if (octets[i] == '\n') {
			device->line[device->line_len] = '\0';
			device->line_len = 0;
			hear_line(device, device->line);
		} else if (device->line_len + 1 == sizeof(device->line)) {
			fail(device, MISHAP_REFUSED, "an endless line");
		} else if (octets[i] != '\r') {
			device->line[device->line_len++] = octets[i];
		}
	}
}

/* see device.h */
void device_turn(struct device *device)
{
	char octets[READ_OCTETS];
	ssize_t len;

	if (device->fd < 0)
		return;
	len = recv(device->fd, octets, sizeof(octets), 0);
	if (len > 0)
		hear(device, octets, (size_t)len);
	else if (len == 0)
		fail(device, MISHAP_CLOSED, "closed");
	else if (errno != EAGAIN)
		fail(device,
		    device->step == STEP_GREETING ? MISHAP_CONNECT
						  : MISHAP_CLOSED,
		    strerror(errno));
	else if (device->out_len > 0 && !device->is_held)
		send_on(device);
	if (device->fd < 0 && device->job->hold == HOLD_NONE)
		device_begin(device, device->job, device->tally);
}

/* see device.h */
void device_let_go(struct device *device)
{
	if (device->fd < 0 || !device->is_held)
		return;
	device->is_held = false;
	if (device->step == STEP_DOT)
		send_on(device);
	else
		say(device, STEP_QUIT);
}

/* see device.h */
void device_give_up(struct device *device)
{
	if (device->fd >= 0)
		fail(device, MISHAP_LATE, "no answer in the time given");
}

/* see device.h */
bool device_is_active(const struct device *device)
{
	return device->fd >= 0 && !device->is_held;
}
