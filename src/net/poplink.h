/*
 * poplink - the connection to a POP3 server by which a link is let in: socket,
 * TLS and the pop engine.
 *
 * It logs in, leaves and closes; then its link dials the SMTP server. TLS is
 * there before the first octet, and verified, or nothing is said.
 *
 * Owns:    dial, stream, TLS engine, pop engine, and its credential; one block,
 *          freed when its last handle is closed, just before `closed`.
 * Borrows: its account's settings, until poplink_close.
 */
#ifndef NET_POPLINK_H
#define NET_POPLINK_H

#include "net/channel.h"
#include "net/credential.h"
#include "net/dial.h"
#include "relay/pop.h"

/*
 * Whose it is. `turn` is called when anything happened: look at the engine's
 * stage. When that is OVER it closes by itself; when LOST it is the owner's to
 * close. `closed` is the last call; neither is made from poplink_new.
 */
struct poplink_owner {
	void (*turn)(void *owner);
	void (*closed)(void *owner);
};

struct poplink {
	struct loop *loop;
	struct tls_context *context;
	const struct poplink_owner *ops;
	void *owner;
	struct dial *dial;
	struct credential credential;
	struct channel channel;
	struct pop pop;
	uv_timer_t alarm;
	unsigned holds; /* open handles */
	bool is_closing;
};

/* Begins to dial the account's `pop_host`. NULL when there is no memory. */
struct poplink *poplink_new(struct loop *loop,
    const struct account_settings *account, struct tls_context *context,
    const struct poplink_owner *ops, void *owner);

/* Asks for the end; `turn` is called no more. */
void poplink_close(struct poplink *poplink);

#endif
