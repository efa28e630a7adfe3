#include "config/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "config/network.h"

enum { FD_OCTETS = 255 }; /* sd_listen_fds_with_names(3) */

static struct listen_address *one_more(
    struct reading *reading, struct endpoint_list *listens, struct span text)
{
	struct listen_address *address;

	listens->list = arena_grow(reading->arena, listens->list,
	    &listens->count, sizeof(*listens->list));
	address = &listens->list[listens->count - 1];
	address->text = arena_string(reading->arena, text);
	return address;
}

/* Both kinds begin with the family; there is no other way to fill them. */
static void set_address(struct listen_address *address, const struct ip *ip,
    bool is_v4, uint64_t port)
{
	address->kind = LISTEN_TCP;
	if (is_v4) {
		struct sockaddr_in in = { .sin_family = AF_INET };

		in.sin_port = htons((uint16_t)port);
		memcpy(&in.sin_addr, ip->octets + 12, 4);
		memcpy(&address->address, &in, sizeof(in));
	} else {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

		in6.sin6_port = htons((uint16_t)port);
		memcpy(&in6.sin6_addr, ip->octets, 16);
		memcpy(&address->address, &in6, sizeof(in6));
	}
}

static enum value_verdict read_localhost(struct reading *reading,
    struct endpoint_list *listens, struct span text, uint64_t port)
{
	struct span names[] = { SPAN("127.0.0.1"), SPAN("::1") };

	for (size_t i = 0; i < 2; i++) {
		struct ip ip;
		bool is_v4;

		network_read_ip(names[i], &ip, &is_v4);
		set_address(one_more(reading, listens, text), &ip, is_v4, port);
	}
	return VALUE_GOOD;
}

/* Where the host ends and the port begins: the last colon. */
static size_t port_colon(struct span part)
{
	size_t at = part.len;

	while (at > 0 && part.ptr[at - 1] != ':')
		at--;
	return at > 0 ? at - 1 : part.len;
}

/* HOST:PORT or [V6]:PORT */
static enum value_verdict read_tcp(
    struct reading *reading, struct endpoint_list *listens, struct span part)
{
	size_t colon = port_colon(part);
	struct span host = span_first(part, colon);
	bool has_brackets =
	    host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
	bool is_v4 = false;
	struct ip ip;
	uint64_t port;

	if (has_brackets)
		host = span_first(span_from(host, 1), host.len - 2);
	if (colon == part.len)
		return value_bad(reading,
		    "%s has no port (such as 127.0.0.1:2525)",
		    value_shown(reading, part));
	if (!span_number(span_from(part, colon + 1), 65535, &port) || port == 0)
		return value_bad(reading,
		    "%s does not end in a port from 1 to 65535",
		    value_shown(reading, part));
	if (!has_brackets && span_equal_nocase(host, SPAN("localhost")))
		return read_localhost(reading, listens, part, port);
	if (!network_read_ip(host, &ip, &is_v4))
		return value_bad(reading,
		    "%s does not begin with an address; names are not looked "
		    "up (0.0.0.0 and [::] are all addresses)",
		    value_shown(reading, part));
	if (is_v4 == has_brackets)
		return value_bad(reading,
		    "%s: brackets belong around IPv6 addresses, and only there",
		    value_shown(reading, part));
	set_address(one_more(reading, listens, part), &ip, is_v4, port);
	return VALUE_GOOD;
}

/* unix:PATH */
static enum value_verdict read_unix(struct reading *reading,
    struct endpoint_list *listens, struct span part, struct span path)
{
	struct listen_address *address = one_more(reading, listens, part);
	struct sockaddr_un un;

	address->kind = LISTEN_UNIX;
	value_path(reading, path, NULL, &address->name);
	if (path.len == 0 || strlen(address->name) >= sizeof(un.sun_path))
		return value_bad(reading,
		    "the path of a socket has 1 to %zu octets",
		    sizeof(un.sun_path) - 1);
	return VALUE_GOOD;
}

/* fd:NAME */
static enum value_verdict read_fd(struct reading *reading,
    struct endpoint_list *listens, struct span part, struct span name)
{
	struct listen_address *address = one_more(reading, listens, part);

	address->kind = LISTEN_FD;
	address->name = arena_string(reading->arena, name);
	if (name.len == 0 || name.len > FD_OCTETS ||
	    span_find(name, ':') < name.len || span_find(name, ' ') < name.len)
		return value_bad(reading,
		    "%s does not name a descriptor (a word without colon)",
		    value_shown(reading, part));
	return VALUE_GOOD;
}

/* see endpoint.h */
enum value_verdict endpoint_read(
    struct reading *reading, struct span value, const void *none, void *field)
{
	struct span unix_tag = SPAN("unix:");
	struct span fd_tag = SPAN("fd:");
	enum value_verdict verdict = VALUE_GOOD;
	struct span part;

	(void)none;
	while (verdict == VALUE_GOOD &&
	       value_next(reading, &value, &part, &verdict)) {
		if (span_starts_nocase(part, unix_tag))
			verdict = read_unix(reading, field, part,
			    span_from(part, unix_tag.len));
		else if (span_starts_nocase(part, fd_tag))
			verdict = read_fd(
			    reading, field, part, span_from(part, fd_tag.len));
		else
			verdict = read_tcp(reading, field, part);
	}
	return verdict;
}

/* see endpoint.h */
bool endpoint_is_local(const struct listen_address *address)
{
	struct ip ip;

	if (address->kind != LISTEN_TCP)
		return true;
	if (address->address.ss_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, &address->address, sizeof(in));
		ip = ip_from_v4((const unsigned char *)&in.sin_addr);
	} else {
		struct sockaddr_in6 in6;

		memcpy(&in6, &address->address, sizeof(in6));
		memcpy(ip.octets, &in6.sin6_addr, 16);
	}
	return ip_is_loopback(&ip);
}

/* see endpoint.h */
bool endpoint_is_same(
    const struct listen_address *a, const struct listen_address *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == LISTEN_TCP)
		return memcmp(&a->address, &b->address, sizeof(a->address)) ==
		       0;
	return strcmp(a->name, b->name) == 0;
}
