#include "net/channel.h"

#include <stdlib.h>

#include "base/ensure.h"
#include "base/secret.h"

/* What a fault of TLS means for the message. */
/* clang-format off */
static const enum failure tls_failures[] = {
	[TLS_FAULT_NONE]      = FAIL_TLS_HANDSHAKE,
	[TLS_FAULT_UNTRUSTED] = FAIL_TLS_UNTRUSTED,
	[TLS_FAULT_NAME]      = FAIL_TLS_NAME,
	[TLS_FAULT_DATES]     = FAIL_TLS_DATES,
	[TLS_FAULT_WEAK]      = FAIL_TLS_WEAK,
	[TLS_FAULT_USAGE]     = FAIL_TLS_WEAK,
	[TLS_FAULT_PIN]       = FAIL_TLS_PIN,
	[TLS_FAULT_CHAIN]     = FAIL_TLS_CHAIN,
	[TLS_FAULT_VERSION]   = FAIL_TLS_VERSION,
	[TLS_FAULT_NOT_TLS]   = FAIL_TLS_NOT_TLS,
	[TLS_FAULT_ALERT]     = FAIL_TLS_HANDSHAKE,
	[TLS_FAULT_PROTOCOL]  = FAIL_TLS_HANDSHAKE,
};
/* clang-format on */
static_assert(
    array_len(tls_failures) == TLS_FAULT_COUNT, "every fault has its failure");

/* see channel.h */
void channel_init(struct channel *channel, struct loop *loop,
    const struct stream_owner *owner)
{
	*channel = (struct channel){ 0 };
	stream_init(&channel->stream, loop, owner);
}

/* see channel.h */
void channel_finish(struct channel *channel)
{
	tls_free(channel->tls);
	if (channel->kept.data)
		wipe(channel->kept.data, channel->kept.cap);
	free(channel->kept.data);
	channel->tls = NULL;
	channel->kept = (struct buf){ 0 };
}

/* see channel.h */
void channel_secure(struct channel *channel, struct tls *tls)
{
	channel->tls = tls;
}

/* see channel.h */
bool channel_keep(struct channel *channel)
{
	char *storage = malloc(CHANNEL_KEEP_OCTETS);

	if (storage)
		buf_init(&channel->kept, storage, CHANNEL_KEEP_OCTETS);
	return storage;
}

/* Decrypted octets of the next records join those that were left behind. */
static bool keep_plain(struct channel *channel)
{
	size_t len = buf_put_some(&channel->kept, tls_plain(channel->tls));

	tls_took_plain(channel->tls, len);
	return len > 0;
}

/* see channel.h */
bool channel_pump(struct channel *channel)
{
	struct stream *stream = &channel->stream;
	struct tls *tls = channel->tls;
	size_t used, sent;
	bool has_kept;

	if (!tls)
		return false;
	used = tls_put_cipher(tls, stream_peek(stream));
	stream_took(stream, used);
	has_kept = keep_plain(channel);
	sent = stream_write(stream, tls_cipher(tls));
	tls_took_cipher(tls, sent);
	return used > 0 || has_kept || sent > 0;
}

/* see channel.h */
struct span channel_peek(const struct channel *channel)
{
	if (!channel->tls)
		return stream_peek(&channel->stream);
	return channel->kept.data ? buf_peek(&channel->kept)
				  : tls_plain(channel->tls);
}

/* see channel.h */
void channel_took(struct channel *channel, size_t len)
{
	if (!channel->tls)
		stream_took(&channel->stream, len);
	else if (channel->kept.data)
		buf_took(&channel->kept, len);
	else
		tls_took_plain(channel->tls, len);
}

/* see channel.h */
size_t channel_write(struct channel *channel, struct span plain)
{
	return channel->tls ? tls_put_plain(channel->tls, plain)
			    : stream_write(&channel->stream, plain);
}

/* see channel.h */
char *channel_space(struct channel *channel, size_t *room)
{
	return channel->tls ? tls_space(channel->tls, room) : NULL;
}

/* see channel.h */
void channel_wrote(struct channel *channel, size_t len)
{
	tls_wrote(channel->tls, len);
}

/* see channel.h */
bool channel_is_quiet(const struct channel *channel)
{
	return !channel->stream.is_ended &&
	       stream_peek(&channel->stream).len == 0 &&
	       channel_peek(channel).len == 0;
}

/* see channel.h */
bool channel_is_over(const struct channel *channel)
{
	const struct stream *stream = &channel->stream;

	if (!channel->tls)
		return stream->is_ended;
	return tls_state(channel->tls) > TLS_OPEN ||
	       (stream->is_ended && stream_peek(stream).len == 0);
}

/* see channel.h */
bool channel_shut(struct channel *channel)
{
	if (channel->tls) {
		tls_close(channel->tls);
		channel_pump(channel);
		if (tls_cipher(channel->tls).len > 0)
			return false;
	}
	stream_shut(&channel->stream);
	return true;
}

/* see channel.h */
void channel_part(struct channel *channel)
{
	if (!channel->tls || tls_state(channel->tls) != TLS_OPEN)
		return;
	tls_close(channel->tls);
	stream_write(&channel->stream, tls_cipher(channel->tls));
}

/* see channel.h */
enum failure channel_failure(const struct channel *channel)
{
	return tls_failures[tls_fault(channel->tls)];
}
