#include "net/settings.h"

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
