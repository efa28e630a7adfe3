#include "smtp/command.h"

#include "base/ensure.h"

/* clang-format off */
static const struct verb_row {
	const char *name;
	bool is_spoken; /* a verb, not one of our own categories */
} verbs[] = {
	[VERB_UNKNOWN]  = { "unknown",  false },
	[VERB_EMPTY]    = { "empty",    false },
	[VERB_EHLO]     = { "EHLO",     true },
	[VERB_HELO]     = { "HELO",     true },
	[VERB_STARTTLS] = { "STARTTLS", true },
	[VERB_AUTH]     = { "AUTH",     true },
	[VERB_MAIL]     = { "MAIL",     true },
	[VERB_RCPT]     = { "RCPT",     true },
	[VERB_DATA]     = { "DATA",     true },
	[VERB_RSET]     = { "RSET",     true },
	[VERB_NOOP]     = { "NOOP",     true },
	[VERB_VRFY]     = { "VRFY",     true },
	[VERB_HELP]     = { "HELP",     true },
	[VERB_QUIT]     = { "QUIT",     true },
	[VERB_FOREIGN]  = { "foreign",  false },
};
/* clang-format on */
static_assert(array_len(verbs) == VERB_COUNT, "every verb has its row");

static const char *const http_methods[] = { "GET", "POST", "HEAD", "PUT",
	"DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "PRI" };

/*
 * A request line ends in its version. A header field is a name with a colon:
 * no SMTP verb has one, and a browser that was made to POST here sends many.
 * "PROXY" is the text form of the PROXY protocol.
 */
static bool is_foreign(struct span word, struct span argument)
{
	size_t version = span_find(argument, ' ');

	if (word.len > 1 && word.ptr[word.len - 1] == ':')
		return true;
	if (span_equal(word, SPAN("PROXY")))
		return true;
	if (version == argument.len ||
	    !span_starts_nocase(
		span_from(argument, version + 1), SPAN("HTTP/")))
		return false;
	for (size_t i = 0; i < array_len(http_methods); i++)
		if (span_equal_nocase(word, span_of(http_methods[i])))
			return true;
	return false;
}

/* see command.h */
struct command command_parse(struct span line)
{
	struct command command = { .verb = VERB_UNKNOWN };
	struct span rest = line;

	command.word = span_word(&rest);
	command.argument = span_trim(rest);
	if (command.word.len == 0) {
		command.verb = VERB_EMPTY;
		return command;
	}
	for (enum verb verb = 0; verb < VERB_COUNT; verb++)
		if (verbs[verb].is_spoken &&
		    span_equal_nocase(command.word, verb_name(verb)))
			command.verb = verb;
	if (command.verb == VERB_UNKNOWN &&
	    is_foreign(command.word, command.argument))
		command.verb = VERB_FOREIGN;
	return command;
}

/* see command.h */
struct span verb_name(enum verb verb)
{
	return span_of(verbs[verb].name);
}

/* see command.h */
enum command_foreign command_foreign(struct span first)
{
	/* The PROXY protocol's version 2 begins as two empty lines. An empty
	 * line alone is harmless; the fifth octet tells it from a header. */
	static const char proxy[5] = { '\r', '\n', '\r', '\n', '\0' };
	struct span signature = span_make(proxy, sizeof(proxy));

	if (first.len == 0)
		return COMMAND_FOREIGN_MORE;
	if (first.ptr[0] == 0x16)
		return COMMAND_FOREIGN_TLS;
	first = span_first(first, signature.len);
	if (!span_equal(first, span_first(signature, first.len)))
		return COMMAND_NOT_FOREIGN;
	return first.len < signature.len ? COMMAND_FOREIGN_MORE
					 : COMMAND_FOREIGN_PROXY;
}
