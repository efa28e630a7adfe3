#include "config/network.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/base64.h"

enum {
	NAME_OCTETS = 253, /* RFC 1035 2.3.4, without the last dot */
	LABEL_OCTETS = 63,
	LOCAL_OCTETS = 64, /* RFC 5321 4.5.3.1.1 */
};

static bool is_label(struct span label)
{
	if (label.len == 0 || label.len > LABEL_OCTETS)
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!is_alpha(label.ptr[i]) && !is_digit(label.ptr[i]) &&
		    label.ptr[i] != '-')
			return false;
	return label.ptr[0] != '-' && label.ptr[label.len - 1] != '-';
}

/* see network.h */
bool network_is_name(struct span text)
{
	struct span label = text;
	uint64_t number;

	if (text.len == 0 || text.len > NAME_OCTETS)
		return false;
	for (;;) {
		size_t dot = span_find(text, '.');

		label = span_first(text, dot);
		if (!is_label(label))
			return false;
		if (dot == text.len)
			break;
		text = span_from(text, dot + 1);
	}
	/* A name that ends in a number is a mistyped address. */
	return !span_number(label, UINT64_MAX, &number);
}

/* see network.h */
bool network_read_ip(struct span text, struct ip *ip, bool *is_v4)
{
	char string[INET6_ADDRSTRLEN + 1];
	unsigned char v4[4];

	if (text.len >= sizeof(string) || span_find(text, '\0') < text.len)
		return false;
	memcpy(string, text.len ? text.ptr : "", text.len);
	string[text.len] = '\0';
	*is_v4 = inet_pton(AF_INET, string, v4) == 1;
	if (*is_v4) {
		*ip = ip_from_v4(v4);
		return true;
	}
	return inet_pton(AF_INET6, string, ip->octets) == 1;
}

/* What an operator most likely meant by a host that is none. */
static const char *host_hint(struct span value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.ptr[i] >= 0x80)
			return "; write the name as xn--... (its A-label)";
	if (span_find(value, '/') < value.len)
		return "; give the name alone, without scheme or path";
	if (value.len > 0 && value.ptr[0] == '[')
		return "; give the address without brackets";
	if (span_find(value, ':') < value.len)
		return "; the port goes into a key of its own";
	if (value.len > 0 && value.ptr[value.len - 1] == '.')
		return "; leave out the last dot";
	return "";
}

/* see network.h */
enum value_verdict network_host(
    struct reading *reading, struct span value, const void *none, void *field)
{
	struct ip ip;
	bool is_v4;

	(void)none;
	if (!network_is_name(value) && !network_read_ip(value, &ip, &is_v4))
		return value_bad(reading,
		    "%s is neither a host name nor an address%s",
		    value_shown(reading, value), host_hint(value));
	return value_text(reading, value, NULL, field);
}

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 4.1.3). */
static bool is_literal(struct span value)
{
	struct span tag = SPAN("IPv6:");
	struct span inside;
	struct ip ip;
	bool is_v4;

	if (value.len < 2 || value.ptr[0] != '[' ||
	    value.ptr[value.len - 1] != ']')
		return false;
	inside = span_first(span_from(value, 1), value.len - 2);
	if (!span_starts_nocase(inside, tag))
		return network_read_ip(inside, &ip, &is_v4) && is_v4;
	return network_read_ip(span_from(inside, tag.len), &ip, &is_v4) &&
	       !is_v4;
}

/* see network.h */
enum value_verdict network_hello(
    struct reading *reading, struct span value, const void *none, void *field)
{
	(void)none;
	if (!network_is_name(value) && !is_literal(value))
		return value_bad(reading,
		    "%s is neither a host name nor an address in brackets",
		    value_shown(reading, value));
	return value_text(reading, value, NULL, field);
}

/* see network.h */
enum value_verdict network_hello_upstream(
    struct reading *reading, struct span value, const void *none, void *field)
{
	struct span local = SPAN("localhost");

	if (span_starts_nocase(value, local) &&
	    (value.len == local.len || value.ptr[local.len] == '.'))
		return value_bad(reading,
		    "%s means nothing to a provider, and some refuse it; give "
		    "a name of this site, or leave the key out",
		    value_shown(reading, value));
	return network_hello(reading, value, none, field);
}

/* see network.h */
enum value_verdict network_label(
    struct reading *reading, struct span value, const void *none, void *field)
{
	(void)none;
	if (!is_label(value))
		return value_bad(reading,
		    "%s is not a word of letters, digits and hyphens",
		    value_shown(reading, value));
	return value_text(reading, value, NULL, field);
}

/* see network.h */
enum value_verdict network_mailbox(
    struct reading *reading, struct span value, const void *none, void *field)
{
	size_t at = span_find(value, '@');
	struct span local = span_first(value, at);
	bool is_plain = local.len > 0 && local.len <= LOCAL_OCTETS;

	(void)none;
	for (size_t i = 0; i < local.len; i++)
		if (!is_print(local.ptr[i]) ||
		    strchr(" <>()[]\\,;:\"", local.ptr[i]))
			is_plain = false;
	if (!is_plain || !network_is_name(span_from(value, at + 1)))
		return value_bad(reading,
		    "%s is not an address such as scan@example.com",
		    value_shown(reading, value));
	return value_text(reading, value, NULL, field);
}

/* Clears the bits of `ip` behind the prefix; were there any? */
static bool clear_rest(struct ip *ip, unsigned prefix)
{
	bool had = false;

	for (unsigned bit = prefix; bit < 128; bit++) {
		unsigned char mask = (unsigned char)(0x80u >> bit % 8);

		had |= (ip->octets[bit / 8] & mask) != 0;
		ip->octets[bit / 8] &= (unsigned char)~mask;
	}
	return had;
}

/* The block as it should have been written. */
static enum value_verdict suggest_block(struct reading *reading,
    struct span part, const struct cidr *cidr, bool is_v4)
{
	char network[INET6_ADDRSTRLEN] = "";

	inet_ntop(is_v4 ? AF_INET : AF_INET6,
	    cidr->network.octets + (is_v4 ? 12 : 0), network, sizeof(network));
	return value_bad(reading,
	    "%s has bits set behind its prefix; did you mean %s/%u",
	    value_shown(reading, part), network,
	    is_v4 ? cidr->prefix - 96 : cidr->prefix);
}

static enum value_verdict read_cidr(
    struct reading *reading, struct span part, struct cidr *cidr)
{
	size_t slash = span_find(part, '/');
	uint64_t prefix = 0;
	bool is_v4 = false;

	if (!network_read_ip(span_first(part, slash), &cidr->network, &is_v4) ||
	    (slash < part.len && !span_number(span_from(part, slash + 1),
				     is_v4 ? 32 : 128, &prefix)))
		return value_bad(reading,
		    "%s is not an address or a block of them (such as "
		    "192.0.2.0/24, 2001:db8::/32)",
		    value_shown(reading, part));
	if (slash == part.len)
		prefix = is_v4 ? 32 : 128;
	cidr->prefix = (unsigned)prefix + (is_v4 ? 96 : 0);
	if (clear_rest(&cidr->network, cidr->prefix))
		return suggest_block(reading, part, cidr, is_v4);
	return VALUE_GOOD;
}

/* see network.h */
enum value_verdict network_cidrs(
    struct reading *reading, struct span value, const void *none, void *field)
{
	enum value_verdict verdict = VALUE_GOOD;
	struct cidr_list *cidrs = field;
	struct span part;

	(void)none;
	while (verdict == VALUE_GOOD &&
	       value_next(reading, &value, &part, &verdict)) {
		cidrs->list = arena_grow(reading->arena, cidrs->list,
		    &cidrs->count, sizeof(*cidrs->list));
		verdict =
		    read_cidr(reading, part, &cidrs->list[cidrs->count - 1]);
	}
	return verdict;
}

/* see network.h */
enum value_verdict network_pins(
    struct reading *reading, struct span value, const void *none, void *field)
{
	enum value_verdict verdict = VALUE_GOOD;
	struct pin_list *pins = field;
	struct span part;

	(void)none;
	while (value_next(reading, &value, &part, &verdict)) {
		/* 44 digits, the last one padding, are 32 octets. */
		char octets[44 / 4 * 3 + 3];
		size_t len = 0;

		if (part.len > 44 || !base64_decode(part, octets, &len) ||
		    len != TLS_PIN_OCTETS)
			return value_bad(reading,
			    "%s is not the base64 of 32 octets (44 digits)",
			    value_shown(reading, part));
		pins->list = arena_grow(reading->arena, pins->list,
		    &pins->count, sizeof(*pins->list));
		memcpy(pins->list[pins->count - 1].octets, octets, len);
	}
	return verdict;
}
