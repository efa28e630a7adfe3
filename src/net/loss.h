/*
 * loss - a link that was lost: at which server, and how that is told.
 *
 * A link may be lost at the POP3 server that is to let it in; host, port, stage
 * and certificate are then that one's.
 */
#ifndef NET_LOSS_H
#define NET_LOSS_H

#include "net/link.h"

enum { LOSS_CERTIFICATE_OCTETS = 700 };

struct loss {
	bool is_pop;
	struct span host;
	unsigned port;
	struct span stage; /* "auth", "pop-pass" */
	bool is_handshake;
};

/* Where a link was lost that is not closed yet. */
struct loss loss_of(const struct link *link);

/* Lost in the handshake: the server's certificate in words, as far as it was
 * read, in `storage`; else empty. */
struct span loss_certificate(
    const struct link *link, char *storage, size_t size);

/* Tells the log, with a hint what to do. That an idle one has ended is worth a
 * word at level debug. */
void loss_tell(const struct link *link, struct facts *facts);

#endif
