/*
 * endpoint - the addresses of [listen]: HOST:PORT, [V6]:PORT, unix:PATH,
 * fd:NAME.
 *
 * HOST is an address, or `localhost`, which stands for both loopback
 * addresses. Other names are not looked up: a reload must not wait for a name
 * server, and a door should not move when one answers differently.
 */
#ifndef CONFIG_ENDPOINT_H
#define CONFIG_ENDPOINT_H

#include "config/value.h"
#include "net/settings.h"

struct endpoint_list {
	struct listen_address *list;
	size_t count;
};

/* Into a struct endpoint_list; see config/value for the shape. */
enum value_verdict endpoint_read(
    struct reading *reading, struct span value, const void *none, void *field);

/* Is the TCP address one of the machine's own; true for the other kinds. */
bool endpoint_is_local(const struct listen_address *address);

/* Do the two mean the same door? */
bool endpoint_is_same(
    const struct listen_address *a, const struct listen_address *b);

#endif
