#include "relay/offer.h"

#include "base/ensure.h"

/* The smaller of our limit and the provider's, where zero is none. */
static uint64_t offered_size(const struct client *client)
{
	uint64_t ours = client->policy->message_size;
	uint64_t theirs = client->provider_size;

	if (ours == 0 || (theirs != 0 && theirs < ours))
		return theirs;
	return ours;
}

static bool offers_size(const struct client *client, struct text *line)
{
	uint64_t size = offered_size(client);

	if (size > 0) {
		text_putc(line, ' ');
		text_number(line, size);
	}
	return true;
}

static bool offers_starttls(const struct client *client, struct text *line)
{
	(void)line;
	return client->policy->tls == CLIENT_TLS_STARTTLS && !client->is_secure;
}

static bool offers_auth(const struct client *client, struct text *line)
{
	if (client->policy->auth == CLIENT_AUTH_REQUIRE)
		text_puts(line, " CRAM-MD5");
	return client->policy->auth != CLIENT_AUTH_OFF;
}

/* clang-format off */
static const struct offer_row {
	const char *words;
	unsigned keyword; /* that `hide` hides it by */
	bool (*is_offered)(const struct client *, struct text *line);
} offers[] = {
	{ "SIZE",                CLIENT_KEYWORD_SIZE,       offers_size },
	{ "8BITMIME",            CLIENT_KEYWORD_8BITMIME,   NULL },
	{ "STARTTLS",            CLIENT_KEYWORD_STARTTLS,   offers_starttls },
	{ "AUTH LOGIN PLAIN",    CLIENT_KEYWORD_AUTH,       offers_auth },
	{ "PIPELINING",          CLIENT_KEYWORD_PIPELINING, NULL },
	{ "ENHANCEDSTATUSCODES", 0,                         NULL },
};
/* clang-format on */

static bool put_offer(const struct client *client, const struct offer_row *row,
    struct text *reply)
{
	char storage[64];
	struct text line;

	text_init(&line, storage, sizeof(storage));
	text_puts(&line, row->words);
	if (client->policy->hide & row->keyword)
		return false;
	if (row->is_offered && !row->is_offered(client, &line))
		return false;
	text_put(reply, SPAN("250-"));
	text_put(reply, text_span(&line));
	text_put(reply, SPAN("\r\n"));
	return true;
}

/* see offer.h */
void offer_say(struct client *client)
{
	char storage[CLIENT_REPLY_OCTETS];
	struct text reply;
	size_t last = 0;

	text_init(&reply, storage, sizeof(storage));
	text_put(&reply, SPAN("250-"));
	text_put(&reply, client->policy->hello);
	text_put(&reply, SPAN("\r\n"));
	for (size_t i = 0; i < array_len(offers); i++) {
		size_t before = reply.len;

		if (put_offer(client, &offers[i], &reply))
			last = before;
	}
	ENSURE(!reply.cut);
	storage[last + 3] = ' ';
	buf_put(&client->out, text_span(&reply));
}
