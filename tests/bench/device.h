/*
 * device - one plain SMTP client of the benchmark: no TLS, no login, no
 * pipelining, and all of a message at once, as fast as the socket takes it.
 *
 * A device connects, says EHLO, sends the messages of one connection, quits,
 * and connects anew while the job has messages left. In a job that holds it
 * stops where it was told to, until device_let_go.
 *
 * Owns:   its socket.
 * Borrows: the job, the tally, and the message in the job.
 * Bounds: a line of a reply has DEVICE_LINE_OCTETS; no other buffer.
 */
#ifndef BENCH_DEVICE_H
#define BENCH_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/tally.h"

enum { DEVICE_LINE_OCTETS = 1024 };

enum hold {
	HOLD_NONE,
	HOLD_IDLE, /* behind the answer to EHLO */
	HOLD_BUSY, /* when half of the message has left */
};

/* What all devices do, and what is left of it. */
struct job {
	uint16_t port;
	unsigned per_connection; /* messages */
	enum hold hold;
	char *message; /* its octets and the dot behind them */
	size_t message_len;
	size_t size;	/* without the dot */
	uint64_t left;	/* messages that nobody began yet */
	uint64_t until; /* no message begins after this time */
	unsigned held;	/* devices that stand where they were told */
	int epoll;
};

/* Where in its connection a device is: what it waits to hear. */
enum step {
	STEP_GREETING,
	STEP_EHLO,
	STEP_MAIL,
	STEP_RCPT,
	STEP_DATA,
	STEP_DOT,
	STEP_QUIT,
	STEP_DONE,
};

struct device {
	struct job *job;
	struct tally *tally;
	int fd; /* -1: not connected */
	enum step step;
	bool is_held;
	unsigned sent;	 /* messages of this connection */
	const char *out; /* what has to leave yet */
	size_t out_len;
	uint64_t connected_at;
	uint64_t mail_at;
	size_t line_len;
	char line[DEVICE_LINE_OCTETS];
};

/* Nanoseconds of a clock that only runs. */
uint64_t device_clock(void);

/* Connects when the job has a message left; a failure is in the tally. */
void device_begin(struct device *device, struct job *job, struct tally *tally);

/* The socket is ready for something. Ends or begins a connection if due. */
void device_turn(struct device *device);

/* Goes on where it was held, with QUIT or the rest of the message; the job
 * holds no more by then. */
void device_let_go(struct device *device);

/* Gives up; the time of the whole run is over. */
void device_give_up(struct device *device);

/* Is it connected, and not held? */
bool device_is_active(const struct device *device);

#endif
