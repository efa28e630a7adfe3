#include "base/cidr.h"

#include <string.h>

static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	0xff };

/* see cidr.h */
struct ip ip_from_v4(const unsigned char octets[4])
{
	struct ip ip;

	memcpy(ip.octets, mapped, sizeof(mapped));
	memcpy(ip.octets + sizeof(mapped), octets, 4);
	return ip;
}

static bool read_v4(struct span text, unsigned char octets[4])
{
	struct span part;
	uint64_t number;

	for (size_t i = 0; i < 4; i++) {
		size_t dot = span_find(text, '.');

		part = span_first(text, dot);
		if ((dot == text.len) != (i == 3) || part.len > 3 ||
		    !span_number(part, 255, &number))
			return false;
		octets[i] = (unsigned char)number;
		text = span_from(text, dot + 1);
	}
	return true;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One to four digits of a group. */
static bool read_group(struct span text, unsigned char octets[2])
{
	unsigned group = 0;

	if (text.len == 0 || text.len > 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int value = hex_value(text.ptr[i]);

		if (value < 0)
			return false;
		group = group << 4 | (unsigned)value;
	}
	octets[0] = (unsigned char)(group >> 8);
	octets[1] = (unsigned char)group;
	return true;
}

/* Groups separated by colons; the last may be an IPv4 address. Gives the
 * octets they make, 0 when they make none. */
static size_t read_groups(struct span text, unsigned char *octets, size_t room)
{
	size_t len = 0;

	while (text.len > 0) {
		size_t colon = span_find(text, ':');
		struct span part = span_first(text, colon);

		if (colon == text.len && span_find(part, '.') < part.len &&
		    room - len >= 4 && read_v4(part, octets + len))
			return len + 4;
		if (room - len < 2 || !read_group(part, octets + len) ||
		    colon + 1 == text.len)
			return 0;
		len += 2;
		text = span_from(text, colon + 1);
	}
	return len;
}

/* "::" stands once, for all groups that are missing (RFC 4291 2.2). */
static bool read_v6(struct span text, struct ip *ip)
{
	unsigned char behind[16];
	size_t gap = 0;
	size_t front;
	size_t back;
	struct span rest;

	while (gap + 1 < text.len &&
	       (text.ptr[gap] != ':' || text.ptr[gap + 1] != ':'))
		gap++;
	*ip = (struct ip){ 0 };
	if (gap + 1 >= text.len)
		return read_groups(text, ip->octets, 16) == 16;
	rest = span_from(text, gap + 2);
	front = read_groups(span_first(text, gap), ip->octets, 16);
	back = read_groups(rest, behind, 16);
	if ((gap > 0 && front == 0) || (rest.len > 0 && back == 0) ||
	    front + back > 14)
		return false;
	memcpy(ip->octets + 16 - back, behind, back);
	return true;
}

/* see cidr.h */
bool ip_read(struct span text, struct ip *ip)
{
	unsigned char octets[4];

	if (!read_v4(text, octets))
		return read_v6(text, ip);
	*ip = ip_from_v4(octets);
	return true;
}

/* see cidr.h */
bool ip_is_v4(const struct ip *ip)
{
	return memcmp(ip->octets, mapped, sizeof(mapped)) == 0;
}

/* see cidr.h */
bool ip_is_loopback(const struct ip *ip)
{
	static const struct ip one = { .octets = { [15] = 1 } };

	if (ip_is_v4(ip))
		return ip->octets[12] == 127;
	return memcmp(ip, &one, sizeof(one)) == 0;
}

/* see cidr.h */
bool cidr_holds(const struct cidr *cidr, const struct ip *ip)
{
	size_t whole = cidr->prefix / 8;
	unsigned rest = cidr->prefix % 8;
	unsigned char mask = (unsigned char)(0xff00u >> rest);

	if (memcmp(cidr->network.octets, ip->octets, whole) != 0)
		return false;
	if (rest == 0)
		return true;
	return ((cidr->network.octets[whole] ^ ip->octets[whole]) & mask) == 0;
}

/* see cidr.h */
bool cidr_is_loopback(const struct cidr *cidr)
{
	if (!ip_is_loopback(&cidr->network))
		return false;
	return cidr->prefix >= (ip_is_v4(&cidr->network) ? 96 + 8 : 128);
}

/* see cidr.h */
int cidr_best(const struct cidr *cidrs, size_t count, const struct ip *ip)
{
	int best = -1;

	for (size_t i = 0; i < count; i++)
		if (cidr_holds(&cidrs[i], ip) && (int)cidrs[i].prefix > best)
			best = (int)cidrs[i].prefix;
	return best;
}
