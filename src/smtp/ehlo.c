#include "smtp/ehlo.h"

#include <string.h>

#include "base/ensure.h"

static void hear_starttls(struct ehlo *ehlo, struct span rest)
{
	(void)rest;
	ehlo->starttls = true;
}

static void hear_pipelining(struct ehlo *ehlo, struct span rest)
{
	(void)rest;
	ehlo->pipelining = true;
}

static void hear_eight_bit(struct ehlo *ehlo, struct span rest)
{
	(void)rest;
	ehlo->eight_bit = true;
}

static void hear_chunking(struct ehlo *ehlo, struct span rest)
{
	(void)rest;
	ehlo->chunking = true;
}

static void hear_size(struct ehlo *ehlo, struct span rest)
{
	ehlo->size = true;
	if (!span_number(span_word(&rest), UINT64_MAX / 2, &ehlo->max_size))
		ehlo->max_size = 0;
}

static void hear_auth(struct ehlo *ehlo, struct span rest)
{
	struct span word;

	while ((word = span_word(&rest)).len > 0) {
		if (word.len + 1 > EHLO_AUTH_OCTETS - ehlo->auth_len)
			return;
		memcpy(ehlo->auth + ehlo->auth_len, word.ptr, word.len);
		ehlo->auth_len += word.len;
		ehlo->auth[ehlo->auth_len++] = ' ';
	}
}

/* clang-format off */
static const struct keyword_row {
	const char *name;
	void (*hear)(struct ehlo *, struct span rest);
} keywords[] = {
	{ "STARTTLS",   hear_starttls },
	{ "PIPELINING", hear_pipelining },
	{ "8BITMIME",   hear_eight_bit },
	{ "CHUNKING",   hear_chunking },
	{ "SIZE",       hear_size },
	{ "AUTH",       hear_auth },
};
/* clang-format on */

/* Cuts the keyword off: "AUTH LOGIN" and "AUTH=LOGIN" begin alike. */
static struct span cut_keyword(struct span *line)
{
	struct span rest = *line;
	struct span word = span_word(&rest);
	size_t equals = span_find(word, '=');

	if (equals < word.len) {
		rest = span_from(*line, equals + 1);
		word = span_first(word, equals);
	}
	*line = rest;
	return word;
}

/* see ehlo.h */
void ehlo_read(struct ehlo *ehlo, const struct reply *reply)
{
	struct span rest = reply_text(reply);
	struct span line;

	*ehlo = (struct ehlo){ 0 };
	if (!span_split(&rest, '\n', &line))
		return;
	while (span_split(&rest, '\n', &line)) {
		struct span word = cut_keyword(&line);

		for (size_t i = 0; i < array_len(keywords); i++)
			if (span_equal_nocase(word, span_of(keywords[i].name)))
				keywords[i].hear(ehlo, line);
	}
}

/* see ehlo.h */
struct span ehlo_auth(const struct ehlo *ehlo)
{
	return span_trim(span_make(ehlo->auth, ehlo->auth_len));
}
