/*
 * Message content: however the octets arrive and however little room there
 * is, the same content comes out, canonical; said to a provider it is one
 * message, and read again it is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "smtp/chunk.h"

/* A message as it is read; the content lies in memory of its own. */
struct reading {
	struct body body;
	enum body_verdict verdict;
	struct span left; /* of the last piece */
	size_t len;
	size_t cap;
	char *content;
};

/* Content is never longer than three octets for each one read. */
static void begin(struct reading *reading, size_t octets)
{
	*reading = (struct reading){ .cap = 3 * octets + 16 };
	body_init(&reading->body, false);
	reading->content = malloc(reading->cap);
	ENSURE(reading->content);
}

static void keep(struct reading *reading, struct buf *buf)
{
	struct span got = buf_peek(buf);

	ENSURE(got.len <= reading->cap - reading->len);
	if (got.len > 0)
		memcpy(reading->content + reading->len, got.ptr, got.len);
	reading->len += got.len;
	buf_took(buf, got.len);
}

static void feed(struct reading *reading, struct span in, size_t room)
{
	char storage[4096];
	struct buf buf;

	buf_init(&buf, storage, room);
	while (in.len > 0 && reading->verdict == BODY_MORE) {
		size_t before = in.len;

		reading->verdict = body_read(&reading->body, &in, &buf);
		ENSURE(in.len < before);
		keep(reading, &buf);
	}
	reading->left = in;
}

static struct span content_of(const struct reading *reading)
{
	return span_make(reading->content, reading->len);
}

static void check_same(const struct reading *a, const struct reading *b)
{
	ENSURE(a->verdict == b->verdict);
	ENSURE(span_equal(content_of(a), content_of(b)));
	ENSURE(a->body.octets == a->len && b->body.octets == b->len);
	ENSURE(a->body.nuls == b->body.nuls);
	ENSURE(a->body.returns == b->body.returns);
	ENSURE(a->body.feeds == b->body.feeds);
}

/* A CR stands before a LF only, a LF behind a CR only, a NUL nowhere. */
static void check_canonical(struct span content)
{
	for (size_t i = 0; i < content.len; i++) {
		char c = content.ptr[i];

		ENSURE(c != '\0');
		if (c == '\n')
			ENSURE(i > 0 && content.ptr[i - 1] == '\r');
		if (c == '\r' && i + 1 < content.len)
			ENSURE(content.ptr[i + 1] == '\n');
	}
}

/* Says the content as to a provider, through little room. */
static size_t say(struct span content, size_t room, char *out, uint64_t *folds)
{
	char storage[4096];
	struct stuffing stuffing = { 0 };
	size_t len = 0;
	struct buf buf;

	if (room < STUFFING_STEP_OCTETS)
		room = STUFFING_STEP_OCTETS;
	buf_init(&buf, storage, room);
	while (content.len > 0) {
		size_t before = content.len;
		struct span got;

		stuffing_put(&stuffing, &content, &buf);
		got = buf_peek(&buf);
		ENSURE(content.len < before || got.len > 0);
		memcpy(out + len, got.ptr, got.len);
		len += got.len;
		buf_took(&buf, got.len);
	}
	stuffing_end(&stuffing, &buf);
	memcpy(out + len, buf_peek(&buf).ptr, buf_len(&buf));
	*folds = stuffing.folds;
	return len + buf_len(&buf);
}

/* The number that BDAT says is that of the octets that follow, whole or cut:
 * chunk_put traps if it is not. And the dots are as they were. */
static void check_chunks(struct span content, size_t room, uint64_t folds)
{
	char storage[4096];
	struct chunk chunk;
	struct buf buf;
	uint64_t expected = content.len + 3 * folds;
	uint64_t len = 0;
	size_t most = 1 + room * 7;

	chunk_init(&chunk);
	while (content.len > 0) {
		struct span part = span_first(content, most);
		struct chunk next = chunk;

		content = span_from(content, part.len);
		chunk_count(&next, part);
		buf_init(&buf, storage, sizeof(storage));
		chunk_begin(&chunk, &next, content.len == 0, &buf);
		buf_init(&buf, storage, room);
		while (!chunk_is_over(&chunk)) {
			chunk_put(&chunk, &part, &buf);
			len += buf_len(&buf);
			buf_clear(&buf);
		}
	}
	ENSURE(chunk.lines.folds == folds);
	ENSURE(len == expected);
}

/* No line leaves with more than 998 octets, but for a dot of stuffing. */
static void check_short(struct span said)
{
	size_t len = 0;

	for (size_t i = 0; i < said.len; i++) {
		len = said.ptr[i] == '\n' ? 0 : len + 1;
		ENSURE(len <= BODY_LINE_OCTETS + 2);
	}
}

static void check_round_trip(const struct reading *reading, size_t room)
{
	char *out = malloc(3 * reading->len + 16);
	struct reading again;
	uint64_t folds;
	size_t len;

	ENSURE(out);
	len = say(content_of(reading), room, out, &folds);
	check_short(span_make(out, len));
	begin(&again, len);
	feed(&again, span_make(out, len), 4096);
	ENSURE(again.verdict == BODY_END);
	ENSURE(again.left.len == 0);
	ENSURE(again.len == reading->len + 3 * folds);
	if (folds == 0)
		ENSURE(span_equal(content_of(&again), content_of(reading)));
	ENSURE(again.body.nuls + again.body.returns + again.body.feeds == 0);
	check_chunks(content_of(reading), room, folds);
	free(again.content);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room = 5 + (size > 0 ? data[0] % 60 : 0);
	struct reading whole;
	struct reading cut;
	struct grain grain;
	struct span piece;

	begin(&whole, size);
	begin(&cut, size);
	grain_init(&grain, data, size);
	feed(&whole, grain.rest, 4096);
	while (cut.verdict == BODY_MORE &&
	       grain_next(&grain, (struct span){ 0 }, &piece))
		feed(&cut, piece, room);
	check_same(&whole, &cut);
	ENSURE(whole.left.len == cut.left.len + grain.rest.len);
	check_canonical(content_of(&whole));
	if (whole.verdict == BODY_END)
		check_round_trip(&whole, room);
	grain_finish(&grain);
	free(whole.content);
	free(cut.content);
	return 0;
}
