/*
 * EHLO answers: the mechanisms are whole words that fit, and what is offered
 * was said by a line of its own.
 */
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "smtp/ehlo.h"

/* Does a line behind the first begin with `keyword`, alone or followed by a
 * blank or "="? */
static bool is_said(struct span text, struct span keyword)
{
	text = span_from(text, span_find(text, '\n') + 1);
	while (text.len > 0) {
		size_t end = span_find(text, '\n');
		struct span line = span_trim(span_first(text, end));

		if (span_starts_nocase(line, keyword) &&
		    (line.len == keyword.len ||
			is_blank(line.ptr[keyword.len]) ||
			line.ptr[keyword.len] == '='))
			return true;
		text = span_from(text, end + 1);
	}
	return false;
}

static void check_offers(const struct ehlo *ehlo, struct span text)
{
	ENSURE(ehlo->starttls == is_said(text, SPAN("STARTTLS")));
	ENSURE(ehlo->pipelining == is_said(text, SPAN("PIPELINING")));
	ENSURE(ehlo->eight_bit == is_said(text, SPAN("8BITMIME")));
	ENSURE(ehlo->chunking == is_said(text, SPAN("CHUNKING")));
	ENSURE(ehlo->size == is_said(text, SPAN("SIZE")));
	ENSURE(ehlo->size || ehlo->max_size == 0);
	ENSURE(ehlo->max_size <= UINT64_MAX / 2);
	ENSURE(ehlo->auth_len == 0 || is_said(text, SPAN("AUTH")));
}

static void check_auth(const struct ehlo *ehlo)
{
	struct span rest = ehlo_auth(ehlo);
	struct span word;
	size_t len = 0;

	ENSURE(ehlo->auth_len <= EHLO_AUTH_OCTETS);
	while ((word = span_word(&rest)).len > 0)
		len += word.len + 1;
	ENSURE(len == ehlo->auth_len);
	ENSURE(span_find(ehlo_auth(ehlo), '\n') == ehlo_auth(ehlo).len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reply reply;
	struct ehlo ehlo;

	reply.code = 250;
	reply.len = size < sizeof(reply.text) ? size : sizeof(reply.text);
	if (reply.len > 0)
		memcpy(reply.text, data, reply.len);
	ehlo_read(&ehlo, &reply);
	check_offers(&ehlo, reply_text(&reply));
	check_auth(&ehlo);
	return 0;
}
