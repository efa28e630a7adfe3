/*
 * doors - the listeners of one configuration and the certificates they show,
 * and how they change with it.
 *
 * As with pools: a new configuration's doors are made beside the old ones and
 * then come into force, or are closed again: all of them or nothing. A
 * listener whose address stays keeps its socket.
 *
 * Owns: the listeners, and a hold on each certificate.
 */
#ifndef NET_DOORS_H
#define NET_DOORS_H

#include "net/listener.h"
#include "tls/tls.h"

enum { DOORS_WARN_DAYS = 30 }; /* ahead of a certificate's end */

struct server;

struct doors {
	struct listener *list;
	struct tls_server_context **served; /* one a section; NULL: no TLS */
	size_t count;
};

/*
 * Reads the certificates of `settings`, and opens the listeners that `old`
 * does not have. False when something cannot be used, which is told to the
 * log; then doors_close is called, else doors_commit.
 */
bool doors_make(struct doors *made, const struct doors *old,
    struct server *server, struct settings *settings);

/* `made` comes into force: listeners of `doors` that `settings` do not name
 * are closed, the others get their settings from there. */
void doors_commit(
    struct doors *doors, struct doors *made, struct settings *settings);

void doors_close(struct doors *doors);

/* What devices of this section of `settings` are shown; NULL: no TLS. */
struct tls_server_context *doors_served(const struct doors *doors,
    const struct settings *settings, const struct listen_settings *listen);

/* Tells the log of every certificate that has expired, or soon will. */
void doors_warn(const struct doors *doors, const struct settings *settings);

#endif
