#include "provider/act.h"

#include <string.h>

enum { FLOOD_OCTETS = 10 * 1000 * 1000, TRICKLE_MS = 20 };

static void put(struct talk *talk, const char *text, size_t len)
{
	record_said(&talk->world->record, talk->number, 'S', text, len);
	wire_put(&talk->wire, text, len);
}

static void note(struct talk *talk, const char *what)
{
	record_note(&talk->world->record, talk->number, "%s", what);
}

static void do_close(
    struct talk *talk, const struct order *order, const char *reply)
{
	(void)order;
	(void)reply;
	note(talk, "close");
	talk->over = true;
}

static void do_reset(
    struct talk *talk, const struct order *order, const char *reply)
{
	(void)order;
	(void)reply;
	note(talk, "reset");
	talk->over = talk->reset = true;
}

static void do_stall(
    struct talk *talk, const struct order *order, const char *reply)
{
	(void)order;
	(void)reply;
	note(talk, "stall");
	(void)wire_flush(&talk->wire);
	wire_stall(&talk->wire);
	talk->over = true;
}

/* A 421 announces the end (RFC 5321 3.8), so it is kept. */
static void do_reply(
    struct talk *talk, const struct order *order, const char *reply)
{
	(void)reply;
	put(talk, order->text, order->len);
	if (order->len >= 3 && memcmp(order->text, "421", 3) == 0)
		talk->over = true;
}

static void do_trickle(
    struct talk *talk, const struct order *order, const char *reply)
{
	size_t len = strlen(reply);

	(void)order;
	record_said(&talk->world->record, talk->number, 'S', reply, len);
	for (size_t i = 0; i < len && wire_flush(&talk->wire); i++) {
		wire_put(&talk->wire, reply + i, 1);
		(void)wire_flush(&talk->wire);
		wire_sleep(&talk->wire, TRICKLE_MS);
	}
}

static void do_flood(
    struct talk *talk, const struct order *order, const char *reply)
{
	static const char line[] = "250-and there is more to be said\r\n";
	size_t said = 0;

	(void)order;
	(void)reply;
	note(talk, "flood");
	while (said < FLOOD_OCTETS && !talk->wire.broken) {
		wire_put(&talk->wire, line, sizeof(line) - 1);
		said += sizeof(line) - 1;
	}
	talk->over = true;
}

/* One flush, so one segment: the attack on clients that read ahead. */
static void do_inject(
    struct talk *talk, const struct order *order, const char *reply)
{
	static const char more[] = "250-provider.test injected\r\n"
				   "250 AUTH PLAIN LOGIN\r\n"
				   "235 2.7.0 injected\r\n";

	(void)order;
	put(talk, reply, strlen(reply));
	put(talk, more, sizeof(more) - 1);
}

static void do_delay(
    struct talk *talk, const struct order *order, const char *reply)
{
	(void)wire_flush(&talk->wire);
	wire_sleep(&talk->wire, order->delay);
	if (reply)
		put(talk, reply, strlen(reply));
}

static void do_notls(
    struct talk *talk, const struct order *order, const char *reply)
{
	static const char text[] = "500 5.5.1 this is no TLS\r\n";

	(void)order;
	(void)reply;
	note(talk, "notls");
	wire_raw(&talk->wire, text, sizeof(text) - 1);
	talk->over = true;
}

/*
 * Instead of a handshake the fatal alert handshake_failure; under TLS the
 * warning close_notify, with the connection left open behind it.
 */
static void do_alert(
    struct talk *talk, const struct order *order, const char *reply)
{
	static const unsigned char fatal[] = { 21, 3, 3, 0, 2, 2, 40 };

	(void)reply;
	note(talk, "alert");
	if (order->stage != STAGE_HANDSHAKE) {
		wire_bye(&talk->wire);
		wire_stall(&talk->wire);
	} else {
		wire_raw(&talk->wire, fatal, sizeof(fatal));
	}
	talk->over = true;
}

static const struct act_row {
	void (*act)(struct talk *, const struct order *, const char *reply);
	bool speaks; /* the client hears `reply` whole */
} rows[ACTION_COUNT] = {
	[ACTION_CLOSE] = { do_close, false },
	[ACTION_RESET] = { do_reset, false },
	[ACTION_STALL] = { do_stall, false },
	[ACTION_REPLY] = { do_reply, false },
	[ACTION_TRICKLE] = { do_trickle, true },
	[ACTION_FLOOD] = { do_flood, false },
	[ACTION_INJECT] = { do_inject, true },
	[ACTION_COMMIT_CLOSE] = { do_close, false },
	[ACTION_DELAY] = { do_delay, true },
	[ACTION_NOTLS] = { do_notls, false },
	[ACTION_ALERT] = { do_alert, false },
};

/* see act.h */
const struct order *act_order(struct talk *talk, enum stage stage)
{
	return script_take(&talk->world->script, stage, ++talk->heard[stage]);
}

/* see act.h */
char act_digit(const struct order *order, const char *reply)
{
	if (!order || rows[order->action].speaks)
		return reply[0];
	return order->action == ACTION_REPLY ? order->text[0] : '\0';
}

/* see act.h */
void act(struct talk *talk, const struct order *order, const char *reply)
{
	if (order)
		rows[order->action].act(talk, order, reply);
	else if (reply)
		say_plainly(talk, reply);
}

/* see act.h */
char say(struct talk *talk, enum stage stage, const char *reply)
{
	const struct order *order = act_order(talk, stage);

	act(talk, order, reply);
	return act_digit(order, reply);
}

/* see act.h */
void say_plainly(struct talk *talk, const char *reply)
{
	put(talk, reply, strlen(reply));
}

/* see act.h */
bool act_on_handshake(struct talk *talk)
{
	const struct order *order = act_order(talk, STAGE_HANDSHAKE);

	if (!order)
		return false;
	wire_await(&talk->wire);
	act(talk, order, NULL);
	if (order->action == ACTION_DELAY)
		return false;
	talk->over = true;
	return true;
}
