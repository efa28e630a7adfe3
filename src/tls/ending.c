#include "tls/ending.h"

#include <string.h>

#include "base/ensure.h"
#include "tls/words.h"

enum {
	RECORD_ALERT = 0x15,
	RECORD_HANDSHAKE = 0x16,
	RECORD_MAJOR = 3,
	/* A record's head, a handshake message's, and the version in a
	 * ClientHello (RFC 5246 7.4.1.2). */
	HELLO_OCTETS = 11,
};

/* Whoever is at the other end. */
static const char *peer(const struct ending *ending)
{
	return ending->is_server ? "the device" : "the server";
}

/* "TLS 1.0", the newest that the device's hello said it knows; "" when it said
 * none. One that knows 1.3 says 1.2 there. */
static const char *newest(const struct ending *ending)
{
	static const char *const names[] = { "SSL 3.0", "TLS 1.0", "TLS 1.1",
		"TLS 1.2" };
	const unsigned char *hello = (const unsigned char *)ending->opening;

	if (ending->opening_len < HELLO_OCTETS || hello[5] != 1 ||
	    hello[9] != 3 || hello[10] >= array_len(names))
		return "";
	return names[hello[10]];
}

static void explain_device_version(
    const struct ending *ending, struct text *words)
{
	const char *version = newest(ending);

	text_puts(words, "the device and this program have no TLS version or "
			 "no cipher suite in common");
	if (version[0]) {
		text_puts(words, "; the device's newest is ");
		text_puts(words, version);
	}
}

static void explain_version(const struct ending *ending, struct text *words)
{
	if (ending->is_server) {
		explain_device_version(ending, words);
		return;
	}
	text_puts(words, "the server and this program have no TLS 1.2 or no "
			 "cipher suite in common: ");
	if (words_is_alert(ending->error))
		text_puts(words, "the server sent ");
	words_put_error(words, ending->error);
	text_puts(words, "; this program speaks TLS 1.2 with ECDHE and AES-GCM "
			 "or ChaCha20-Poly1305");
}

/* A hello in the form of SSL 2.0, which some said even for TLS (RFC 5246
 * E.2). */
static bool is_ssl2(struct span opening)
{
	return opening.len > 2 && (opening.ptr[0] & 0x80) &&
	       opening.ptr[2] == 1;
}

static void explain_opening(const struct ending *ending, struct text *words)
{
	struct span opening = span_make(ending->opening, ending->opening_len);
	struct span line = span_first(opening, span_find(opening, '\n'));

	text_puts(words, peer(ending));
	if (ending->is_server && is_ssl2(opening)) {
		text_puts(words, " begins as in SSL 2.0, which cannot be "
				 "served");
		return;
	}
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	text_puts(words, ending->is_server ? " said" : " answered");
	text_puts(words, is_print(ending->opening[0])
			     ? " in plain text, not in TLS: \""
			     : " something that is not TLS: \"");
	text_escaped(words, line, ENDING_OPENING_OCTETS);
	text_putc(words, '"');
}

static void explain_alert(const struct ending *ending, struct text *words)
{
	text_puts(words, peer(ending));
	text_puts(words, " gave up with ");
	words_put_error(words, ending->error);
	if (ending->is_asked)
		text_puts(words, ", after it had asked for a client "
				 "certificate, and none is configured");
}

static void explain_protocol(const struct ending *ending, struct text *words)
{
	if (ending->is_truncated) {
		text_puts(words, peer(ending));
		text_puts(words, " closed the connection ");
		text_puts(words, ending->was_open ? "without a TLS goodbye"
						  : "in the TLS handshake");
		return;
	}
	text_puts(words, "TLS went wrong: ");
	words_put_error(words, ending->error);
}

static void (*const explain[TLS_FAULT_COUNT])(
    const struct ending *ending, struct text *words) = {
	[TLS_FAULT_VERSION] = explain_version,
	[TLS_FAULT_NOT_TLS] = explain_opening,
	[TLS_FAULT_ALERT] = explain_alert,
	[TLS_FAULT_PROTOCOL] = explain_protocol,
};

/* see ending.h */
bool ending_explain(const struct ending *ending, struct text *words)
{
	if (!explain[ending->fault])
		return false;
	explain[ending->fault](ending, words);
	return true;
}

/* ---- the peer's first octets ---- */

/* see ending.h */
bool ending_is_tls(const struct ending *ending)
{
	unsigned char type = (unsigned char)ending->opening[0];

	if (type != RECORD_HANDSHAKE && type != RECORD_ALERT)
		return false;
	return ending->opening_len < 2 || ending->opening[1] == RECORD_MAJOR;
}

/* Is there enough to quote? A text up to its line's end, anything else at
 * once. */
static bool is_quotable(const struct ending *ending)
{
	struct span opening = span_make(ending->opening, ending->opening_len);

	return opening.len == sizeof(ending->opening) ||
	       !is_print(opening.ptr[0]) ||
	       span_find(opening, '\n') < opening.len;
}

/* see ending.h */
enum opening ending_hear(struct ending *ending, struct span octets)
{
	size_t room = sizeof(ending->opening) - ending->opening_len;
	struct span kept = span_first(octets, room);

	if (ending->opening_len >= HELLO_OCTETS && ending_is_tls(ending))
		return OPENING_TLS;
	memcpy(ending->opening + ending->opening_len, kept.ptr, kept.len);
	ending->opening_len += kept.len;
	if (ending_is_tls(ending))
		return OPENING_TLS;
	return is_quotable(ending) ? OPENING_OTHER : OPENING_MORE;
}
