#include "net/doors.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tls/words.h"

enum { DAY_SECONDS = 24 * 60 * 60 };

/* ---- certificates ---- */

static void tell_unusable(
    const struct listen_settings *listen, const char *detail)
{
	log_event(LOG_LEVEL_ERROR, "event=config listen=%s detail=\"%s\"",
	    listen->name[0] ? listen->name : "default", detail);
}

static bool read_certificate(
    const struct listen_settings *listen, struct tls_server_context **served)
{
	char storage[600];
	struct text why;

	if (listen->tls == CLIENT_TLS_NONE)
		return true;
	text_init(&why, storage, sizeof(storage));
	*served = tls_server_context_new(&listen->shown, &why);
	if (!*served)
		tell_unusable(listen, text_end(&why));
	return *served;
}

static bool read_certificates(
    struct doors *made, const struct settings *settings)
{
	bool is_fine = true;

	made->served = calloc(settings->listen_count, sizeof(*made->served));
	if (!made->served)
		return false;
	made->count = settings->listen_count;
	for (size_t i = 0; i < made->count; i++)
		is_fine &=
		    read_certificate(&settings->listens[i], &made->served[i]);
	return is_fine;
}

static void drop_certificates(struct doors *doors)
{
	for (size_t i = 0; i < doors->count; i++)
		tls_server_context_drop(doors->served[i]);
	free(doors->served);
	doors->served = NULL;
	doors->count = 0;
}

/* see doors.h */
struct tls_server_context *doors_served(const struct doors *doors,
    const struct settings *settings, const struct listen_settings *listen)
{
	return doors->served[listen - settings->listens];
}

/* see doors.h */
void doors_warn(const struct doors *doors, const struct settings *settings)
{
	int64_t now = (int64_t)time(NULL);

	for (size_t i = 0; i < doors->count; i++) {
		char storage[32];
		struct text date;
		int64_t ends;

		if (!doors->served[i])
			continue;
		ends = tls_server_context_ends(doors->served[i]);
		if (ends > now + (int64_t)DOORS_WARN_DAYS * DAY_SECONDS)
			continue;
		text_init(&date, storage, sizeof(storage));
		words_put_date(&date, ends);
		log_event(ends > now ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
		    "event=certificate-ends file=%s date=%s hint=\"%s; renew "
		    "it, then reload (SIGHUP)\"",
		    settings->listens[i].shown.certificate, text_end(&date),
		    ends > now ? "devices that check it will refuse it then"
			       : "it has expired: devices that check it "
				 "refuse it");
	}
}

/* ---- listeners ---- */

static bool is_same_address(
    const struct listener *listener, const struct listen_address *address)
{
	return listener->address->kind == address->kind &&
	       strcmp(listener->address->text, address->text) == 0;
}

static bool is_open(
    const struct listener *list, const struct listen_address *address)
{
	while (list && !is_same_address(list, address))
		list = list->next;
	return list;
}

static bool open_one(struct doors *made, struct server *server,
    struct settings *settings, const struct listen_settings *listen,
    const struct listen_address *address)
{
	char storage[300];
	struct text why;
	struct listener *listener;
	bool is_open = false;

	text_init(&why, storage, sizeof(storage));
	/* A name may be that of several sockets: systemd gives all of a unit
	 * one name. */
	do {
		listener =
		    listener_open(server, settings, listen, address, &why);
		if (listener) {
			is_open = true;
			listener->next = made->list;
			made->list = listener;
		}
	} while (listener && address->kind == LISTEN_FD);
	if (is_open && why.len == 0)
		return true;
	if (why.len == 0) {
		text_puts(&why, address->text);
		text_puts(&why, ": the init system handed no socket of that "
				"name over");
	}
	log_event(LOG_LEVEL_ERROR, "event=listen-failed detail=\"%s\"",
	    text_end(&why));
	return false;
}

/* see doors.h */
bool doors_make(struct doors *made, const struct doors *old,
    struct server *server, struct settings *settings)
{
	bool is_fine = read_certificates(made, settings);

	for (size_t i = 0; i < settings->listen_count; i++) {
		const struct listen_settings *listen = &settings->listens[i];

		for (size_t j = 0; j < listen->address_count; j++)
			if (!is_open(old->list, &listen->addresses[j]))
				is_fine &= open_one(made, server, settings,
				    listen, &listen->addresses[j]);
	}
	return is_fine;
}

/* Points a listener that stays to its new settings; false when it goes. */
static bool keep(struct listener *listener, struct settings *settings)
{
	for (size_t i = 0; i < settings->listen_count; i++) {
		const struct listen_settings *listen = &settings->listens[i];

		for (size_t j = 0; j < listen->address_count; j++)
			if (is_same_address(listener, &listen->addresses[j])) {
				listener_update(listener, settings, listen,
				    &listen->addresses[j]);
				return true;
			}
	}
	return false;
}

/* see doors.h */
void doors_commit(
    struct doors *doors, struct doors *made, struct settings *settings)
{
	struct listener *old = doors->list;

	drop_certificates(doors);
	*doors = *made;
	while (old) {
		struct listener *next = old->next;

		if (keep(old, settings)) {
			old->next = doors->list;
			doors->list = old;
		} else {
			listener_close(old);
		}
		old = next;
	}
}

/* see doors.h */
void doors_close(struct doors *doors)
{
	while (doors->list) {
		struct listener *listener = doors->list;

		doors->list = listener->next;
		listener_close(listener);
	}
	drop_certificates(doors);
}
