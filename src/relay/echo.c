#include "relay/echo.h"

#include "base/base64.h"

/* The longest piece that is decoded: what a reply keeps of its text. */
enum { ENCODED_OCTETS = 4096 };

/* Pieces side by side, not all there are: a token may have 16 KiB. */
static bool holds_piece(struct span text, struct span secret)
{
	do {
		if (span_holds_nocase(text, span_first(secret, ECHO_OCTETS)))
			return true;
		secret = span_from(secret, ECHO_OCTETS);
	} while (secret.len >= ECHO_OCTETS);
	return false;
}

/* Length of what could be base64 at the front. */
static size_t encoded_length(struct span text)
{
	size_t len = 0;

	while (len < text.len &&
	       (is_alpha(text.ptr[len]) || is_digit(text.ptr[len]) ||
		   text.ptr[len] == '+' || text.ptr[len] == '/'))
		len++;
	return len;
}

/* Whole groups are looked at, and the secret's beginning is enough. */
static bool holds_encoded(struct span text, struct span secret)
{
	char storage[ENCODED_OCTETS];
	struct span start = span_first(secret, 3);
	bool is_found = false;
	size_t len;

	text = span_first(text, ENCODED_OCTETS);
	text.len -= text.len % 4;
	if (!base64_decode(text, storage, &len))
		return false;
	for (size_t i = 0; i + start.len <= len && !is_found; i++)
		is_found = span_equal(span_make(storage + i, start.len), start);
	wipe(storage, sizeof(storage));
	return is_found;
}

/* see echo.h */
bool echo_holds(const struct secret *secret, struct span said)
{
	struct span octets;

	if (!secret || secret->len == 0)
		return false;
	octets = secret_reveal(secret);
	if (holds_piece(said, octets))
		return true;
	while (said.len > 0) {
		size_t len = encoded_length(said);

		if (len >= 4 && holds_encoded(span_first(said, len), octets))
			return true;
		said = span_from(said, len + 1);
	}
	return false;
}
