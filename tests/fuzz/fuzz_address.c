/*
 * Paths: what is taken is said as one path of plain ASCII, and read again it
 * is the same; so a provider reads what we have read.
 */
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "smtp/address.h"

enum { MAX = 4096 };

static struct span say(const struct address *address, char *out)
{
	struct text text;

	text_init(&text, out, PATH_MAX_OCTETS);
	address_put_path(&text, address);
	ENSURE(!text.cut);
	return text_span(&text);
}

static enum address_verdict read_behind(const char *prefix, struct span path,
    struct address *address, struct span *rest, char *storage)
{
	struct text text;

	text_init(&text, storage, MAX);
	text_puts(&text, prefix);
	text_put(&text, path);
	return address_read_path(text_span(&text), SPAN("TO:"), address, rest);
}

/* The path's own octets: none of another command, none of a parameter. */
static void check_said(struct span said)
{
	bool is_quoted = false;

	ENSURE(said.len >= 2 && said.ptr[0] == '<');
	for (size_t i = 1; i + 1 < said.len; i++) {
		ENSURE(is_print(said.ptr[i]));
		if (said.ptr[i] == '\\')
			ENSURE(is_quoted && is_print(said.ptr[++i]));
		else if (said.ptr[i] == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted)
			ENSURE(!strchr("<> ,;()", said.ptr[i]));
	}
	ENSURE(!is_quoted && said.ptr[said.len - 1] == '>');
}

static void check_path(struct span heard)
{
	static char first_line[MAX];
	static char again_line[MAX];
	char first[PATH_MAX_OCTETS];
	char again[PATH_MAX_OCTETS];
	struct mail_parameters parameters;
	struct address address;
	struct span said;
	struct span rest;

	if (read_behind("tO:", heard, &address, &rest, first_line) !=
	    ADDRESS_READY)
		return;
	said = say(&address, first);
	check_said(said);
	mail_parameters_read(rest, &parameters);
	ENSURE(parameters.size <= UINT64_MAX / 2);
	ENSURE(read_behind("TO:", said, &address, &rest, again_line) ==
	       ADDRESS_READY);
	ENSURE(rest.len == 0);
	ENSURE(span_equal(say(&address, again), said));
}

/* All of a list: each is one path, and said in the plainest way the list is
 * read to the same. */
static void check_list(struct span heard)
{
	static char line[MAX + 3];
	static char storage[3 * MAX];
	static char again_storage[3 * MAX];
	char said[PATH_MAX_OCTETS];
	struct address address;
	struct span more;
	struct text all;
	struct text again;
	struct text text;

	text_init(&text, line, sizeof(line));
	text_puts(&text, "tO:");
	text_put(&text, heard);
	if (address_read_list(text_span(&text), SPAN("TO:"), &address, &more) !=
	    ADDRESS_READY)
		return;
	text_init(&all, storage, sizeof(storage));
	text_puts(&all, "TO:");
	do {
		if (all.len > 3)
			text_putc(&all, ',');
		text_put(&all, say(&address, said));
		check_said(say(&address, said));
	} while (address_next(&more, &address));
	ENSURE(more.len == 0 && !all.cut);
	ENSURE(address_read_list(text_span(&all), SPAN("TO:"), &address,
		   &more) == ADDRESS_READY);
	text_init(&again, again_storage, sizeof(again_storage));
	text_puts(&again, "TO:");
	do {
		if (again.len > 3)
			text_putc(&again, ',');
		text_put(&again, say(&address, said));
	} while (address_next(&more, &address));
	ENSURE(span_equal(text_span(&again), text_span(&all)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address address;
	char said[PATH_MAX_OCTETS];
	struct grain grain;
	struct span piece;

	grain_init(&grain, data, size);
	while (grain_next(&grain, (struct span){ 0 }, &piece)) {
		check_path(piece);
		check_list(piece);
		if (address_read(piece, &address) == ADDRESS_READY)
			check_said(say(&address, said));
	}
	grain_finish(&grain);
	return 0;
}
