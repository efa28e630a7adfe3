/*
 * Replies: however the octets arrive, the same replies come out; and whatever
 * a provider says, a device hears one line of ASCII with the same code.
 */
#include "base/ensure.h"
#include "fuzz/grain.h"
#include "smtp/reply.h"

static void check_said(const struct reply *reply)
{
	char storage[2 * REPLY_SAID_OCTETS];
	uint64_t code;
	struct text text;
	struct span said;

	text_init(&text, storage, sizeof(storage));
	reply_put(&text, reply);
	said = text_span(&text);
	ENSURE(said.len >= 4 && said.len <= REPLY_SAID_OCTETS);
	ENSURE(span_number(span_first(said, 3), 599, &code));
	ENSURE(code == reply->code && code >= 200);
	ENSURE(said.ptr[3] == ' ');
	for (size_t i = 0; i < said.len; i++)
		ENSURE(is_print(said.ptr[i]));
}

static void note(const struct reply *reply, uint64_t *digest)
{
	ENSURE(reply->lines >= 1 && reply->lines <= REPLY_LINES);
	ENSURE(reply->len <= REPLY_TEXT_OCTETS);
	ENSURE(reply_enhanced(reply).len <= reply->len);
	ENSURE(reply_mentions(reply, SPAN("")));
	digest_number(digest, reply->code);
	digest_number(digest, reply->lines);
	digest_add(digest, reply_text(reply));
}

/* Reads all replies in `in`; false once it is no SMTP. */
static bool read_replies(
    struct reply_reader *reader, struct span in, uint64_t *digest)
{
	while (in.len > 0) {
		size_t before = in.len;

		switch (reply_read(reader, &in)) {
		case REPLY_MORE:
			ENSURE(in.len == 0);
			break;
		case REPLY_READY:
			ENSURE(in.len < before);
			note(&reader->reply, digest);
			check_said(&reader->reply);
			break;
		case REPLY_MALFORMED:
			return false;
		}
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reply_reader whole;
	static struct reply_reader cut;
	uint64_t whole_digest = 0;
	uint64_t cut_digest = 0;
	bool is_good = true;
	struct grain grain;
	struct span piece;
	bool was_good;

	reply_reader_init(&whole);
	reply_reader_init(&cut);
	grain_init(&grain, data, size);
	was_good = read_replies(&whole, grain.rest, &whole_digest);
	while (is_good && grain_next(&grain, (struct span){ 0 }, &piece))
		is_good = read_replies(&cut, piece, &cut_digest);
	grain_finish(&grain);
	ENSURE(is_good == was_good);
	ENSURE(whole_digest == cut_digest);
	return 0;
}
