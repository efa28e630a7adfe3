/*
 * fuzz_rewrite - any content, any policy: what leaves has canonical lines, the
 * body comes through octet for octet, every field that is not about the sender
 * stays, and pieces do not matter.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "relay/rewrite.h"
#include "smtp/body.h"
#include "smtp/header.h"

static const struct rewrite_world world = {
	.date = SPAN("Sat, 21 Nov 2026 10:15:08 +0000"),
	.id = SPAN("<unique@relay>"),
	.from = SPAN("scan@example.com"),
};

/* The input as content: through the body reader, as a device's would be. */
static size_t make_content(struct span input, char *storage, size_t size)
{
	struct body body;
	struct buf content;

	buf_init(&content, storage, size);
	body_init(&body, false);
	body_read(&body, &input, &content);
	/* Content ends in a line end, or there is none. */
	while (buf_len(&content) > 0 && storage[buf_len(&content) - 1] != '\n')
		content.tail--;
	return buf_len(&content);
}

static size_t send_through(
    struct rewrite *rewrite, struct span content, size_t grain, char *out)
{
	size_t len = 0;

	for (;;) {
		struct span piece;

		content = span_from(content, rewrite_skip(rewrite));
		piece = span_first(rewrite_peek(rewrite, content), grain);
		if (piece.len == 0)
			return len;
		memcpy(out + len, piece.ptr, piece.len);
		len += piece.len;
		content = span_from(content, rewrite_took(rewrite, piece.len));
	}
}

static void check_canonical(struct span out)
{
	for (size_t i = 0; i < out.len; i++) {
		char c = out.ptr[i];

		ENSURE(c != '\0');
		if (c == '\n')
			ENSURE(i > 0 && out.ptr[i - 1] == '\r');
		if (c == '\r')
			ENSURE(i + 1 < out.len && out.ptr[i + 1] == '\n');
	}
}

static struct span skip_separator(struct span content)
{
	size_t len = header_line_length(content);

	return header_is_separator(span_first(content, len))
		   ? span_from(content, len)
		   : content;
}

/* Where the header section ends. */
static size_t section_length(struct span content)
{
	struct span rest = skip_separator(content);
	struct field field;

	while (header_next(&rest, true, &field) == HEADER_FIELD)
		;
	return content.len - rest.len;
}

static bool is_about_sender(struct span name)
{
	return span_equal_nocase(name, SPAN("From")) ||
	       span_equal_nocase(name, SPAN("Sender")) ||
	       span_equal_nocase(name, SPAN("Reply-To"));
}

/* Every other field stands in the output, in the same order. */
static void check_fields(struct span content, struct span out)
{
	struct field field;

	content = skip_separator(content);
	out = skip_separator(out);
	while (header_next(&content, true, &field) == HEADER_FIELD) {
		struct field other = { 0 };

		if (is_about_sender(field.name))
			continue;
		do
			ENSURE(header_next(&out, true, &other) == HEADER_FIELD);
		while (!span_equal(other.whole, field.whole));
	}
}

static void check(const struct rewrite_policy *policy, struct span content)
{
	char storage[REWRITE_TEXT_OCTETS];
	char *whole = malloc(content.len + sizeof(storage));
	char *crumbs = malloc(content.len + sizeof(storage));
	struct rewrite rewrite;
	struct span body = span_from(content, section_length(content));
	size_t len;

	ENSURE(whole && crumbs);
	rewrite_init(&rewrite, storage, sizeof(storage));
	if (rewrite_plan(&rewrite, policy, &world, content, true) ==
	    REWRITE_READY) {
		struct rewrite again = rewrite;

		len = send_through(&rewrite, content, SIZE_MAX, whole);
		ENSURE(send_through(&again, content, 1, crumbs) == len);
		ENSURE(memcmp(whole, crumbs, len) == 0);
		ENSURE((int64_t)len ==
		       (int64_t)content.len + rewrite_growth(&rewrite));
		check_canonical(span_make(whole, len));
		ENSURE(len >= body.len);
		ENSURE(span_equal(
		    body, span_from(span_make(whole, len), len - body.len)));
		check_fields(content, span_make(whole, len));
	}
	free(whole);
	free(crumbs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rewrite_policy policy = { .completes = true };
	char *content;
	size_t len;

	if (size == 0)
		return 0;
	policy.sender = data[0] & 1 ? SPAN("scan@example.com") : SPAN("");
	policy.reply_to = (data[0] >> 1 & 3) % REPLY_TO_COUNT;
	policy.reply_address = SPAN("it@example.com");
	policy.is_signed = (data[0] >> 3 & 3) % SIGNED_COUNT;
	policy.completes = !(data[0] & 32);
	content = malloc(2 * size + 16);
	ENSURE(content);
	len = make_content(span_make((const char *)data + 1, size - 1), content,
	    2 * size + 16);
	check(&policy, span_make(content, len));
	free(content);
	return 0;
}
