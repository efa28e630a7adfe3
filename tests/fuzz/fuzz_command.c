/*
 * Commands: every line is one, made of the line's own octets; and what the
 * first octets of a connection are does not change when more are seen.
 */
#include "base/ensure.h"
#include "fuzz/grain.h"
#include "smtp/command.h"

static bool is_within(struct span part, struct span line)
{
	return part.len == 0 || (part.ptr >= line.ptr &&
				    part.ptr + part.len <= line.ptr + line.len);
}

static void check_command(struct span line)
{
	struct command command = command_parse(line);

	ENSURE(command.verb < VERB_COUNT);
	ENSURE(is_within(command.word, line));
	ENSURE(is_within(command.argument, line));
	ENSURE((command.verb == VERB_EMPTY) == (command.word.len == 0));
	ENSURE(span_trim(command.argument).len == command.argument.len);
	if (command.verb > VERB_EMPTY && command.verb < VERB_FOREIGN)
		ENSURE(
		    span_equal_nocase(command.word, verb_name(command.verb)));
}

static void check_first(struct span first)
{
	enum command_foreign known = command_foreign(first);

	for (size_t len = 0; len < first.len && len < 8; len++) {
		enum command_foreign foreign =
		    command_foreign(span_first(first, len));

		ENSURE(foreign == COMMAND_FOREIGN_MORE || foreign == known);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct grain grain;
	struct span piece;

	grain_init(&grain, data, size);
	while (grain_next(&grain, (struct span){ 0 }, &piece)) {
		check_command(piece);
		check_first(piece);
	}
	grain_finish(&grain);
	return 0;
}
