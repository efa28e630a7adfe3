#include "config/device.h"

#include <string.h>

#include "base/ensure.h"
#include "config/files.h"
#include "config/network.h"
#include "config/suggest.h"
#include "net/settings.h"

enum { DEFAULT_HOLD = 64 * 1024, HOLD_ALL = 0 };

/* As the section is written. */
struct device_draft {
	struct cidr_list client;
	const char *login;
	const char *login_password;
	struct secret login_secret;
	struct value_texts account;
	const char *sender;
	const char *reply_to;
	const char *redirect;
	struct value_texts recipients;
	unsigned hide;
	int end_of_data;
	uint64_t hold; /* or HOLD_ALL, which is no size */
};

#define AT(field) offsetof(struct device_draft, field)

/* clang-format off */
static const struct value_word keywords[] = {
	{ "STARTTLS",   CLIENT_KEYWORD_STARTTLS },
	{ "AUTH",       CLIENT_KEYWORD_AUTH },
	{ "8BITMIME",   CLIENT_KEYWORD_8BITMIME },
	{ "SIZE",       CLIENT_KEYWORD_SIZE },
	{ "PIPELINING", CLIENT_KEYWORD_PIPELINING },
};
static const struct value_words keyword_words = {
	keywords, array_len(keywords),
};

static const struct value_word endings[] = {
	{ "strict", 0 },
	{ "close",  1 },
};
static const struct value_words ending_words = {
	endings, array_len(endings),
};
static const struct value_range hold_range = { 1024, 16 * 1024 * 1024 };
/* clang-format on */

/* An address, or `keep`. */
static enum value_verdict read_sender(
    struct reading *reading, struct span value, const void *none, void *field)
{
	if (span_equal_nocase(value, SPAN("keep")))
		return value_text(reading, SPAN("keep"), none, field);
	return network_mailbox(reading, value, none, field);
}

/* `original`, `drop`, or an address. */
static enum value_verdict read_reply_to(
    struct reading *reading, struct span value, const void *none, void *field)
{
	if (span_equal_nocase(value, SPAN("original")) ||
	    span_equal_nocase(value, SPAN("drop")))
		return value_text(reading, value, none, field);
	return network_mailbox(reading, value, none, field);
}

/* A size, or `all`. */
static enum value_verdict read_hold(
    struct reading *reading, struct span value, const void *range, void *field)
{
	if (!span_equal_nocase(value, SPAN("all")))
		return value_size(reading, value, range, field);
	*(uint64_t *)field = HOLD_ALL;
	return VALUE_GOOD;
}

/* clang-format off */
static const struct section_key keys[] = {
	{ "client",              network_cidrs,   AT(client), NULL },
	{ "login",               value_text,      AT(login), NULL },
	{ "login_password",      value_text,      AT(login_password), NULL },
	{ "login_password_file", files_secret,    AT(login_secret), NULL },
	{ "account",             value_texts,     AT(account), NULL },
	{ "sender",              read_sender,     AT(sender), NULL },
	{ "reply_to",            read_reply_to,   AT(reply_to), NULL },
	{ "redirect",            network_mailbox, AT(redirect), NULL },
	{ "recipients",          value_texts,     AT(recipients), NULL },
	{ "hide",                value_bits,      AT(hide), &keyword_words },
	{ "end_of_data",         value_word,      AT(end_of_data), &ending_words },
	{ "hold",                read_hold,       AT(hold), &hold_range },
};
/* clang-format on */

const struct section_keys device_keys = { keys, array_len(keys) };

/* Index of the account of that name; account_count when there is none. */
static size_t find_account(const struct settings *settings, const char *name)
{
	size_t i = 0;

	while (i < settings->account_count &&
	       strcmp(settings->accounts[i].name, name) != 0)
		i++;
	return i;
}

static void complain_account(
    struct draft *draft, unsigned line, const char *name)
{
	const struct settings *settings = draft->settings;
	struct suggestion near = suggestion_for(span_of(name));

	for (size_t i = 0; i < settings->account_count; i++)
		suggestion_offer(&near, settings->accounts[i].name);
	complain(draft->complaints, line, "account", "there is no account %s%s",
	    name, suggestion_words(&near));
}

/* Adds the index of the named account to the list, or a complaint. */
static size_t *take_account(struct draft *draft, unsigned line,
    const char *name, size_t *list, size_t *count)
{
	size_t index = find_account(draft->settings, name);

	if (index == draft->settings->account_count) {
		complain_account(draft, line, name);
		return list;
	}
	for (size_t i = 0; i < *count; i++)
		if (list[i] == index) {
			complain(draft->complaints, line, "account",
			    "%s stands twice in the list", name);
			return list;
		}
	list = arena_grow(draft->reading.arena, list, count, sizeof(*list));
	list[*count - 1] = index;
	return list;
}

/* `by-sender` is a choice, not the name of an account: all that have senders,
 * in the order of the file. */
static bool set_by_sender(struct draft *draft, unsigned line,
    const struct value_texts *names, struct device_settings *device)
{
	const struct settings *settings = draft->settings;
	size_t *list = NULL;
	size_t count = 0;

	if (names->count != 1 ||
	    !span_equal_nocase(span_of(names->list[0]), SPAN("by-sender")))
		return false;
	for (size_t i = 0; i < settings->account_count; i++) {
		if (settings->accounts[i].sender_count == 0)
			continue;
		list = arena_grow(
		    draft->reading.arena, list, &count, sizeof(*list));
		list[count - 1] = i;
	}
	if (count == 0)
		complain(draft->complaints, line, "account",
		    "by-sender needs an [account] with senders");
	device->is_by_sender = true;
	device->accounts = list;
	device->account_count = count;
	return true;
}

/* The accounts by their names; the first one when none is named. */
static void set_accounts(struct draft *draft, unsigned line,
    const struct value_texts *names, struct device_settings *device)
{
	size_t *list = NULL;
	size_t count = 0;

	if (set_by_sender(draft, line, names, device))
		return;
	for (size_t i = 0; i < names->count; i++)
		list = take_account(draft, line, names->list[i], list, &count);
	if (names->count == 0 && draft->settings->account_count > 0)
		list = arena_grow(
		    draft->reading.arena, list, &count, sizeof(*list));
	device->accounts = list;
	device->account_count = count;
}

static bool is_same_block(const struct cidr *a, const struct cidr *b)
{
	return a->prefix == b->prefix &&
	       memcmp(&a->network, &b->network, sizeof(a->network)) == 0;
}

/* Two devices with the same block: no rule says which one it is. */
static void check_clients(struct draft *draft,
    const struct ini_section *section, const struct device_settings *device)
{
	const struct settings *settings = draft->settings;

	for (size_t i = 0; i < settings->device_count; i++) {
		const struct device_settings *other = &settings->devices[i];

		for (size_t j = 0; j < other->client_count; j++)
			for (size_t k = 0; k < device->client_count; k++)
				if (is_same_block(&other->clients[j],
					&device->clients[k]))
					complain(draft->complaints,
					    ini_line(section, "client"),
					    "client",
					    "item %zu is [device %s] already",
					    k + 1, other->name);
	}
}

static void check(struct draft *draft, const struct ini_section *section,
    const struct device_settings *device)
{
	if (strcmp(section->name, "default") == 0)
		complain(draft->complaints, section->line, "[device default]",
		    "the name is taken: it stands for all devices without a "
		    "section");
	if (!ini_has(section, "client") && !ini_has(section, "login"))
		complain(draft->complaints, section->line, "client",
		    "missing; without it no device is ever [device %s]",
		    section->name);
	check_clients(draft, section, device);
}

static void add(struct draft *draft, const struct device_settings *device)
{
	struct settings *settings = draft->settings;
	struct device_settings *list = arena_grow(draft->reading.arena,
	    (void *)settings->devices, &settings->device_count, sizeof(*list));

	list[settings->device_count - 1] = *device;
	settings->devices = list;
}

/* Its login, which nobody else may have. */
static void set_login(struct draft *draft, const struct ini_section *section,
    struct device_draft *read, struct device_settings *device)
{
	const struct settings *settings = draft->settings;
	bool has_file = ini_has(section, "login_password_file");
	bool has_inline = ini_has(section, "login_password");

	device->login = span_of(read->login);
	device->password = read->login_secret;
	if (has_inline)
		device->password =
		    (struct secret){ (char *)read->login_password,
			    span_of(read->login_password).len };
	if (has_file && has_inline)
		complain(draft->complaints,
		    ini_line(section, "login_password_file"),
		    "login_password_file", "there is a login_password already");
	if (device->login.len > 0 && !has_file && !has_inline)
		complain(draft->complaints, ini_line(section, "login"), "login",
		    "it needs a login_password or login_password_file");
	if (device->login.len == 0 && (has_file || has_inline))
		complain(draft->complaints, section->line, "login",
		    "missing; a password alone is no login");
	for (size_t i = 0; i < settings->device_count; i++)
		if (device->login.len > 0 &&
		    span_equal(settings->devices[i].login, device->login))
			complain(draft->complaints, ini_line(section, "login"),
			    "login", "it is that of [device %s] already",
			    settings->devices[i].name);
}

/* The logins of all devices in one list; `require` without any would let
 * nobody in. */
static void gather_logins(struct draft *draft)
{
	struct settings *settings = draft->settings;
	struct client_login *logins = NULL;
	size_t *devices = NULL;
	size_t count = 0;
	size_t same = 0;

	for (size_t i = 0; i < settings->device_count; i++) {
		const struct device_settings *device = &settings->devices[i];

		if (device->login.len == 0)
			continue;
		logins = arena_grow(
		    draft->reading.arena, logins, &count, sizeof(*logins));
		devices = arena_grow(
		    draft->reading.arena, devices, &same, sizeof(*devices));
		logins[count - 1] =
		    (struct client_login){ device->login, device->password };
		devices[same - 1] = i;
	}
	settings->logins = logins;
	settings->login_devices = devices;
	settings->login_count = count;
	for (size_t i = 0; i < settings->listen_count; i++)
		if (settings->listens[i].auth == CLIENT_AUTH_REQUIRE &&
		    count == 0)
			complain(draft->complaints, settings->listens[i].line,
			    "auth", "require needs a [device] with a login");
}

/* What becomes of the device's own sender. */
static void set_sender(
    const struct device_draft *read, struct device_settings *device)
{
	struct span sender = span_of(read->sender);
	struct span reply_to = span_of(read->reply_to);

	device->keeps_sender = span_equal(sender, SPAN("keep"));
	if (!device->keeps_sender)
		device->sender = sender;
	if (span_equal_nocase(reply_to, SPAN("drop"))) {
		device->reply_to = REPLY_TO_DROP;
	} else if (reply_to.len > 0 &&
		   !span_equal_nocase(reply_to, SPAN("original"))) {
		device->reply_to = REPLY_TO_ADDRESS;
		device->reply_address = reply_to;
	}
}

/* see device.h */
void device_read(struct draft *draft, const struct ini_section *section)
{
	struct device_draft read = { .hold = DEFAULT_HOLD };
	struct device_settings device = { .name = section->name };

	section_read(draft, section, &device_keys, &read);
	device.line = section->line;
	device.clients = read.client.list;
	device.client_count = read.client.count;
	device.hide = read.hide;
	/* What is collected whole begins in memory: most messages are small. */
	device.holds_all = read.hold == HOLD_ALL;
	device.hold = device.holds_all ? DEFAULT_HOLD : (size_t)read.hold;
	device.takes_any_end = read.end_of_data != 0;
	device.redirect = span_of(read.redirect);
	device.allowed = read.recipients.list;
	device.allowed_count = read.recipients.count;
	set_sender(&read, &device);
	section_check_secret(draft, section, "login_password");
	set_login(draft, section, &read, &device);
	set_accounts(
	    draft, ini_line(section, "account"), &read.account, &device);
	check(draft, section, &device);
	add(draft, &device);
}

/* see device.h */
void device_finish(struct draft *draft)
{
	struct device_settings device = {
		.name = "default",
		.hold = DEFAULT_HOLD,
	};
	struct value_texts none = { 0 };

	set_accounts(draft, 0, &none, &device);
	add(draft, &device);
	gather_logins(draft);
}
