/*
 * sending - how a message leaves: its sender as the provider is to hear it,
 * its header section rewritten, its content piece by piece.
 */
#ifndef RELAY_SENDING_H
#define RELAY_SENDING_H

#include "relay/session.h"

/* The sender's path as the provider hears it: as it is, or the mailbox's,
 * composed in `storage` of PATH_MAX_OCTETS. The null sender stays null. */
struct span sending_sender(
    const struct session *session, struct span path, char *storage);

/* Looks at the header section, once, before anything of it leaves. Gives the
 * failure that keeps the message from leaving at all, or FAIL_NONE. */
enum failure sending_plan(struct session *session);

/* The next piece that leaves: content, or what rewriting puts in between; and
 * the word that so much of it has left. */
struct span sending_peek(struct session *session);
void sending_took(struct session *session, size_t len);

/*
 * What could leave now, counted as the upstream's next chunk: all of it, or
 * SENDING_CHUNK_OCTETS, since counting looks at every line of it while others
 * wait.
 */
enum { SENDING_CHUNK_OCTETS = 16 << 20 };
struct chunk sending_count(struct session *session, bool *is_all);

#endif
