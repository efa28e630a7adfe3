#include "config/ini.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <string.h>

#include "base/secret.h"

/* Debian's inih keeps its limits in variables, the original has them compiled
 * in: then the symbol is missing, and its address is NULL. */
extern int ini_max_line __attribute__((weak));

enum {
	SHIELD = '\x01', /* stands for ';' while inih looks */
	INIH_OCTETS = INI_LINE_OCTETS + 8,
	KEY_OCTETS = 40,
};

struct source {
	FILE *file;
	struct arena *arena;
	struct ini *ini;
	struct complaints *complaints;
	unsigned line;
	bool has_heading; /* a heading was seen, good or bad */
	bool is_dropped;  /* the last heading was bad: so are its keys */
	bool is_awaited;  /* inih was given a pair and has not told it */
	size_t len;	  /* of the line as it is in the file */
	char octets[INI_LINE_OCTETS + 1]; /* one more for the CR */
};

/* Reads one line, without its LF. Of an over-long one the front is kept, and
 * `len` tells its true length. False at the end of the file. */
static bool read_line(struct source *source)
{
	int c = getc(source->file);
	int last = '\n';

	if (c == EOF)
		return false;
	source->len = 0;
	while (c != EOF && c != '\n') {
		if (source->len < sizeof(source->octets))
			source->octets[source->len] = (char)c;
		source->len++;
		last = c;
		c = getc(source->file);
	}
	if (source->line < UINT_MAX)
		source->line++;
	if (last == '\r')
		source->len--;
	return true;
}

/* The first octet that may not stand in the line, or NULL. A comment may be
 * in any language; everything else is ASCII. */
static const char *bad_octet(struct span line, bool is_comment)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];

		if (is_print((char)c) ||
		    (is_comment && (c >= 0x80 || c == '\t')))
			continue;
		return line.ptr + i;
	}
	return NULL;
}

static void complain_octet(struct source *source, unsigned char octet)
{
	if (octet >= 0x80)
		complain(source->complaints, source->line, "line",
		    "octet 0x%02x is not printable ASCII (a host name is "
		    "written as xn--..., a password goes into a file)",
		    octet);
	else
		complain(source->complaints, source->line, "line",
		    "octet 0x%02x is not printable", octet);
}

/* Do the parts of the line that matter hold nothing but printable ASCII? */
static bool is_clean(struct source *source, struct span part)
{
	const char *bad = bad_octet(part, false);

	if (bad)
		complain_octet(source, (unsigned char)*bad);
	return !bad;
}

/* Letters, digits and a few signs, so that a name can stand in a log line and
 * in the name of a file. */
static bool is_name(struct span name, const char *signs)
{
	if (name.len == 0 || (!is_alpha(name.ptr[0]) && !is_digit(name.ptr[0])))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_alpha(name.ptr[i]) && !is_digit(name.ptr[i]) &&
		    !strchr(signs, name.ptr[i]))
			return false;
	return true;
}

static void begin_section(
    struct source *source, struct span kind, struct span name)
{
	struct ini *ini = source->ini;
	struct ini_section *section;

	ini->sections = arena_grow(source->arena, ini->sections,
	    &ini->section_count, sizeof(*ini->sections));
	section = &ini->sections[ini->section_count - 1];
	section->kind = arena_string(source->arena, kind);
	section->name = arena_string(source->arena, name);
	section->line = source->line;
	source->is_dropped = false;
}

/* A line that begins with '['. */
static void take_heading(struct source *source, struct span line)
{
	size_t end = span_find(line, ']');
	struct span inside = span_first(span_from(line, 1), end - 1);
	struct span kind = span_word(&inside);
	struct span name = span_trim(inside);
	const char *wrong = NULL;

	source->has_heading = true;
	source->is_dropped = true;
	if (!is_clean(source, line))
		return;
	if (end == line.len)
		wrong = "the heading lacks its ]";
	else if (end + 1 < line.len)
		wrong = "nothing may follow the ] of a heading";
	else if (kind.len == 0)
		wrong = "the heading is empty";
	else if (!is_name(kind, "_-") || kind.len > INI_NAME_OCTETS)
		wrong = "a heading begins with a word of letters";
	else if (name.len > 0 && !is_name(name, "._-"))
		wrong = "a section's name is made of letters, digits, dots, "
			"hyphens and underscores";
	else if (name.len > INI_NAME_OCTETS)
		wrong = "the section's name is too long (40 octets at most)";
	if (wrong)
		complain(source->complaints, source->line, "line", "%s", wrong);
	else
		begin_section(source, kind, name);
}

/* Has the line the form `key = value`? The line itself is never shown, as it
 * may be a password that slipped. */
static bool is_pair(struct source *source, struct span line)
{
	size_t sign = span_find(line, '=');
	struct span key = span_trim(span_first(line, sign));
	const char *wrong = NULL;

	if (sign == line.len)
		wrong = "there is no = (key = value)";
	else if (key.len == 0)
		wrong = "there is no key before the =";
	else if (span_find(key, ':') < key.len)
		wrong = "key and value are separated by =, not by a colon";
	else if (!is_name(key, "_") || key.len > KEY_OCTETS)
		wrong = "a key is made of letters, digits and underscores";
	else if (!source->has_heading)
		wrong = "the key stands before the first section";
	if (wrong)
		complain(source->complaints, source->line, "line", "%s", wrong);
	return !wrong;
}

/* A comment may be in any language, but control octets may hide something. */
static void take_comment(struct source *source, struct span line)
{
	const char *bad = bad_octet(line, true);

	if (bad)
		complain_octet(source, (unsigned char)*bad);
}

/* A line that is neither empty nor comment nor heading: is it for inih? Tabs
 * may stand around the =, but not inside of key or value. */
static bool take_rest(struct source *source, struct span line)
{
	size_t sign = span_find(line, '=');

	return is_clean(source, span_trim(span_first(line, sign))) &&
	       is_clean(source, span_trim(span_from(line, sign + 1))) &&
	       is_pair(source, line);
}

/* Some editors begin a file with U+FEFF. Nobody can see it. */
static struct span without_mark(struct source *source, struct span line)
{
	struct span mark = SPAN("\xef\xbb\xbf");

	if (source->line != 1 || !span_starts_nocase(line, mark))
		return line;
	complain(source->complaints, source->line, "line",
	    "the file begins with a byte order mark; save it as plain text "
	    "without one");
	return span_from(line, mark.len);
}

/* Sees to the line just read; true when it is a pair for inih. */
static bool take_line(struct source *source, struct span *pair)
{
	struct span line = span_make(source->octets, source->len);

	if (source->len > INI_LINE_OCTETS) {
		complain(source->complaints, source->line, "line",
		    "%zu octets are too many for one line (%d at most)",
		    source->len, INI_LINE_OCTETS);
		return false;
	}
	line = span_trim(without_mark(source, line));
	if (line.len == 0)
		return false;
	*pair = line;
	switch (line.ptr[0]) {
	case ';':
	case '#':
		take_comment(source, line);
		return false;
	case '[':
		take_heading(source, line);
		return false;
	default:
		return take_rest(source, line);
	}
}

/* Hands `pair` to inih. A semicolon behind a blank would end the value. */
static char *give(struct source *source, struct span pair, char *out)
{
	for (size_t i = 0; i < pair.len; i++)
		out[i] = pair.ptr[i] == ';' ? SHIELD : pair.ptr[i];
	out[pair.len] = '\n';
	out[pair.len + 1] = '\0';
	source->is_awaited = true;
	return out;
}

/* Says so when inih was given a pair and made nothing of it. */
static void check_told(struct source *source)
{
	if (source->is_awaited)
		complain(source->complaints, source->line, "line",
		    "this is not key = value");
	source->is_awaited = false;
}

/* inih's reader, instead of fgets. */
static char *next_pair(char *out, int room, void *stream)
{
	struct source *source = stream;
	struct span pair;

	check_told(source);
	while (read_line(source)) {
		if (!take_line(source, &pair))
			continue;
		if (room > 0 && pair.len + 2 <= (size_t)room)
			return give(source, pair, out);
		complain(source->complaints, source->line, "line",
		    "the installed inih reads %d octets a line at most",
		    room - 2);
	}
	return NULL;
}

/* inih's handler: a pair is told. Its idea of the section is not asked for. */
static int take_pair(
    void *user, const char *inih_section, const char *key, const char *value)
{
	struct source *source = user;
	struct ini_section *section;
	struct ini_entry *entry;
	char *copy;

	(void)inih_section;
	source->is_awaited = false;
	if (source->is_dropped)
		return 1;
	section = &source->ini->sections[source->ini->section_count - 1];
	if (ini_has(section, key)) {
		complain(source->complaints, source->line, key,
		    "it stands in line %u already", ini_line(section, key));
		return 1;
	}
	section->entries = arena_grow(source->arena, section->entries,
	    &section->entry_count, sizeof(*section->entries));
	entry = &section->entries[section->entry_count - 1];
	copy = arena_string(source->arena, span_of(value));
	for (char *at = copy; *at; at++)
		if (*at == SHIELD)
			*at = ';';
	entry->key = arena_string(source->arena, span_of(key));
	entry->value = copy;
	entry->line = source->line;
	return 1;
}

/* see ini.h */
bool ini_read(FILE *file, struct arena *arena, struct ini *ini,
    struct complaints *complaints)
{
	struct source source = {
		.file = file,
		.arena = arena,
		.ini = ini,
		.complaints = complaints,
	};
	bool is_read;

	*ini = (struct ini){ 0 };
	if (&ini_max_line)
		ini_max_line = INIH_OCTETS;
	errno = 0;
	ini_parse_stream(next_pair, &source, take_pair, &source);
	check_told(&source);
	is_read = !ferror(file);
	/* The last line may have been a password. */
	wipe(source.octets, sizeof(source.octets));
	return is_read;
}

static const struct ini_entry *find(
    const struct ini_section *section, const char *key)
{
	for (size_t i = 0; i < section->entry_count; i++)
		if (strcmp(section->entries[i].key, key) == 0)
			return &section->entries[i];
	return NULL;
}

/* see ini.h */
bool ini_has(const struct ini_section *section, const char *key)
{
	return find(section, key) != NULL;
}

/* see ini.h */
unsigned ini_line(const struct ini_section *section, const char *key)
{
	const struct ini_entry *entry = find(section, key);

	return entry ? entry->line : section->line;
}
