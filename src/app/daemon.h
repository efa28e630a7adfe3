/*
 * daemon - what a process owes the system around it: sockets handed over by
 * the init system, its readiness, and keeping secrets out of core dumps.
 */
#ifndef APP_DAEMON_H
#define APP_DAEMON_H

/* No core dumps, no SIGPIPE or SIGXFSZ, new files for the owner only, and as
 * many descriptors as are allowed. */
void daemon_harden(void);

/* A socket handed over under that name (sd_listen_fds(3)), or -1. Each is
 * given once. */
int daemon_take_fd(const char *name);

/* Tells the init system, if it listens: "READY=1" (sd_notify(3)). */
void daemon_notify(const char *state);

#endif
