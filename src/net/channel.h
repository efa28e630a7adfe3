/*
 * channel - the octets of a connection: a stream, and TLS on it when it is on.
 *
 * Plain octets are peeked, taken and written whether there is TLS or not;
 * channel_pump moves what lies between the two. The stream's owner is the
 * channel's.
 *
 * Owns:   the stream, the TLS engine, and for a reader that leaves octets
 *         behind what was decrypted and not taken yet.
 * Bounds: CHANNEL_KEEP_OCTETS are kept, and only where that was asked for.
 */
#ifndef NET_CHANNEL_H
#define NET_CHANNEL_H

#include "base/buf.h"
#include "net/stream.h"
#include "relay/failure.h"
#include "tls/tls.h"

enum { CHANNEL_KEEP_OCTETS = 16384 };

struct channel {
	struct stream stream;
	struct tls *tls; /* NULL: in the clear */
	struct buf kept; /* decrypted; no room: they stay in the engine */
};

void channel_init(struct channel *channel, struct loop *loop,
    const struct stream_owner *owner);

/* Frees what it owns, once the stream is closed. */
void channel_finish(struct channel *channel);

/* From here on there is TLS, by this engine, which is the channel's now. */
void channel_secure(struct channel *channel, struct tls *tls);

/* For a reader that takes whole lines only: keeps what it leaves behind, so
 * that more can be put to it. False when there is no memory. */
bool channel_keep(struct channel *channel);

/* Moves octets between stream and TLS, in both directions; returns whether
 * any moved. */
bool channel_pump(struct channel *channel);

/* What came and was not taken yet; and the word that so much was taken. */
struct span channel_peek(const struct channel *channel);
void channel_took(struct channel *channel, size_t len);

/* Writes; returns how much was taken. */
size_t channel_write(struct channel *channel, struct span plain);

/* A place in the next record of TLS to be written into, and the word that so
 * much was written: see tls_space. NULL when there is none, or no TLS. */
char *channel_space(struct channel *channel, size_t *room);
void channel_wrote(struct channel *channel, size_t len);

/* Is nothing here that came and was not taken, be it the end? */
bool channel_is_quiet(const struct channel *channel);

/* Does nothing more come? What came before may still have to be taken. */
bool channel_is_over(const struct channel *channel);

/*
 * Says goodbye: TLS's own, and then no more is written. False as long as
 * something is still on its way; call it again then.
 */
bool channel_shut(struct channel *channel);

/* Says TLS's goodbye, if the socket takes it at once; it is to be closed. */
void channel_part(struct channel *channel);

/* What the fault of its TLS, towards a provider, means for a message. */
enum failure channel_failure(const struct channel *channel);

#endif
