#include "provider/script.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const stage_names[STAGE_COUNT] = {
	[STAGE_GREETING] = "greeting",
	[STAGE_EHLO] = "ehlo",
	[STAGE_STARTTLS] = "starttls",
	[STAGE_HANDSHAKE] = "handshake",
	[STAGE_EHLO2] = "ehlo2",
	[STAGE_AUTH] = "auth",
	[STAGE_MAIL] = "mail",
	[STAGE_RCPT] = "rcpt",
	[STAGE_DATA] = "data",
	[STAGE_BDAT] = "bdat",
	[STAGE_CHUNK] = "chunk",
	[STAGE_BODY] = "body",
	[STAGE_DOT] = "dot",
	[STAGE_QUIT] = "quit",
	[STAGE_IDLE] = "idle",
};

enum {
	IN_HANDSHAKE = 1 << STAGE_HANDSHAKE,
	IN_QUIET = 1 << STAGE_BODY | 1 << STAGE_IDLE,
	EVERYWHERE = (1 << STAGE_COUNT) - 1,
	IN_REPLIES = EVERYWHERE & ~IN_HANDSHAKE & ~IN_QUIET,
};

/* clang-format off */
static const struct action_row {
	const char *name; /* with a colon: an argument follows */
	int stages;       /* where it can be done at all */
} actions[ACTION_COUNT] = {
	[ACTION_CLOSE]        = { "close",        EVERYWHERE },
	[ACTION_RESET]        = { "reset",        EVERYWHERE },
	[ACTION_STALL]        = { "stall",        EVERYWHERE },
	[ACTION_REPLY]        = { "reply:",       EVERYWHERE },
	[ACTION_TRICKLE]      = { "trickle",      IN_REPLIES },
	[ACTION_FLOOD]        = { "flood",        EVERYWHERE & ~IN_HANDSHAKE },
	[ACTION_INJECT]       = { "inject",       1 << STAGE_STARTTLS },
	[ACTION_COMMIT_CLOSE] = { "commit-close", 1 << STAGE_DOT },
	[ACTION_DELAY]        = { "delay:",       EVERYWHERE },
	[ACTION_NOTLS]        = { "notls",        IN_HANDSHAKE },
	[ACTION_ALERT]        = { "alert",        EVERYWHERE },
};
/* clang-format on */

static bool number_of(const char *text, const char **end, size_t *number)
{
	char *stop;

	if (*text < '0' || *text > '9')
		return false;
	*number = strtoul(text, &stop, 10);
	*end = stop;
	return true;
}

/* Cuts ",COUNT" off the end; a comma before anything else is text. */
static void read_count(struct order *order, char *words)
{
	char *comma = strrchr(words, ',');
	const char *end;
	size_t count;

	if (!comma || !number_of(comma + 1, &end, &count) || *end)
		return;
	order->limited = true;
	order->left = (unsigned)count;
	*comma = '\0';
}

static bool read_stage(struct order *order, const char *words)
{
	const char *at = strchr(words, '@');
	size_t len = at ? (size_t)(at - words) : strlen(words);
	const char *end;

	if (at && (!number_of(at + 1, &end, &order->at) || *end))
		return false;
	for (int i = 0; i < STAGE_COUNT; i++) {
		if (strlen(stage_names[i]) == len &&
		    strncmp(words, stage_names[i], len) == 0) {
			order->stage = (enum stage)i;
			return true;
		}
	}
	return false;
}

/* One octet of TEXT, behind which `*from` is left. */
static char unescape(const char **from)
{
	static const char letters[] = "rnt0\\";
	static const char octets[] = "\r\n\t\0\\";
	const char *known;
	unsigned octet;
	char c = *(*from)++;

	if (c != '\\' || !**from)
		return c;
	if (**from == 'x' && sscanf(*from + 1, "%2x", &octet) == 1) {
		*from += 3;
		return (char)octet;
	}
	c = *(*from)++;
	known = memchr(letters, c, sizeof(letters) - 1);
	return known ? octets[known - letters] : c;
}

static bool read_text(struct order *order, const char *text)
{
	order->text = calloc(1, strlen(text) + 1);
	if (!order->text)
		return false;
	while (*text)
		order->text[order->len++] = unescape(&text);
	return order->len > 0;
}

static bool read_argument(struct order *order, const char *argument)
{
	const char *end;
	size_t delay;

	if (order->action == ACTION_REPLY)
		return read_text(order, argument);
	if (!number_of(argument, &end, &delay) || *end)
		return false;
	order->delay = (unsigned)delay;
	return true;
}

static bool read_action(struct order *order, const char *words)
{
	for (int i = 0; i < ACTION_COUNT; i++) {
		const char *name = actions[i].name;
		size_t len = strlen(name);
		bool more = name[len - 1] == ':';

		if (strncmp(words, name, len) != 0 || (!more && words[len]))
			continue;
		order->action = (enum action)i;
		if (!(actions[i].stages & 1 << order->stage))
			return false;
		return !more || read_argument(order, words + len);
	}
	return false;
}

/* see script.h */
bool script_add(struct script *script, const char *words)
{
	struct order *order = &script->orders[script->count];
	char *copy = strdup(words);
	char *equals = copy ? strchr(copy, '=') : NULL;
	bool good = false;

	if (equals && script->count < SCRIPT_MAX_ORDERS) {
		*equals = '\0';
		read_count(order, equals + 1);
		good =
		    read_stage(order, copy) && read_action(order, equals + 1);
	}
	free(copy);
	if (good)
		script->count++;
	else
		fprintf(stderr, "provider: --do %s: not understood\n", words);
	return good;
}

static struct order *applies(
    struct script *script, enum stage stage, size_t nth)
{
	for (size_t i = 0; i < script->count; i++) {
		struct order *order = &script->orders[i];

		if (order->stage == stage && nth >= order->at &&
		    (!order->limited || order->left > 0))
			return order;
	}
	return NULL;
}

/* see script.h */
const struct order *script_find(
    struct script *script, enum stage stage, size_t nth)
{
	const struct order *order;

	pthread_mutex_lock(&script->lock);
	order = applies(script, stage, nth);
	pthread_mutex_unlock(&script->lock);
	return order;
}

/* see script.h */
const struct order *script_take(
    struct script *script, enum stage stage, size_t nth)
{
	struct order *order;

	pthread_mutex_lock(&script->lock);
	order = applies(script, stage, nth);
	if (order && order->limited)
		order->left--;
	pthread_mutex_unlock(&script->lock);
	return order;
}
