#include "smtp/proxy.h"

#include <string.h>

enum {
	BINARY_HEAD = 16, /* signature, version and command, family, length */
	COMMAND_LOCAL = 0x20,
	COMMAND_PROXY = 0x21,
	FAMILY_TCP4 = 0x11,
	FAMILY_TCP6 = 0x21,
	TCP4_OCTETS = 12, /* two addresses, two ports */
	TCP6_OCTETS = 36,
};

static const struct span signature = SPAN("\r\n\r\n\0\r\nQUIT\n");

static unsigned octet_at(struct span in, size_t at)
{
	return (unsigned char)in.ptr[at];
}

/* Fills the address in from a whole binary header. */
static enum proxy_verdict read_addresses(struct span in, struct proxy *proxy)
{
	unsigned command = octet_at(in, 12);
	unsigned family = octet_at(in, 13);
	size_t len = in.len - BINARY_HEAD;
	const unsigned char *source =
	    (const unsigned char *)in.ptr + BINARY_HEAD;

	if (command == COMMAND_LOCAL)
		return PROXY_READY;
	if (command != COMMAND_PROXY)
		return PROXY_MALFORMED;
	if (family == FAMILY_TCP4 && len >= TCP4_OCTETS) {
		proxy->ip = ip_from_v4(source);
	} else if (family == FAMILY_TCP6 && len >= TCP6_OCTETS) {
		memcpy(proxy->ip.octets, source, sizeof(proxy->ip.octets));
	} else {
		return PROXY_MALFORMED;
	}
	proxy->has_address = true;
	return PROXY_READY;
}

static enum proxy_verdict read_binary(struct span in, struct proxy *proxy)
{
	size_t len;

	if (in.len < BINARY_HEAD)
		return PROXY_MORE;
	len = BINARY_HEAD + (octet_at(in, 14) << 8 | octet_at(in, 15));
	if (len > PROXY_OCTETS)
		return PROXY_MALFORMED;
	if (in.len < len)
		return PROXY_MORE;
	proxy->used = len;
	return read_addresses(span_first(in, len), proxy);
}

/* "PROXY TCP4 192.0.2.17 192.0.2.1 40000 25" */
static enum proxy_verdict read_text(struct span in, struct proxy *proxy)
{
	size_t end = span_find(in, '\n');
	struct span line = span_first(in, end);
	struct span family;

	if (end == in.len)
		return end < PROXY_TEXT_OCTETS ? PROXY_MORE : PROXY_MALFORMED;
	if (end + 1 > PROXY_TEXT_OCTETS || end == 0 ||
	    line.ptr[end - 1] != '\r')
		return PROXY_MALFORMED;
	line.len--;
	proxy->used = end + 1;
	span_word(&line);
	family = span_word(&line);
	if (span_equal(family, SPAN("UNKNOWN")))
		return PROXY_READY;
	if (!span_equal(family, SPAN("TCP4")) &&
	    !span_equal(family, SPAN("TCP6")))
		return PROXY_MALFORMED;
	if (!ip_read(span_word(&line), &proxy->ip))
		return PROXY_MALFORMED;
	proxy->has_address = true;
	return PROXY_READY;
}

static bool begins_as(struct span in, struct span with)
{
	size_t len = in.len < with.len ? in.len : with.len;

	return span_equal(span_first(in, len), span_first(with, len));
}

/* see proxy.h */
enum proxy_verdict proxy_read(struct span in, struct proxy *proxy)
{
	struct span text = SPAN("PROXY ");

	*proxy = (struct proxy){ 0 };
	if (in.len == 0)
		return PROXY_MORE;
	if (begins_as(in, signature))
		return in.len < signature.len ? PROXY_MORE
					      : read_binary(in, proxy);
	if (begins_as(in, text))
		return in.len < text.len ? PROXY_MORE : read_text(in, proxy);
	return PROXY_MALFORMED;
}
