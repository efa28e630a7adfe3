/*
 * secret - octets that are wiped, and that nothing here can print.
 *
 * A password, a token. The type has no way into a log line or a fact: those
 * take spans, and the one way from a secret to a span is secret_reveal, which
 * is easy to search for. Only the mechanisms of `sasl`, POP's PASS, the
 * comparison of local logins, the look for echoes and the forms of `oauth` may
 * call it.
 *
 * Borrows: the octets, from whoever holds the memory. secret_wipe clears them.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/span.h"

struct secret {
	char *hidden;
	size_t len;
};

/* The octets, to be put into an AUTH response and nowhere else. */
struct span secret_reveal(const struct secret *secret);

/* Overwrites the octets and forgets them. A zeroed secret is fine. */
void secret_wipe(struct secret *secret);

/* Overwrites memory in a way no compiler leaves out. */
void wipe(void *memory, size_t len);

/* Equal or not, in a time that depends on the lengths alone. */
bool secret_equal(struct span a, struct span b);

#endif
