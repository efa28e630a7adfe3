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
