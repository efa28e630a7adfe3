#include "relay/client.h"

#include "base/ensure.h"
#include "relay/foreign.h"
#include "relay/gate.h"
#include "relay/offer.h"

/* see client.h */
bool client_has_room(const struct client *client)
{
	return buf_room(&client->out) >= CLIENT_REPLY_OCTETS;
}

static void say(struct client *client, struct span reply)
{
	buf_put(&client->out, reply);
	buf_put(&client->out, SPAN("\r\n"));
}

/* see client.h */
void client_say(struct client *client, const char *reply)
{
	say(client, span_of(reply));
}

/* see client.h */
void client_say_reply(struct client *client, const struct reply *reply)
{
	char storage[REPLY_SAID_OCTETS];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	reply_put(&text, reply);
	say(client, text_span(&text));
}

/* see client.h */
void client_say_failure(
    struct client *client, enum failure failure, struct span host)
{
	char storage[REPLY_SAID_OCTETS];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	failure_put_reply(&text, failure, host);
	say(client, text_span(&text));
}

/* see client.h */
void client_leave(struct client *client)
{
	if (client->state != CLIENT_GONE)
		client->state = CLIENT_LEAVING;
	client->envelope = CLIENT_NO_ENVELOPE;
}

/* see client.h */
void client_secured(struct client *client)
{
	ENSURE(client->state == CLIENT_SECURING);
	client->state = CLIENT_TALKING;
	client->is_secure = true;
	client->is_extended = false;
	client->has_spoken = false;
	client->login = CLIENT_NO_LOGIN;
}

/* Says the last reply and reads no more. */
static bool leave_with(struct client *client, const char *reply)
{
	client_say(client, reply);
	client_leave(client);
	return false;
}

/* One that only NAME must be put into: "220 NAME ESMTP ready". */
static void say_name(struct client *client, const char *code, const char *rest)
{
	char storage[CLIENT_REPLY_OCTETS - 2];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	text_puts(&text, code);
	text_put(&text, client->policy->hello);
	text_puts(&text, rest);
	say(client, text_span(&text));
}

/* see client.h */
void client_init(struct client *client, const struct client_policy *policy,
    struct facts *facts, struct span peer)
{
	*client = (struct client){
		.policy = policy,
		.facts = facts,
		.peer = peer,
		.login = CLIENT_NO_LOGIN,
		.is_secure = policy->tls == CLIENT_TLS_IMPLICIT,
	};
	buf_init(&client->out, client->storage, sizeof(client->storage));
	/* One line, and "ESMTP" in it: some devices need both to go on. */
	say_name(client, "220 ", " ESMTP ready");
}

/* ---- the verbs; each says its reply, or returns true to ask ---- */

static bool do_ehlo(struct client *client, struct span argument)
{
	(void)argument;
	client->is_extended = true;
	client->has_greeted = true;
	client->envelope = CLIENT_NO_ENVELOPE;
	offer_say(client);
	return false;
}

static bool do_helo(struct client *client, struct span argument)
{
	(void)argument;
	client->is_extended = false;
	client->has_greeted = true;
	client->envelope = CLIENT_NO_ENVELOPE;
	say_name(client, "250 ", "");
	return false;
}

static bool do_starttls(struct client *client, struct span argument)
{
	if (client->is_secure) {
		client_say(client, "503 5.5.1 TLS is there already");
	} else if (client->policy->tls == CLIENT_TLS_NONE) {
		client_say(client, "502 5.5.1 STARTTLS is not offered here");
	} else if (argument.len > 0) {
		client_say(client, "501 5.5.4 STARTTLS has no argument");
	} else {
		client_say(client, "220 2.0.0 Ready to start TLS");
		client->state = CLIENT_SECURING;
		client->envelope = CLIENT_NO_ENVELOPE;
	}
	return false;
}

static bool do_auth(struct client *client, struct span argument)
{
	gate_auth(client, argument);
	return false;
}

static bool do_mail(struct client *client, struct span argument)
{
	(void)argument;
	if (!gate_is_open(client))
		client_say(client, "530 5.7.0 Log in first");
	else if (client->envelope == CLIENT_NO_ENVELOPE)
		return true;
	else
		client_say(client, "503 5.5.1 A sender was given already");
	return false;
}

static bool do_rcpt(struct client *client, struct span argument)
{
	(void)argument;
	if (client->envelope != CLIENT_NO_ENVELOPE)
		return true;
	client_say(client, "503 5.5.1 MAIL comes first");
	return false;
}

static bool do_data(struct client *client, struct span argument)
{
	if (argument.len > 0)
		client_say(client, "501 5.5.4 DATA has no argument");
	else if (client->envelope == CLIENT_RECIPIENTS)
		return true;
	else if (client->envelope == CLIENT_SENDER)
		client_say(client, "554 5.5.1 No valid recipients");
	else
		client_say(client, "503 5.5.1 MAIL and RCPT come first");
	return false;
}

static bool do_rset(struct client *client, struct span argument)
{
	(void)argument;
	client->envelope = CLIENT_NO_ENVELOPE;
	client_say(client, "250 2.0.0 OK");
	return false;
}

static bool do_noop(struct client *client, struct span argument)
{
	(void)argument;
	client_say(client, "250 2.0.0 OK");
	return false;
}

static bool do_vrfy(struct client *client, struct span argument)
{
	(void)argument;
	client_say(client, "252 2.5.2 Send a message and it will show");
	return false;
}

static bool do_help(struct client *client, struct span argument)
{
	(void)argument;
	client_say(client, "214 2.0.0 See smtpseal(8)");
	return false;
}

static bool do_quit(struct client *client, struct span argument)
{
	(void)argument;
	client->has_quit = true;
	return leave_with(client, "221 2.0.0 Bye");
}

static bool do_unknown(struct client *client, struct span argument)
{
	(void)argument;
	if (++client->junk >= CLIENT_JUNK_COMMANDS)
		return leave_with(
		    client, "421 4.7.0 Too many unknown commands, closing");
	client_say(client, "500 5.5.1 Unknown command");
	return false;
}

/* An empty line deserves no reply, but not for ever. */
static bool do_empty(struct client *client, struct span argument)
{
	(void)argument;
	if (++client->empties >= CLIENT_EMPTY_LINES)
		return leave_with(
		    client, "421 4.7.0 Nothing was said, closing");
	return false;
}

static bool do_foreign(struct client *client, struct span argument)
{
	(void)argument;
	foreign_tell(client, COMMAND_NOT_FOREIGN);
	return leave_with(client, "421 4.7.0 This is a mail relay: SMTP only");
}

/* clang-format off */
static const struct verb_row {
	bool (*run)(struct client *, struct span argument);
} rows[] = {
	[VERB_UNKNOWN]  = { do_unknown },
	[VERB_EMPTY]    = { do_empty },
	[VERB_EHLO]     = { do_ehlo },
	[VERB_HELO]     = { do_helo },
	[VERB_STARTTLS] = { do_starttls },
	[VERB_AUTH]     = { do_auth },
	[VERB_MAIL]     = { do_mail },
	[VERB_RCPT]     = { do_rcpt },
	[VERB_DATA]     = { do_data },
	[VERB_RSET]     = { do_rset },
	[VERB_NOOP]     = { do_noop },
	[VERB_VRFY]     = { do_vrfy },
	[VERB_HELP]     = { do_help },
	[VERB_QUIT]     = { do_quit },
	[VERB_FOREIGN]  = { do_foreign },
};
/* clang-format on */
static_assert(array_len(rows) == VERB_COUNT, "every verb has its row");

/* ---- asks ---- */

static const char *address_complaint(enum address_verdict verdict)
{
	switch (verdict) {
	case ADDRESS_FOREIGN:
		return "553 5.6.7 Only ASCII addresses are taken";
	case ADDRESS_LONG:
		return "553 5.1.3 The address is too long";
	case ADDRESS_SEVERAL:
		return "501 5.1.3 One address in one command";
	case ADDRESS_READY:
	case ADDRESS_SYNTAX:
		break;
	}
	return "501 5.1.3 This is not an address";
}

/* Reads what belongs to the ask; false when a complaint was said instead. */
static bool read_ask(
    struct client *client, struct span argument, struct ask *ask)
{
	bool is_mail = ask->verb == VERB_MAIL;
	struct span parameters;
	enum address_verdict verdict;

	if (ask->verb == VERB_DATA)
		return true;
	if (is_mail)
		verdict = address_read_path(
		    argument, SPAN("FROM:"), &ask->address, &parameters);
	else
		verdict = address_read_list(
		    argument, SPAN("TO:"), &ask->address, &ask->more);
	/* Only a sender may be null (RFC 5321 4.5.5). */
	if (!is_mail && verdict == ADDRESS_READY &&
	    address_is_null(&ask->address))
		verdict = ADDRESS_SYNTAX;
	if (verdict != ADDRESS_READY) {
		client_say(client, address_complaint(verdict));
		return false;
	}
	if (is_mail && !mail_parameters_read(parameters, &ask->parameters)) {
		client_say(client, "501 5.5.4 SIZE is not a number");
		return false;
	}
	return true;
}

static void tell_command(struct client *client, const struct command *command)
{
	if (!fact_begin(client->facts, LOG_LEVEL_TRACE, "client-command"))
		return;
	/* A login's words are nobody's: only that it was one is told. */
	fact_word(client->facts, "verb", verb_name(command->verb));
	if (command->verb != VERB_AUTH && command->verb != VERB_UNKNOWN)
		fact_word(client->facts, "argument", command->argument);
	fact_end(client->facts);
}

/* Runs one line; true when it is an ask. */
static bool run_line(struct client *client, struct span line, struct ask *ask)
{
	struct command command;

	if (client->state != CLIENT_TALKING) {
		gate_hear(client, line);
		return false;
	}
	command = command_parse(line);
	tell_command(client, &command);
	if (!rows[command.verb].run(client, command.argument))
		return false;
	ask->verb = command.verb;
	return read_ask(client, command.argument, ask);
}

/* Judges the first octets of the connection; false while they are too few, or
 * when they are no SMTP. */
static bool judge_first(struct client *client, struct span in)
{
	enum command_foreign foreign = command_foreign(in);

	if (foreign == COMMAND_FOREIGN_MORE)
		return false;
	client->has_spoken = true;
	if (foreign == COMMAND_NOT_FOREIGN)
		return true;
	foreign_tell(client, foreign);
	client_leave(client);
	return false;
}

static size_t line_limit(const struct client *client)
{
	return client->state == CLIENT_TALKING ? CLIENT_LINE_OCTETS
					       : CLIENT_AUTH_OCTETS;
}

static void refuse_long_line(struct client *client)
{
	client->state = CLIENT_TALKING;
	if (++client->junk >= CLIENT_JUNK_COMMANDS)
		leave_with(
		    client, "421 4.7.0 Too many lines too long, closing");
	else
		client_say(client, "500 5.5.2 The line is too long");
}

/* see client.h */
bool client_next(struct client *client, struct span *in, struct ask *ask)
{
	enum client_envelope envelope = client->envelope;
	struct span line;

	*ask = (struct ask){ 0 };
	if (!client->has_spoken && !judge_first(client, *in))
		return false;
	while (client->state < CLIENT_SECURING && in->len > 0 &&
	       client_has_room(client) && client->envelope == envelope) {
		switch (line_read(
		    &client->line, in, line_limit(client), &line, &ask->used)) {
		case LINE_MORE:
			return false;
		case LINE_LONG:
			refuse_long_line(client);
			break;
		case LINE_READY:
			if (run_line(client, line, ask))
				return true;
			*in = span_from(*in, ask->used);
			break;
		}
	}
	return false;
}
