#include "smtp/body.h"

#include "base/ensure.h"
#include "smtp/scan.h"

enum { STUFFING_FOLD_OCTETS = 3 };

/* see body.h */
void body_init(struct body *body, bool takes_any_end)
{
	*body = (struct body){ .state = BODY_LINE_START,
		.takes_any_end = takes_any_end };
}

static void give(struct body *body, struct buf *content, struct span octets)
{
	buf_put(content, octets);
	body->octets += octets.len;
}

/*
 * Length of the front that holds no bare CR or bare LF, and in which no line
 * begins with a dot. The line end before a dot, or before the end of `text`,
 * is left to be read octet by octet.
 */
static size_t clean_length(struct span text)
{
	size_t at = 0;

	for (;;) {
		struct span rest = span_from(text, at);
		size_t line = span_find(rest, '\n');
		size_t ret = span_find(span_first(rest, line), '\r');

		if (line == rest.len || ret + 1 != line)
			return at + ret;
		if (line + 1 == rest.len || rest.ptr[line + 1] == '.')
			return at + ret;
		at += line + 1;
	}
}

/*
 * Length of the run at the front that passes as it is: without NUL, too. What
 * is left over at the end of a large one, or has something to be done, is
 * looked at line by line, in pieces: so octets which end runs early (CR upon
 * CR) are not searched over and over to the end of a large buffer.
 */
static size_t run_length(struct span text)
{
	size_t len = scan_clean(text);

	if (len > 0)
		return len;
	text = span_first(text, 2 * SCAN_BLOCK_OCTETS);
	return span_find(span_first(text, clean_length(text)), '\0');
}

/* Inside a line: gives a run, then looks at the octet that ended it. */
static void read_text(struct body *body, struct span *in, struct buf *content)
{
	struct span run =
	    span_first(*in, buf_ready(content) - BODY_STEP_OCTETS);

	run.len = run_length(run);
	if (run.len > 0) {
		give(body, content, run);
		*in = span_from(*in, run.len);
		return;
	}
	switch (in->ptr[0]) {
	case '\r':
		body->state = BODY_RETURN;
		break;
	case '\n':
		body->feeds++;
		body->state = BODY_SOFT_START;
		give(body, content, SPAN("\r\n"));
		break;
	case '\0':
		body->nuls++;
		break;
	default:
		give(body, content, span_first(*in, 1));
		break;
	}
	*in = span_from(*in, 1);
}

/*
 * Behind a CR: a LF makes it a line end, anything else a blank. The octet
 * behind a blank is read at once, so that no step gives without using one:
 * who looks at what was used sees that it went on.
 */
static void read_return(struct body *body, struct span *in, struct buf *content)
{
	body->state = BODY_TEXT;
	if (in->ptr[0] != '\n') {
		body->returns++;
		give(body, content, SPAN(" "));
		read_text(body, in, content);
		return;
	}
	give(body, content, SPAN("\r\n"));
	body->state = BODY_LINE_START;
	*in = span_from(*in, 1);
}

static void read_start(struct body *body, struct span *in)
{
	bool is_soft = body->state == BODY_SOFT_START;

	if (in->ptr[0] != '.') {
		body->state = BODY_TEXT;
		return;
	}
	body->state = is_soft ? BODY_SOFT_DOT : BODY_DOT;
	*in = span_from(*in, 1);
}

/* A line that is nothing but a dot, yet not ended so that it ends the
 * message: it is text, and keeps its dot; or a device's way to end. */
static void give_lone_dot(
    struct body *body, struct buf *content, enum body_state next)
{
	if (body->takes_any_end) {
		body->is_wrong_end = true;
		body->state = BODY_OVER;
		return;
	}
	give(body, content, SPAN(".\r\n"));
	body->state = next;
}

/* Behind a dot at a line's start: stuffing, the end, or a lone dot. */
static void read_dot(struct body *body, struct span *in, struct buf *content)
{
	bool is_soft = body->state == BODY_SOFT_DOT;

	if (in->ptr[0] == '\r') {
		body->state = is_soft ? BODY_SOFT_DOT_RETURN : BODY_DOT_RETURN;
		*in = span_from(*in, 1);
	} else if (in->ptr[0] == '\n') {
		body->feeds++;
		give_lone_dot(body, content, BODY_SOFT_START);
		*in = span_from(*in, 1);
	} else {
		/* The dot was stuffing (RFC 5321 4.5.2). */
		body->state = BODY_TEXT;
	}
}

static void read_dot_return(
    struct body *body, struct span *in, struct buf *content)
{
	bool is_soft = body->state == BODY_SOFT_DOT_RETURN;

	if (in->ptr[0] != '\n') {
		/* The dot was stuffing; the CR is judged as any other. */
		body->state = BODY_RETURN;
		return;
	}
	*in = span_from(*in, 1);
	if (is_soft)
		give_lone_dot(body, content, BODY_LINE_START);
	else
		body->state = BODY_OVER;
}

/* see body.h */
enum body_verdict body_read(
    struct body *body, struct span *in, struct buf *content)
{
	while (in->len > 0 && body->state != BODY_OVER &&
	       buf_ready(content) > BODY_STEP_OCTETS) {
		switch (body->state) {
		case BODY_LINE_START:
		case BODY_SOFT_START:
			read_start(body, in);
			break;
		case BODY_DOT:
		case BODY_SOFT_DOT:
			read_dot(body, in, content);
			break;
		case BODY_DOT_RETURN:
		case BODY_SOFT_DOT_RETURN:
			read_dot_return(body, in, content);
			break;
		case BODY_RETURN:
			read_return(body, in, content);
			break;
		case BODY_TEXT:
			read_text(body, in, content);
			break;
		case BODY_OVER:
			break;
		}
	}
	return body->state == BODY_OVER ? BODY_END : BODY_MORE;
}

/*
 * Length of lines at the front, their last LF included; 0: there is no LF. Near
 * the end of a long text there is one as a rule, so most are not looked for.
 */
static size_t lines_length(struct span text)
{
	size_t front = text.len / 8 * 7;
	size_t len = front + span_find(span_from(text, front), '\n') + 1;

	if (len <= text.len)
		return len;
	while (front > 0 && text.ptr[front - 1] != '\n')
		front--;
	return front;
}

/* Is this much of a line, its CR perhaps included, within the bound? */
static bool is_short(size_t column, struct span line)
{
	size_t len = column + line.len;

	return len <= BODY_LINE_OCTETS ||
	       (len == BODY_LINE_OCTETS + 1 && line.ptr[line.len - 1] == '\r');
}

/*
 * Length of the front in which no line is too long, or up to where one is. In
 * what the longest line may take, all lines up to the last LF are shorter:
 * most line ends need not be looked for.
 */
static size_t short_length(struct span content, size_t column, bool *must_fold)
{
	size_t at = 0;

	while (at < content.len) {
		struct span window = span_first(
		    span_from(content, at), BODY_LINE_OCTETS + 2 - column);
		size_t len = lines_length(window);

		if (len == 0 && is_short(column, window))
			break;
		if (len == 0) {
			*must_fold = true;
			return at + BODY_LINE_OCTETS - column;
		}
		at += len;
		column = 0;
	}
	return content.len;
}

/* How far into its line a run leads, which began in column `column`. */
static size_t column_behind(size_t column, struct span run)
{
	size_t len = 0;

	while (len < run.len && run.ptr[run.len - 1 - len] != '\n')
		len++;
	return len < run.len ? len : column + len;
}

/* Does a dot go before this? */
static bool needs_dot(const struct stuffing *stuffing, struct span content)
{
	return stuffing->column == 0 && content.ptr[0] == '.' &&
	       !stuffing->keeps_dots;
}

/* Cuts off, of `most` octets, the run that needs nothing of ours. When a fold
 * follows it the column stands behind that, too. */
static struct span cut_run(struct stuffing *stuffing, struct span *content,
    size_t most, bool *must_fold)
{
	struct span run = span_first(*content, most);

	*must_fold = false;
	if (!stuffing->keeps_dots)
		run.len = scan_undotted(run);
	run.len = short_length(run, stuffing->column, must_fold);
	stuffing->column = column_behind(stuffing->column, run);
	*content = span_from(*content, run.len);
	if (*must_fold) {
		stuffing->column = 1;
		stuffing->folds++;
	}
	return run;
}

/* see body.h */
void stuffing_put(
    struct stuffing *stuffing, struct span *content, struct buf *out)
{
	while (content->len > 0 && buf_room(out) >= STUFFING_STEP_OCTETS) {
		bool must_fold;

		if (needs_dot(stuffing, *content))
			buf_put(out, SPAN("."));
		buf_put(
		    out, cut_run(stuffing, content,
			     buf_room(out) - STUFFING_FOLD_OCTETS, &must_fold));
		/* A blank comes first, so that no dot can. */
		if (must_fold)
			buf_put(out, SPAN("\r\n "));
	}
}

/* see body.h */
uint64_t stuffing_length(struct stuffing *stuffing, struct span content)
{
	uint64_t len = 0;

	while (content.len > 0) {
		bool must_fold;

		len += needs_dot(stuffing, content);
		len += cut_run(stuffing, &content, content.len, &must_fold).len;
		len += must_fold ? STUFFING_FOLD_OCTETS : 0;
	}
	return len;
}

/* see body.h */
void stuffing_end(struct stuffing *stuffing, struct buf *out)
{
	/* Content ends in a line end or is empty: see body_read. */
	ENSURE(stuffing->column == 0);
	buf_put(out, SPAN(".\r\n"));
}
