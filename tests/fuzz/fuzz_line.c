/*
 * Command lines: however the octets arrive, the same lines come out, none is
 * over the maximum, and no more is kept waiting than a line may have.
 */
#include "base/ensure.h"
#include "fuzz/grain.h"
#include "smtp/line.h"

enum { MAX = 40 };

/* Reads all lines of `*in`; what is no whole line stays. */
static void read_lines(
    struct line_reader *reader, struct span *in, uint64_t *digest)
{
	enum line_verdict verdict;
	struct span line;
	size_t used;

	for (;;) {
		verdict = line_read(reader, in, MAX, &line, &used);
		if (verdict == LINE_MORE)
			break;
		digest_number(digest, verdict);
		if (verdict == LINE_LONG)
			continue;
		ENSURE(line.len <= MAX);
		ENSURE(line.ptr == in->ptr && used <= in->len);
		ENSURE(used == line.len + 1 || used == line.len + 2);
		ENSURE(span_find(line, '\n') == line.len);
		digest_add(digest, line);
		*in = span_from(*in, used);
	}
	ENSURE(in->len <= MAX + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_reader whole = { 0 };
	struct line_reader cut = { 0 };
	uint64_t whole_digest = 0;
	uint64_t cut_digest = 0;
	struct span keep = { 0 };
	struct grain grain;
	struct span in;

	grain_init(&grain, data, size);
	in = grain.rest;
	read_lines(&whole, &in, &whole_digest);
	while (grain_next(&grain, keep, &keep))
		read_lines(&cut, &keep, &cut_digest);
	grain_finish(&grain);
	ENSURE(whole_digest == cut_digest);
	ENSURE(whole.is_dropping == cut.is_dropping);
	return 0;
}
