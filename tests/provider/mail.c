#include "provider/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "provider/act.h"

/* Parameters of MAIL and RCPT and the keyword that allows them. */
static const struct parameter {
	const char *name;
	const char *keyword;
} parameters[] = {
	{ "SIZE=", "SIZE" },
	{ "BODY=", "8BITMIME" },
	{ "AUTH=", "AUTH" },
	{ "SMTPUTF8", "SMTPUTF8" },
	{ "RET=", "DSN" },
	{ "ENVID=", "DSN" },
	{ "NOTIFY=", "DSN" },
	{ "ORCPT=", "DSN" },
};

enum { PARAMETERS = sizeof(parameters) / sizeof(parameters[0]) };

static bool allowed(const struct talk *talk, const char *word)
{
	for (size_t i = 0; i < PARAMETERS; i++) {
		const char *name = parameters[i].name;

		if (strncasecmp(word, name, strlen(name)) == 0)
			return talk_offered(talk, parameters[i].keyword);
	}
	return false;
}

/* The words behind the address; `words` is cut up. */
static const char *check_parameters(struct talk *talk, char *words)
{
	char *rest;
	char *word = strtok_r(words, " ", &rest);

	for (; word; word = strtok_r(NULL, " ", &rest)) {
		if (!allowed(talk, word) &&
		    talk_wrong(talk, "parameter that was not offered"))
			return "555 5.5.4 parameter not known\r\n";
		if (strncasecmp(word, "SIZE=", 5) == 0 &&
		    strtoull(word + 5, NULL, 10) > talk->world->options.size)
			return "552 5.3.4 message too big\r\n";
	}
	return NULL;
}

/* Makes the command a line of the envelope. False when that is full. */
static bool remember(struct talk *talk, const char *verb, const char *words)
{
	size_t room = TALK_ENVELOPE_OCTETS - talk->envelope_len;
	int len = snprintf(
	    talk->envelope + talk->envelope_len, room, "%s %s\n", verb, words);

	if (len < 0 || (size_t)len >= room)
		return false;
	talk->envelope_len += (size_t)len;
	return true;
}

struct path {
	const char *address; /* behind the '<' */
	char *words;	     /* behind the '>' */
};

/* Finds `<address>` behind `prefix` ("FROM:"). The reply, or NULL. */
static const char *find_path(
    struct talk *talk, const char *prefix, char *words, struct path *path)
{
	size_t len = strlen(prefix);
	char *open = words + len;
	char *close;

	if (strncasecmp(words, prefix, len) != 0)
		return "501 5.5.4 malformed\r\n";
	open += strspn(open, " ");
	close = strrchr(open, '>');
	if (*open != '<' || !close)
		return "501 5.5.4 address in < > wanted\r\n";
	if ((open != words + len || (close[1] && close[1] != ' ')) &&
	    talk_wrong(talk, "blank where none belongs"))
		return "501 5.5.4 malformed\r\n";
	path->address = open + 1;
	path->words = close + 1;
	return NULL;
}

static bool begins(const struct path *path, const char *local_part)
{
	return strncasecmp(path->address, local_part, strlen(local_part)) == 0;
}

static const char *why_not_mail(struct talk *talk)
{
	if (!talk->greeted)
		return "503 5.5.1 EHLO first\r\n";
	if (talk->world->options.user && !talk->logged_in)
		return "530 5.7.0 Authentication required\r\n";
	if (talk->has_mail)
		return "503 5.5.1 one at a time\r\n";
	return NULL;
}

/* see talk.h */
void mail_on_mail(struct talk *talk, char *words)
{
	struct path path = { 0 };
	const char *no = why_not_mail(talk);

	talk->envelope_len = no ? talk->envelope_len : 0;
	if (!no && !remember(talk, "MAIL", words))
		no = "452 4.3.1 envelope too long\r\n";
	if (!no)
		no = find_path(talk, "FROM:", words, &path);
	if (!no && begins(&path, "badsender"))
		no = "550 5.7.60 Client does not have permissions to send as "
		     "this sender\r\n";
	if (!no)
		no = check_parameters(talk, path.words);
	if (say(talk, STAGE_MAIL, no ? no : "250 2.1.0 sender ok\r\n") == '2')
		talk->has_mail = true;
}

/* see talk.h */
void mail_on_rcpt(struct talk *talk, char *words)
{
	struct path path = { 0 };
	size_t before = talk->envelope_len;
	const char *no = NULL;

	if (!talk->has_mail)
		no = "503 5.5.1 MAIL first\r\n";
	else if (!remember(talk, "RCPT", words))
		no = "452 4.5.3 too many recipients\r\n";
	if (!no)
		no = find_path(talk, "TO:", words, &path);
	if (!no && begins(&path, "bad"))
		no = "550 5.1.1 no such mailbox\r\n";
	if (!no && begins(&path, "later"))
		no = "451 4.2.1 mailbox busy\r\n";
	if (!no)
		no = check_parameters(talk, path.words);
	if (say(talk, STAGE_RCPT, no ? no : "250 2.1.5 recipient ok\r\n") ==
	    '2')
		talk->recipients++;
	else
		talk->envelope_len = before;
}

static void note_message(struct talk *talk, unsigned long number)
{
	const struct message *message = &talk->message;
	struct record *record = &talk->world->record;

	atomic_fetch_add(&record->messages, 1);
	atomic_fetch_add(&record->octets, message->octets);
	record_note(record, talk->number, "message %04lu octets=%llu%s%s",
	    number, (unsigned long long)message->octets,
	    message->hex[0] ? " sha256=" : "", message->hex);
}

/*
 * The end of a message: it is kept first, if it will be accepted, and the
 * reply said then.
 */
static void finish(struct talk *talk)
{
	const struct order *order = act_order(talk, STAGE_DOT);
	const char *reply = body_refusal(&talk->body);
	unsigned long number = 0;
	char text[80];
	bool commits;

	commits = act_digit(order, reply ? reply : "250") == '2' ||
		  (order && order->action == ACTION_COMMIT_CLOSE);
	if (commits && !reply) {
		number = message_commit(
		    &talk->message, talk->envelope, talk->envelope_len);
		(void)snprintf(text, sizeof(text),
		    "250 2.0.0 queued as %04lu\r\n", number);
		reply = number ? text : "452 4.3.1 no room\r\n";
	} else {
		message_drop(&talk->message);
	}
	if (number)
		note_message(talk, number);
	act(talk, order, reply ? reply : "250 2.0.0 not kept\r\n");
	talk->chunked = false;
	talk_forget(talk);
	talk->rested = true;
}

/* see talk.h */
void mail_on_data(struct talk *talk, char *words)
{
	const char *reply = "354 go ahead\r\n";

	(void)words;
	if (!talk->has_mail || talk->chunked)
		reply = "503 5.5.1 MAIL and RCPT first\r\n";
	else if (talk->recipients == 0)
		reply = "554 5.5.1 no valid recipients\r\n";
	if (say(talk, STAGE_DATA, reply) != '3' || talk->over)
		return;
	message_begin(&talk->message, &talk->world->store, talk->number);
	body_begin(&talk->body, talk);
	talk->wire.watch = talk->world->options.strict;
	(void)wire_flush(&talk->wire);
	talk->wire.watch = false;
	if (body_read(&talk->body))
		finish(talk);
	else
		message_drop(&talk->message);
}

/* Reads "OCTETS" or "OCTETS LAST". */
static bool read_chunk_size(const char *words, uint64_t *octets, bool *last)
{
	char *end;

	if (*words < '0' || *words > '9')
		return false;
	*octets = strtoull(words, &end, 10);
	*last = strcasecmp(end, " LAST") == 0;
	return *last || *end == '\0';
}

/* A chunk that cannot be taken is read all the same (RFC 3030 section 2). */
static void refuse_chunk(struct talk *talk, uint64_t octets)
{
	struct wire *wire = &talk->wire;

	while (octets > 0) {
		size_t waiting = wire_waiting(wire);
		size_t part = waiting < octets ? waiting : (size_t)octets;

		wire->head += part;
		octets -= part;
		if (octets > 0 && !wire_fill(wire))
			return;
	}
	say_plainly(talk, "503 5.5.1 MAIL and RCPT first\r\n");
}

static void begin_chunks(struct talk *talk)
{
	message_begin(&talk->message, &talk->world->store, talk->number);
	body_begin(&talk->body, talk);
	talk->chunked = true;
}

/* see talk.h */
void mail_on_bdat(struct talk *talk, char *words)
{
	const struct order *order = act_order(talk, STAGE_BDAT);
	uint64_t octets;
	bool last;

	if (order) {
		act(talk, order, "500 5.5.2 what is that?\r\n");
		return;
	}
	if (!read_chunk_size(words, &octets, &last)) {
		say_plainly(talk, "501 5.5.4 how many octets?\r\n");
		return;
	}
	if (!talk_offered(talk, "CHUNKING") &&
	    talk_wrong(talk, "BDAT was not offered")) {
		refuse_chunk(talk, octets);
		return;
	}
	if (!talk->has_mail || talk->recipients == 0) {
		refuse_chunk(talk, octets);
		return;
	}
	if (!talk->chunked)
		begin_chunks(talk);
	if (!body_read_chunk(&talk->body, octets))
		return;
	if (last)
		finish(talk);
	else if (say(talk, STAGE_CHUNK, "250 2.0.0 and then?\r\n") != '2')
		talk_forget(talk);
}
