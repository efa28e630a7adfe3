#include "net/settings.h"

#include <string.h>

#include "base/ensure.h"

/* see settings.h */
struct settings *settings_new(void)
{
	struct arena arena = { 0 };
	struct settings *settings = arena_alloc(&arena, sizeof(*settings));

	settings->arena = arena;
	settings->holds = 1;
	return settings;
}

/* see settings.h */
struct settings *settings_hold(struct settings *settings)
{
	settings->holds++;
	return settings;
}

/* see settings.h */
void settings_drop(struct settings *settings)
{
	struct arena arena;

	if (!settings)
		return;
	ENSURE(settings->holds > 0);
	if (--settings->holds > 0)
		return;
	/* The settings live in their own arena. */
	arena = settings->arena;
	arena_free(&arena);
}

/* see settings.h */
const struct device_settings *settings_device(
    const struct settings *settings, const struct ip *client)
{
	const struct device_settings *best = NULL;
	int best_prefix = -1;

	ENSURE(settings->device_count > 0);
	for (size_t i = 0; i + 1 < settings->device_count; i++) {
		const struct device_settings *device = &settings->devices[i];
		int prefix =
		    cidr_best(device->clients, device->client_count, client);

		if (prefix > best_prefix) {
			best = device;
			best_prefix = prefix;
		}
	}
	return best ? best : &settings->devices[settings->device_count - 1];
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_policy(
    const struct upstream_policy *a, const struct upstream_policy *b)
{
	return a->port == b->port && a->security == b->security &&
	       a->mechanisms == b->mechanisms && a->chunking == b->chunking &&
	       a->is_signed == b->is_signed && a->pop_port == b->pop_port &&
	       span_equal(a->pop_host, b->pop_host) &&
	       span_equal(a->sender, b->sender) &&
	       span_equal(a->domain, b->domain) &&
	       span_equal(a->host, b->host) && span_equal(a->hello, b->hello) &&
	       span_equal(a->user, b->user);
}

static bool is_same_tls(
    const struct tls_client_settings *a, const struct tls_client_settings *b)
{
	return is_same_text(a->name, b->name) &&
	       is_same_text(a->ca_file, b->ca_file) &&
	       is_same_text(a->client_certificate, b->client_certificate) &&
	       is_same_text(a->client_key, b->client_key) &&
	       a->pin_count == b->pin_count &&
	       (a->pin_count == 0 || memcmp(a->pins, b->pins,
					 a->pin_count * sizeof(*a->pins)) == 0);
}

/* see settings.h */
bool account_is_same(
    const struct account_settings *a, const struct account_settings *b)
{
	return is_same_text(a->host, b->host) &&
	       is_same_policy(&a->policy, &b->policy) &&
	       is_same_tls(&a->tls, &b->tls) &&
	       is_same_tls(&a->pop_tls, &b->pop_tls) &&
	       a->source == b->source &&
	       secret_equal(
		   secret_reveal(&a->password), secret_reveal(&b->password)) &&
	       is_same_text(a->command, b->command) &&
	       a->connections == b->connections && a->rate == b->rate &&
	       a->keep_warm_s == b->keep_warm_s;
}

/* see settings.h */
bool account_is_for(const struct account_settings *account, struct span sender)
{
	for (size_t i = 0; i < account->sender_count; i++)
		if (span_matches(sender, span_of(account->senders[i])))
			return true;
	return false;
}
