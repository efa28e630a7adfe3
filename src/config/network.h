/*
 * network - host names, blocks of addresses, mailboxes, key pins.
 *
 * The readers have the shape described in config/value. Nothing here looks a
 * name up: what is not known when the file is read cannot be checked by
 * `smtpseal check`, and a reload must not wait for a name server.
 */
#ifndef CONFIG_NETWORK_H
#define CONFIG_NETWORK_H

#include "base/cidr.h"
#include "config/value.h"
#include "tls/settings.h"

struct cidr_list {
	struct cidr *list;
	size_t count;
};

struct pin_list {
	struct tls_pin *list;
	size_t count;
};

/* Is it a name of letters, digits, hyphens and dots (A-labels), whose last
 * label is not a number? */
bool network_is_name(struct span text);

/* Reads an address in either notation; `*is_v4` says in which. */
bool network_read_ip(struct span text, struct ip *ip, bool *is_v4);

/* Into a const char *: a DNS name or an address. */
enum value_verdict network_host(
    struct reading *reading, struct span value, const void *none, void *field);

/* Into a const char *: what may stand in a greeting or behind EHLO: a name,
 * or an address literal. `localhost` is no name to the outside: the second
 * reader refuses it, as some providers do. */
enum value_verdict network_hello(
    struct reading *reading, struct span value, const void *none, void *field);
enum value_verdict network_hello_upstream(
    struct reading *reading, struct span value, const void *none, void *field);

/* Into a const char *: one label, such as a cloud's region. */
enum value_verdict network_label(
    struct reading *reading, struct span value, const void *none, void *field);

/* Into a const char *: an address such as scan@example.com. */
enum value_verdict network_mailbox(
    struct reading *reading, struct span value, const void *none, void *field);

/* Into a struct cidr_list: "192.0.2.0/24, 2001:db8::/32, 192.0.2.7". */
enum value_verdict network_cidrs(
    struct reading *reading, struct span value, const void *none, void *field);

/* Into a struct pin_list: base64 of SHA-256 values. */
enum value_verdict network_pins(
    struct reading *reading, struct span value, const void *none, void *field);

#endif
