#include "tls/context.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

enum { LABEL_MAX_OCTETS = 63 };

static bool is_label(struct span label)
{
	if (label.len == 0 || label.len > LABEL_MAX_OCTETS)
		return false;
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		/* No provider needs the underscore, but some networks do. */
		if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_')
			return false;
	}
	return true;
}

/* A last label of digits only belongs to a mistyped address, RFC 1123 2.1. */
static bool is_host(struct span name)
{
	struct span label = name;
	uint64_t number;

	if (name.len == 0)
		return false;
	for (;;) {
		size_t dot = span_find(name, '.');

		label = span_first(name, dot);
		if (!is_label(label))
			return false;
		if (dot == name.len)
			return !span_number(label, UINT64_MAX, &number);
		name = span_from(name, dot + 1);
	}
}

static bool read_address(struct tls_context *context)
{
	struct span *address = &context->subject.address;

	if (inet_pton(AF_INET, context->name, context->address) == 1)
		*address = span_make(context->address, 4);
	else if (inet_pton(AF_INET6, context->name, context->address) == 1)
		*address = span_make(context->address, 16);
	return address->len > 0;
}

/* One dot at the end says that the name is whole; certificates leave it out. */
static bool read_name(
    struct tls_context *context, const char *string, struct text *why)
{
	struct span name = span_of(string);

	if (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	if (name.len > 0 && name.len <= CONTEXT_NAME_OCTETS) {
		memcpy(context->name, name.ptr, name.len);
		context->subject.name = context->name;
		if (read_address(context) || is_host(name))
			return true;
	}
	text_putc(why, '"');
	text_escaped(why, span_of(string), CONTEXT_NAME_OCTETS);
	text_puts(why, "\" is neither a host name nor an address");
	return false;
}

/* Copied: handshakes may outlive the configuration they began under. */
static bool read_pins(struct tls_context *context,
    const struct tls_client_settings *settings, struct text *why)
{
	size_t size = settings->pin_count * sizeof(*context->pins);

	if (size == 0)
		return true;
	context->pins = malloc(size);
	if (!context->pins) {
		text_puts(why, "out of memory");
		return false;
	}
	memcpy(context->pins, settings->pins, size);
	context->subject.pins = context->pins;
	context->subject.pin_count = settings->pin_count;
	return true;
}

static bool read_identity(struct tls_context *context,
    const struct tls_client_settings *settings, struct text *why)
{
	if (settings->client_certificate)
		context->identity = identity_load(
		    settings->client_certificate, settings->client_key, why);
	else if (settings->client_key)
		text_puts(why, "there is a client key, but no certificate");
	else
		return true;
	return context->identity != NULL;
}

/* see tls.h */
struct tls_context *tls_context_new(
    const struct tls_client_settings *settings, struct text *why)
{
	struct tls_context *context = calloc(1, sizeof(*context));

	if (!context) {
		text_puts(why, "out of memory");
		return NULL;
	}
	context->holds = 1;
	/* A session says nothing of who we are; that is shown each time. */
	if (!settings->client_certificate)
		context->resume = resume_new();
	if (read_pins(context, settings, why) &&
	    read_name(context, settings->name, why) &&
	    read_identity(context, settings, why))
		context->trust = trust_load(settings->ca_file, why);
	if (context->trust)
		return context;
	tls_context_drop(context);
	return NULL;
}

/* see tls.h */
struct tls_context *tls_context_hold(struct tls_context *context)
{
	context->holds++;
	return context;
}

/* see tls.h */
void tls_context_drop(struct tls_context *context)
{
	if (!context)
		return;
	ENSURE(context->holds > 0);
	if (--context->holds > 0)
		return;
	trust_drop(context->trust);
	identity_free(context->identity);
	resume_free(context->resume);
	free(context->pins);
	free(context);
}

/* see tls.h */
const struct trust *tls_context_trust(const struct tls_context *context)
{
	return context->trust;
}

/* see context.h */
const char *context_server_name(const struct tls_context *context)
{
	return context->subject.address.len > 0 ? NULL : context->name;
}
