#include "provider/talk.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "provider/act.h"

enum { COMMAND_MAX_OCTETS = 512 };

/* see talk.h */
bool talk_offered(const struct talk *talk, const char *keyword)
{
	size_t len = strlen(keyword);
	const char *line = strchr(talk->ehlo, '\n');

	/* The first line holds our name. */
	while (line && strlen(line) > 5) {
		const char *word = line + 5;

		if (strncasecmp(word, keyword, len) == 0 &&
		    strchr(" =\r", word[len]))
			return true;
		line = strchr(word, '\n');
	}
	return false;
}

/* see talk.h */
bool talk_wrong(struct talk *talk, const char *what)
{
	if (!talk->world->options.strict)
		return false;
	record_violation(&talk->world->record, talk->number, "%s", what);
	return true;
}

/* see talk.h */
void talk_forget(struct talk *talk)
{
	if (talk->chunked)
		message_drop(&talk->message);
	talk->chunked = talk->has_mail = false;
	talk->recipients = 0;
	talk->envelope_len = 0;
}

static void compose_ehlo(struct talk *talk)
{
	const struct options *options = &talk->world->options;
	bool tls = talk->wire.ssl != NULL;
	const char *literal = tls ? options->ehlo_tls : options->ehlo;
	bool shows_auth = tls || options->tls != TLS_STARTTLS;

	if (literal) {
		(void)snprintf(talk->ehlo, sizeof(talk->ehlo), "%s", literal);
		return;
	}
	shows_auth = shows_auth && options->auth[0];
	(void)snprintf(talk->ehlo, sizeof(talk->ehlo),
	    "250-provider.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
	    "%s%s%s%s%s250-SIZE %llu\r\n250 ENHANCEDSTATUSCODES\r\n",
	    options->tls == TLS_STARTTLS && !tls ? "250-STARTTLS\r\n" : "",
	    shows_auth ? "250-AUTH " : "", shows_auth ? options->auth : "",
	    shows_auth ? "\r\n" : "",
	    options->chunking ? "250-CHUNKING\r\n" : "",
	    (unsigned long long)options->size);
}

/* Strato's servers forget a login when they hear EHLO again; so do we. */
static bool greet(struct talk *talk, const char *name)
{
	bool again = talk->logged_in;

	if (again && talk_wrong(talk, "EHLO after AUTH"))
		talk->logged_in = false;
	talk_forget(talk);
	if (strcasecmp(name, "localhost") == 0 &&
	    talk_wrong(talk, "EHLO localhost"))
		say_plainly(talk, "550 5.7.1 you are not localhost\r\n");
	else if (!*name && talk_wrong(talk, "EHLO without a name"))
		say_plainly(talk, "501 5.5.4 and your name?\r\n");
	else
		return true;
	return false;
}

static void on_ehlo(struct talk *talk, char *words)
{
	enum stage stage = talk->wire.ssl ? STAGE_EHLO2 : STAGE_EHLO;

	if (!greet(talk, words))
		return;
	compose_ehlo(talk);
	talk->greeted = say(talk, stage, talk->ehlo) == '2';
}

static void on_helo(struct talk *talk, char *words)
{
	if (!greet(talk, words))
		return;
	talk->ehlo[0] = '\0';
	talk->greeted = true;
	say_plainly(talk, "250 provider.test\r\n");
}

static void shake_hands(struct talk *talk)
{
	struct world *world = talk->world;

	if (act_on_handshake(talk))
		return;
	if (!tls_start(&talk->wire, world->tls, &world->record, talk->number))
		talk->over = true;
}

/* What was buffered behind STARTTLS was said in plain text: it is dropped,
 * whoever said it (RFC 3207 section 6). */
static void on_starttls(struct talk *talk, char *words)
{
	size_t dropped;

	(void)words;
	if (talk->world->options.tls != TLS_STARTTLS || talk->wire.ssl) {
		say_plainly(talk, "502 5.5.1 no STARTTLS here\r\n");
		return;
	}
	if (say(talk, STAGE_STARTTLS, "220 2.0.0 go ahead\r\n") != '2' ||
	    talk->over)
		return;
	dropped = wire_drop(&talk->wire);
	if (dropped > 0)
		record_violation(&talk->world->record, talk->number,
		    "%zu octets behind STARTTLS", dropped);
	(void)wire_flush(&talk->wire);
	talk_forget(talk);
	talk->greeted = talk->logged_in = false;
	talk->ehlo[0] = '\0';
	shake_hands(talk);
}

static void on_rset(struct talk *talk, char *words)
{
	(void)words;
	talk_forget(talk);
	say_plainly(talk, "250 2.0.0 forgotten\r\n");
}

static void on_noop(struct talk *talk, char *words)
{
	(void)words;
	if (talk_wrong(talk, "NOOP"))
		say_plainly(talk, "554 5.5.1 Too many nonmail commands\r\n");
	else
		say_plainly(talk, "250 2.0.0 OK\r\n");
}

static void on_vrfy(struct talk *talk, char *words)
{
	(void)words;
	say_plainly(talk, "252 2.5.0 try and see\r\n");
}

static void on_quit(struct talk *talk, char *words)
{
	(void)words;
	if (say(talk, STAGE_QUIT, "221 2.0.0 bye\r\n") && !talk->over)
		wire_bye(&talk->wire);
	talk->over = true;
}

static const struct verb {
	const char *name;
	void (*run)(struct talk *talk, char *words);
	bool last; /* of a group, where pipelined (RFC 2920 3.1) */
} verbs[] = {
	{ "MAIL", mail_on_mail, false },
	{ "RCPT", mail_on_rcpt, false },
	{ "DATA", mail_on_data, true },
	{ "BDAT", mail_on_bdat, false },
	{ "RSET", on_rset, false },
	{ "EHLO", on_ehlo, true },
	{ "HELO", on_helo, true },
	{ "STARTTLS", on_starttls, true },
	{ "AUTH", login_on_auth, true },
	{ "QUIT", on_quit, true },
	{ "NOOP", on_noop, true },
	{ "VRFY", on_vrfy, true },
	{ NULL, NULL, false },
};

/* Cuts the line end off. What is wrong with the line, or NULL. */
static const char *trim(char *line, size_t *len)
{
	bool bare = true;

	--*len;
	if (*len > 0 && line[*len - 1] == '\r') {
		bare = false;
		--*len;
	}
	line[*len] = '\0';
	if (bare)
		return "bare LF behind a command";
	if (memchr(line, '\0', *len))
		return "NUL in a command";
	if (memchr(line, '\r', *len))
		return "bare CR in a command";
	if (*len + 2 > COMMAND_MAX_OCTETS && strncasecmp(line, "AUTH ", 5) != 0)
		return "command line too long";
	return NULL;
}

static const struct verb *find_verb(const char *line, char **words)
{
	size_t len = strcspn(line, " ");
	const struct verb *verb = verbs;

	while (verb->name && (strlen(verb->name) != len ||
				 strncasecmp(verb->name, line, len) != 0))
		verb++;
	*words = (char *)line + len;
	while (**words == ' ')
		++*words;
	return verb->name ? verb : NULL;
}

/* Spoken before our reply, or behind a command that must end its group. */
static bool impatient(struct talk *talk, const struct verb *verb)
{
	bool early = talk->wire.early;

	talk->wire.early = false;
	if (early)
		return talk_wrong(talk, "spoke before the reply");
	return verb && verb->last && verb->run != on_starttls &&
	       wire_waiting(&talk->wire) > 0 &&
	       talk_wrong(talk, "pipelined behind a last command");
}

static void obey(struct talk *talk, char *line, size_t len)
{
	const char *fault;
	const struct verb *verb;
	char *words;

	record_said(&talk->world->record, talk->number, 'C', line, len);
	fault = trim(line, &len);
	verb = find_verb(line, &words);
	if (fault && talk_wrong(talk, fault))
		say_plainly(talk, "500 5.5.2 malformed command\r\n");
	else if (impatient(talk, verb))
		say_plainly(talk, "503 5.5.0 wait for the reply\r\n");
	else if (verb)
		verb->run(talk, words);
	else
		say_plainly(talk, "500 5.5.1 unknown command\r\n");
}

/* Once after each message, when the client has been quiet long enough; at once,
 * whatever it has said meanwhile, when no time was given. */
static void rest(struct talk *talk)
{
	struct script *script = &talk->world->script;
	const struct order *order;

	talk->rested = false;
	order = script_find(script, STAGE_IDLE, (size_t)-1);
	if (!order || !wire_flush(&talk->wire))
		return;
	if (order->at > 0 && !wire_quiet(&talk->wire, (unsigned)order->at))
		return;
	order = script_take(script, STAGE_IDLE, (size_t)-1);
	if (order)
		act(talk, order, NULL);
}

static void converse(struct talk *talk)
{
	struct wire *wire = &talk->wire;
	char *line;
	size_t len;

	while (!talk->over && !wire->broken) {
		bool pipelining = talk_offered(talk, "PIPELINING");

		wire->watch = talk->world->options.strict && !pipelining;
		if (!pipelining)
			(void)wire_flush(wire);
		if (talk->rested)
			rest(talk);
		if (talk->over || !wire_line(wire, &line, &len))
			break;
		obey(talk, line, len);
	}
}

static void begin(struct talk *talk, bool refused)
{
	if (talk->world->options.tls == TLS_IMPLICIT)
		shake_hands(talk);
	if (talk->over)
		return;
	talk->wire.watch = talk->world->options.strict;
	if (refused) {
		say_plainly(talk, "421 4.3.2 too many connections\r\n");
		return;
	}
	(void)say(talk, STAGE_GREETING, "220 provider.test ESMTP ready\r\n");
	converse(talk);
}

/* see talk.h */
void talk_serve(struct talk *talk, struct world *world, int fd, unsigned number,
    bool refused)
{
	memset(talk, 0, offsetof(struct talk, ehlo));
	talk->world = world;
	talk->number = number;
	talk->ehlo[0] = '\0';
	wire_init(&talk->wire, fd, &world->stop);
	talk->wire.delay_ms = (unsigned)world->options.delay_ms;
	begin(talk, refused);
	talk_forget(talk);
	if (talk->reset)
		wire_reset(&talk->wire);
	else
		wire_close(&talk->wire);
	record_note(&world->record, number, "ended");
}
