#include "smtp/reply.h"

#include <string.h>

/* see reply.h */
void reply_reader_init(struct reply_reader *reader)
{
	reader->reply.code = 0;
	reader->reply.lines = 0;
	reader->reply.len = 0;
	reader->line_octets = 0;
	reader->octets = 0;
	reader->is_over = false;
	reader->is_malformed = false;
}

static void keep(struct reply *reply, struct span octets)
{
	octets = span_first(octets, REPLY_TEXT_OCTETS - reply->len);
	if (octets.len == 0)
		return;
	memcpy(reply->text + reply->len, octets.ptr, octets.len);
	reply->len += octets.len;
}

/* Takes the octets of a line up to its LF, the code's apart from the text's. */
static void take(struct reply_reader *reader, struct span octets)
{
	reader->octets += octets.len;
	while (octets.len > 0 && reader->line_octets < sizeof(reader->code)) {
		reader->code[reader->line_octets++] = octets.ptr[0];
		octets = span_from(octets, 1);
	}
	reader->line_octets += octets.len;
	keep(&reader->reply, octets);
}

static bool is_within_bounds(const struct reply_reader *reader)
{
	return reader->line_octets <= REPLY_LINE_OCTETS &&
	       reader->octets <= REPLY_OCTETS &&
	       reader->reply.lines < REPLY_LINES;
}

/* The code of the line just read, or 0 when it is none. */
static unsigned line_code(const struct reply_reader *reader)
{
	const char *code = reader->code;

	if (reader->line_octets < 3 || code[0] < '2' || code[0] > '5' ||
	    !is_digit(code[1]) || !is_digit(code[2]))
		return 0;
	return (unsigned)(code[0] - '0') * 100 +
	       (unsigned)(code[1] - '0') * 10 + (unsigned)(code[2] - '0');
}

/* The octet behind the code; a bare "220" ends there, as if by a blank. */
static char line_separator(const struct reply_reader *reader)
{
	if (reader->line_octets == 3 ||
	    (reader->line_octets == 4 && reader->code[3] == '\r'))
		return ' ';
	return reader->code[3];
}

/* Cuts the CR off that stood before the LF. */
static void cut_carriage_return(struct reply_reader *reader)
{
	struct reply *reply = &reader->reply;

	if (reader->line_octets > sizeof(reader->code) && reply->len > 0 &&
	    reply->text[reply->len - 1] == '\r')
		reply->len--;
}

static enum reply_verdict end_line(struct reply_reader *reader)
{
	unsigned code = line_code(reader);
	char separator = line_separator(reader);

	if (code == 0 || (separator != ' ' && separator != '-'))
		return REPLY_MALFORMED;
	if (reader->reply.lines > 0 && code != reader->reply.code)
		return REPLY_MALFORMED;
	cut_carriage_return(reader);
	keep(&reader->reply, SPAN("\n"));
	reader->reply.code = code;
	reader->reply.lines++;
	reader->line_octets = 0;
	if (separator == '-')
		return REPLY_MORE;
	reader->is_over = true;
	return REPLY_READY;
}

/* see reply.h */
enum reply_verdict reply_read(struct reply_reader *reader, struct span *in)
{
	enum reply_verdict verdict = REPLY_MORE;

	if (reader->is_malformed)
		return REPLY_MALFORMED;
	if (reader->is_over && in->len > 0)
		reply_reader_init(reader);
	while (verdict == REPLY_MORE && in->len > 0) {
		size_t end = span_find(*in, '\n');
		bool is_ended = end < in->len;

		take(reader, span_first(*in, end));
		*in = span_from(*in, is_ended ? end + 1 : end);
		if (!is_within_bounds(reader))
			verdict = REPLY_MALFORMED;
		else if (is_ended)
			verdict = end_line(reader);
	}
	reader->is_malformed = verdict == REPLY_MALFORMED;
	return verdict;
}

/* see reply.h */
bool reply_is_begun(const struct reply_reader *reader)
{
	return reader->octets > 0 && !reader->is_over;
}

/* see reply.h */
unsigned reply_class(const struct reply *reply)
{
	return reply->code / 100;
}

/* see reply.h */
struct span reply_text(const struct reply *reply)
{
	return span_make(reply->text, reply->len);
}

/* Length of an enhanced status code at the front of `text`, or 0. */
static size_t enhanced_length(struct span text)
{
	size_t len = 0;
	unsigned dots = 0;

	if (text.len < 5 || text.ptr[0] < '2' || text.ptr[0] > '5' ||
	    text.ptr[1] != '.')
		return 0;
	while (len < text.len &&
	       (is_digit(text.ptr[len]) ||
		   (text.ptr[len] == '.' && is_digit(text.ptr[len - 1])))) {
		dots += text.ptr[len] == '.';
		len++;
	}
	if (dots != 2 || text.ptr[len - 1] == '.')
		return 0;
	/* "2.0.0rc1" is a word of the text. */
	return len < text.len && is_alpha(text.ptr[len]) ? 0 : len;
}

/* see reply.h */
struct span reply_enhanced(const struct reply *reply)
{
	struct span text = reply_text(reply);

	return span_first(text, enhanced_length(text));
}

/* see reply.h */
bool reply_mentions(const struct reply *reply, struct span words)
{
	return span_holds_nocase(reply_text(reply), words);
}

/* Appends printable ASCII; anything else becomes a question mark. */
static void put_ascii(struct text *text, struct span octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		char c = octets.ptr[i];

		if (is_blank(c))
			c = ' ';
		text_putc(text, is_print(c) ? c : '?');
	}
}

/* see reply.h */
void reply_put(struct text *text, const struct reply *reply)
{
	char storage[REPLY_SAID_OCTETS];
	struct text line;
	struct span rest = reply_text(reply);
	struct span enhanced = reply_enhanced(reply);
	struct span part;

	text_init(&line, storage, sizeof(storage));
	text_number(&line, reply->code);
	text_putc(&line, ' ');
	put_ascii(&line, enhanced);
	while (span_split(&rest, '\n', &part)) {
		if (enhanced.len > 0 &&
		    span_equal(
			enhanced, span_first(part, enhanced_length(part))))
			part = span_trim(span_from(part, enhanced.len));
		if (part.len == 0)
			continue;
		if (line.len > 4)
			text_putc(&line, ' ');
		put_ascii(&line, part);
	}
	text_put(text, text_span(&line));
}
