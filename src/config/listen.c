#include "config/listen.h"

#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"
#include "config/endpoint.h"
#include "config/files.h"
#include "config/network.h"

#define DEFAULT_ADDRESS "127.0.0.1:2525, [::1]:2525"
#define DEFAULT_ALLOW	"127.0.0.0/8, ::1"

/* As the section is written. */
struct listen_draft {
	struct endpoint_list address;
	struct cidr_list allow;
	int tls;
	int tls_min;
	const char *certificate;
	const char *key;
	enum client_auth auth;
	struct cidr_list proxy_protocol;
	const char *hello;
};

static const struct listen_draft fresh = {
	.auth = CLIENT_AUTH_IGNORE,
	.tls_min = TLS_1_2,
};

#define AT(field) offsetof(struct listen_draft, field)

/* clang-format off */
static const struct value_word protections[] = {
	{ "none",     CLIENT_TLS_NONE },
	{ "starttls", CLIENT_TLS_STARTTLS },
	{ "implicit", CLIENT_TLS_IMPLICIT },
};
static const struct value_words tls_words = {
	protections, array_len(protections),
};

static const struct value_word versions[] = {
	{ "1.0", TLS_1_0 },
	{ "1.1", TLS_1_1 },
	{ "1.2", TLS_1_2 },
};
static const struct value_words version_words = {
	versions, array_len(versions),
};

static const struct value_word logins[] = {
	{ "ignore",  CLIENT_AUTH_IGNORE },
	{ "off",     CLIENT_AUTH_OFF },
	{ "require", CLIENT_AUTH_REQUIRE },
};
static const struct value_words auth_words = {
	logins, array_len(logins),
};

static const struct section_key keys[] = {
	{ "address",        endpoint_read,  AT(address), NULL },
	{ "allow",          network_cidrs,  AT(allow), NULL },
	{ "tls",            value_word,     AT(tls), &tls_words },
	{ "tls_min",        value_word,     AT(tls_min), &version_words },
	{ "certificate",    files_readable, AT(certificate), NULL },
	{ "key",            files_private,  AT(key), NULL },
	{ "auth",           value_word,     AT(auth), &auth_words },
	{ "proxy_protocol", network_cidrs,  AT(proxy_protocol), NULL },
	{ "hello",          network_hello,  AT(hello), NULL },
};
/* clang-format on */

const struct section_keys listen_keys = { keys, array_len(keys) };

/* The machine's name, with what may not stand in a greeting as hyphens. */
static const char *host_name(struct draft *draft)
{
	char name[256] = "";
	struct span span;

	if (gethostname(name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	for (char *at = name; *at; at++)
		if (!is_alpha(*at) && !is_digit(*at) && *at != '.')
			*at = '-';
	span = span_of(name);
	while (span.len > 0 && (span.ptr[0] == '-' || span.ptr[0] == '.'))
		span = span_from(span, 1);
	if (!network_is_name(span))
		span = SPAN("smtpseal");
	return arena_string(draft->reading.arena, span);
}

/* What the file does not say. */
static void fill(struct draft *draft, struct listen_draft *listen,
    bool has_address, bool has_allow)
{
	struct reading *reading = &draft->reading;

	if (!has_address)
		endpoint_read(
		    reading, SPAN(DEFAULT_ADDRESS), NULL, &listen->address);
	if (!has_allow)
		network_cidrs(
		    reading, SPAN(DEFAULT_ALLOW), NULL, &listen->allow);
	if (!listen->hello)
		listen->hello = host_name(draft);
}

/* Another address of this section or an earlier one that is the same door. */
static bool is_taken(const struct settings *settings,
    const struct endpoint_list *list, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (endpoint_is_same(&list->list[i], &list->list[index]))
			return true;
	for (size_t i = 0; i < settings->listen_count; i++) {
		const struct listen_settings *other = &settings->listens[i];

		for (size_t j = 0; j < other->address_count; j++)
			if (endpoint_is_same(
				&other->addresses[j], &list->list[index]))
				return true;
	}
	return false;
}

static void check_addresses(struct draft *draft,
    const struct ini_section *section, const struct endpoint_list *list)
{
	unsigned line = ini_line(section, "address");

	for (size_t i = 0; i < list->count; i++)
		if (is_taken(draft->settings, list, i))
			complain(draft->complaints, line, "address",
			    "%s is listened on already", list->list[i].text);
	for (size_t i = 0; i < list->count; i++) {
		if (ini_has(section, "allow") ||
		    endpoint_is_local(&list->list[i]))
			continue;
		complain(draft->complaints, line, "address",
		    "%s is beyond loopback; say with allow who may connect, as "
		    "an open relay serves spammers",
		    list->list[i].text);
		return;
	}
}

static void check_tls(struct draft *draft, const struct ini_section *section,
    const struct listen_draft *listen)
{
	static const char *const parts[] = { "certificate", "key", "tls_min" };
	bool has_tls = listen->tls != CLIENT_TLS_NONE;

	for (size_t i = 0; i < array_len(parts); i++)
		if (!has_tls && ini_has(section, parts[i]))
			complain(draft->complaints, ini_line(section, parts[i]),
			    parts[i], "of no use without tls");
	for (size_t i = 0; i < 2; i++)
		if (has_tls && !ini_has(section, parts[i]))
			complain(draft->complaints, ini_line(section, "tls"),
			    parts[i],
			    "missing; TLS needs a certificate and its key");
}

static void add(struct draft *draft, const struct ini_section *section,
    const struct listen_draft *listen)
{
	struct settings *settings = draft->settings;
	struct listen_settings *list = arena_grow(draft->reading.arena,
	    (void *)settings->listens, &settings->listen_count, sizeof(*list));

	settings->listens = list;
	list[settings->listen_count - 1] = (struct listen_settings){
		.name = section ? section->name : "",
		.line = section ? section->line : 0,
		.addresses = listen->address.list,
		.address_count = listen->address.count,
		.allow = listen->allow.list,
		.allow_count = listen->allow.count,
		.balancers = listen->proxy_protocol.list,
		.balancer_count = listen->proxy_protocol.count,
		.tls = (enum client_tls)listen->tls,
		.tls_line = section ? ini_line(section, "certificate") : 0,
		.key_line = section ? ini_line(section, "key") : 0,
		.shown = {
			.certificate = listen->certificate,
			.key = listen->key,
			.oldest = (unsigned)listen->tls_min,
		},
		.auth = listen->auth,
		.hello = listen->hello,
	};
}

/* see listen.h */
void listen_read(struct draft *draft, const struct ini_section *section)
{
	struct listen_draft listen = fresh;

	section_read(draft, section, &listen_keys, &listen);
	fill(draft, &listen, ini_has(section, "address"),
	    ini_has(section, "allow"));
	check_addresses(draft, section, &listen.address);
	check_tls(draft, section, &listen);
	add(draft, section, &listen);
}

/* see listen.h */
void listen_finish(struct draft *draft)
{
	struct listen_draft listen = fresh;

	if (draft->settings->listen_count > 0)
		return;
	fill(draft, &listen, false, false);
	add(draft, NULL, &listen);
}
