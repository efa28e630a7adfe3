/*
 * provider - what is known of the providers people use, as one table.
 *
 * A preset saves looking up host, port and protection, and keeps out login
 * mechanisms a provider is known to refuse. Every key written in the account
 * wins over it. config/providers/README.md explains each one.
 */
#ifndef CONFIG_PROVIDER_H
#define CONFIG_PROVIDER_H

#include "config/value.h"
#include "relay/policy.h"

enum { PROVIDER_CONNECTIONS = 3, PROVIDER_KEEP_WARM_S = 30 };

struct provider {
	const char *name;
	const char *host; /* '%' stands for the account's region */
	unsigned port;
	enum upstream_security security;
	uint32_t mechanisms;  /* SASL_BIT()s it takes; all when not known */
	unsigned connections; /* at the same time; 0: nothing is known */
	unsigned rate;	      /* messages a minute; 0: nothing is known */
	unsigned keep_warm_s; /* shorter than it waits; 0: nothing is known */
};

/* All presets, by name. */
extern const struct provider providers[];
extern const size_t provider_count;

/* The preset of that name, or NULL. */
const struct provider *provider_find(struct span name);

/* Does its host hold a region; does it take nothing but tokens? */
bool provider_needs_region(const struct provider *provider);
bool provider_needs_token(const struct provider *provider);

/* The pattern with `word` in the place of its percent sign. */
const char *provider_fill(
    struct arena *arena, const char *pattern, struct span word);

/* Into a const struct provider *: the preset's name; see config/value. */
enum value_verdict provider_read(
    struct reading *reading, struct span value, const void *none, void *field);

#endif
