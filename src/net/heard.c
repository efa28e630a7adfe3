#include "net/heard.h"

#include "net/server.h"

/* see heard.h */
void heard_watch(struct conn *conn)
{
	const struct stream *stream = &conn->channel.stream;
	uint64_t receipt = session_take_receipt(&conn->session);

	if (receipt != 0) {
		conn->receipt = receipt;
		conn->receipt_at = stream->octets;
	} else if (stream->octets > conn->receipt_at) {
		conn->receipt = 0;
	}
}

/* see heard.h */
bool heard_is_open(struct conn *conn)
{
	return conn->receipt != 0 &&
	       stream_fate(&conn->channel.stream) == STREAM_OPEN;
}

/* see heard.h */
void heard_end(struct conn *conn)
{
	heard_watch(conn);
	if (conn->receipt == 0)
		return;
	if (session_peek(&conn->session).len > 0 ||
	    stream_fate(&conn->channel.stream) != STREAM_HEARD)
		receipts_remember(server_receipts(conn->server), conn->receipt,
		    loop_now(conn->loop));
	conn->receipt = 0;
}
