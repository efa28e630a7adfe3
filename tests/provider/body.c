#include "provider/body.h"

#include <string.h>

#include "provider/act.h"
#include "provider/talk.h"

enum { LINE_MAX_OCTETS = 998, STUFFED_OCTETS = 3 };

enum fault { FAULT_CR, FAULT_LF, FAULT_NUL, FAULT_LONG };

static const char *const faults[] = {
	[FAULT_CR] = "bare CR in the body",
	[FAULT_LF] = "bare LF in the body",
	[FAULT_NUL] = "NUL in the body",
	[FAULT_LONG] = "line over 998 octets in the body",
};

static void wrong(struct body *body, enum fault fault)
{
	if (!(body->noted & 1U << fault) &&
	    talk_wrong(body->talk, faults[fault]))
		body->noted |= 1U << fault;
}

/* The message grows, but not beyond --size: then only its length does. */
static void keep(struct body *body, const char *octets, size_t len)
{
	struct message *message = &body->talk->message;

	if (message->octets + len > body->talk->world->options.size)
		message->octets += len;
	else
		message_put(message, octets, len);
}

/*
 * A piece of one line, up to its LF if it has one; `before` is the octet in
 * front of it. Each CR must be followed by an LF, each LF must follow a CR.
 */
static void inspect(struct body *body, const char *piece, size_t len, bool lf)
{
	size_t text = lf ? len - 1 : len;
	const char *cr = memchr(piece, '\r', text);

	if (body->before == '\r' && piece[0] != '\n')
		wrong(body, FAULT_CR);
	if (cr && (size_t)(cr - piece) + 1 < text)
		wrong(body, FAULT_CR);
	if (lf && (text ? piece[text - 1] : body->before) != '\r')
		wrong(body, FAULT_LF);
	if (memchr(piece, '\0', len))
		wrong(body, FAULT_NUL);
	if (body->line > LINE_MAX_OCTETS + 2 ||
	    (!lf && body->line > LINE_MAX_OCTETS + 1))
		wrong(body, FAULT_LONG);
}

/* From `at` to behind the next LF or to `len`; returns where that is. */
static size_t take_line(
    struct body *body, const char *octets, size_t at, size_t len)
{
	const char *lf = memchr(octets + at, '\n', len - at);
	size_t end = lf ? (size_t)(lf - octets) + 1 : len;

	body->line += end - at;
	if (body->talk->world->options.strict)
		inspect(body, octets + at, end - at, lf != NULL);
	if (lf && end - at >= 2)
		body->before = octets[end - 2];
	body->at_start = lf && body->before == '\r';
	body->before = octets[end - 1];
	if (body->at_start)
		body->line = 0;
	return end;
}

/*
 * Takes what it can of `octets` and returns how much that is. It stops behind
 * the end of data, and before a dot at a line's start until so much is there
 * that it can be told from the end.
 */
static size_t digest(struct body *body, const char *octets, size_t len)
{
	size_t run = 0; /* where what is not yet kept begins */
	size_t at = 0;

	while (at < len) {
		if (body->at_start && octets[at] == '.') {
			if (len - at < STUFFED_OCTETS)
				break;
			keep(body, octets + run, at - run);
			if (memcmp(octets + at + 1, "\r\n", 2) == 0) {
				body->ended = true;
				return at + STUFFED_OCTETS;
			}
			run = ++at;
			body->before = '.';
		}
		at = take_line(body, octets, at, len);
	}
	keep(body, octets + run, at - run);
	return at;
}

/* What a script may want to happen in the middle. */
static void obey(struct body *body)
{
	struct talk *talk = body->talk;
	const struct order *order;

	body->order = NULL;
	order = script_take(&talk->world->script, STAGE_BODY, SIZE_MAX);
	if (order)
		act(talk, order, NULL);
	(void)wire_flush(&talk->wire);
}

/*
 * The octets at hand that may be taken now: at least `least` of them, unless
 * an order falls due before. Zero when the connection or the talk is over.
 */
static size_t at_hand(struct body *body, size_t least)
{
	struct wire *wire = &body->talk->wire;

	if (body->order && body->left == 0)
		obey(body);
	while (!body->talk->over && wire_waiting(wire) < least) {
		if (!wire_fill(wire))
			return 0;
	}
	if (body->talk->over)
		return 0;
	if (body->order && body->left < wire_waiting(wire))
		return (size_t)body->left;
	return wire_waiting(wire);
}

static void used(struct body *body, size_t len)
{
	body->talk->wire.head += len;
	body->left -= body->order ? len : 0;
}

/* see body.h */
void body_begin(struct body *body, struct talk *talk)
{
	*body = (struct body){ .talk = talk, .at_start = true };
	body->before = '\n';
	body->order = script_find(&talk->world->script, STAGE_BODY, SIZE_MAX);
	body->left = body->order ? body->order->at : 0;
}

/* see body.h */
bool body_read(struct body *body)
{
	struct wire *wire = &body->talk->wire;
	size_t least = 1;

	while (!body->ended) {
		size_t len = at_hand(body, least);
		size_t done;

		if (len == 0)
			return false;
		done = digest(body, wire->in + wire->head, len);
		used(body, done);
		/* A dot cannot be judged: more is needed, or the order is due
		 * within its three octets and had better come first. */
		least = done == 0 ? STUFFED_OCTETS : 1;
		if (done == 0 && body->order && body->left < STUFFED_OCTETS)
			body->left = 0;
	}
	return true;
}

/* see body.h */
bool body_read_chunk(struct body *body, uint64_t octets)
{
	struct wire *wire = &body->talk->wire;

	while (octets > 0) {
		const char *piece;
		size_t len = at_hand(body, 1);

		if (len == 0)
			return false;
		if (len > octets)
			len = (size_t)octets;
		piece = wire->in + wire->head;
		for (size_t at = 0; at < len;)
			at = take_line(body, piece, at, len);
		keep(body, piece, len);
		used(body, len);
		octets -= len;
	}
	return true;
}

/* see body.h */
const char *body_refusal(const struct body *body)
{
	if (body->noted)
		return "554 5.6.0 malformed message\r\n";
	if (body->talk->message.octets > body->talk->world->options.size)
		return "552 5.3.4 message too big\r\n";
	return NULL;
}
