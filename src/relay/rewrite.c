#include "relay/rewrite.h"

#include "base/ensure.h"
#include "smtp/header.h"
#include "smtp/mailbox.h"

enum { NAME_MAX_OCTETS = 256, REPLY_MAX_OCTETS = 1024, FOLD_COLUMN = 76 };

/* What was seen of the section. */
struct survey {
	struct rewrite *rewrite;
	const struct rewrite_policy *policy;
	const struct rewrite_world *world;
	struct span content;
	size_t at;	   /* of the field looked at */
	unsigned seen[16]; /* by enum known */
	struct field from;
	size_t from_at;
	bool is_full; /* there was no room for an edit */
};

/* see rewrite.h */
void rewrite_init(struct rewrite *rewrite, char *storage, size_t size)
{
	*rewrite = (struct rewrite){ 0 };
	text_init(&rewrite->text, storage, size);
}

/* ---- edits ---- */

/* Begins an edit that leaves `len` octets at `at` out; its text follows. */
static struct text *edit_begin(struct survey *survey, size_t at, size_t len)
{
	struct rewrite *rewrite = survey->rewrite;

	if (rewrite->count == REWRITE_EDITS) {
		survey->is_full = true;
		rewrite->count--;
	}
	rewrite->edits[rewrite->count] = (struct edit){ .at = (uint32_t)at,
		.len = (uint32_t)len,
		.text_at = (uint32_t)rewrite->text.len };
	return &rewrite->text;
}

static void edit_end(struct survey *survey)
{
	struct rewrite *rewrite = survey->rewrite;
	struct edit *edit = &rewrite->edits[rewrite->count++];

	edit->text_len = (uint32_t)rewrite->text.len - edit->text_at;
	survey->is_full |= rewrite->text.cut;
}

static void leave_out(struct survey *survey, size_t at, size_t len)
{
	edit_begin(survey, at, len);
	edit_end(survey);
}

/* ---- the fields that matter ---- */

enum known {
	KNOWN_FROM,
	KNOWN_SENDER,
	KNOWN_REPLY_TO,
	KNOWN_DATE,
	KNOWN_MESSAGE_ID,
	KNOWN_MIME_VERSION,
	KNOWN_CONTENT_TYPE,
	KNOWN_DKIM,
	KNOWN_COUNT,
};

static const char *const known_names[] = {
	[KNOWN_FROM] = "From",
	[KNOWN_SENDER] = "Sender",
	[KNOWN_REPLY_TO] = "Reply-To",
	[KNOWN_DATE] = "Date",
	[KNOWN_MESSAGE_ID] = "Message-ID",
	[KNOWN_MIME_VERSION] = "MIME-Version",
	[KNOWN_CONTENT_TYPE] = "Content-Type",
	[KNOWN_DKIM] = "DKIM-Signature",
};
static_assert(array_len(known_names) == KNOWN_COUNT, "each has its name");

static enum known find_known(struct span name)
{
	enum known known = 0;

	while (known < KNOWN_COUNT &&
	       !span_equal_nocase(name, span_of(known_names[known])))
		known++;
	return known;
}

/* ---- From ---- */

static bool is_from_sender(const struct survey *survey)
{
	struct span rest = survey->from.value;
	struct mailbox first;
	struct mailbox second;

	return mailbox_next(&rest, &first) && !first.is_broken &&
	       !mailbox_next(&rest, &second) &&
	       span_equal_nocase(first.address, survey->policy->sender);
}

/* May the section be changed at all? A notice of non-delivery, which has the
 * null sender, stays as it is. */
static bool may_rewrite(const struct survey *survey)
{
	if (survey->policy->sender.len == 0 || survey->world->from.len == 0)
		return false;
	return survey->seen[KNOWN_DKIM] == 0 ||
	       survey->policy->is_signed != SIGNED_PASS;
}

/* Must From be changed? */
static bool must_rewrite(const struct survey *survey)
{
	return may_rewrite(survey) && survey->seen[KNOWN_FROM] > 0 &&
	       !is_from_sender(survey);
}

static void put_from(const struct survey *survey, struct text *text)
{
	struct span rest = survey->from.value;
	struct mailbox mailbox;
	size_t begin = text->len;

	text_put(text, SPAN("From: "));
	if (mailbox_next(&rest, &mailbox) && mailbox.name.len > 0) {
		mailbox_put_name(text, &mailbox, NAME_MAX_OCTETS);
		text_puts(
		    text, text->len - begin > FOLD_COLUMN / 2 ? "\r\n " : " ");
	}
	text_putc(text, '<');
	text_put(text, survey->policy->sender);
	text_put(text, SPAN(">\r\n"));
}

/* Somebody an answer could be sent to: a qualified address. */
static bool is_answerable(struct span address)
{
	struct address parsed;

	return address_read(address, &parsed) == ADDRESS_READY &&
	       parsed.domain.len > 0;
}

static void put_answerable(struct text *text, struct span value)
{
	struct mailbox mailbox;
	unsigned count = 0;

	while (mailbox_next(&value, &mailbox)) {
		if (!is_answerable(mailbox.address))
			continue;
		text_puts(text, count++ > 0 ? ",\r\n " : " ");
		if (mailbox.name.len > 0) {
			mailbox_put_name(text, &mailbox, NAME_MAX_OCTETS);
			text_putc(text, ' ');
		}
		text_putc(text, '<');
		text_put(text, mailbox.address);
		text_putc(text, '>');
	}
}

static bool has_answerable(struct span value)
{
	struct mailbox mailbox;

	while (mailbox_next(&value, &mailbox))
		if (is_answerable(mailbox.address))
			return true;
	return false;
}

/* The original From is where an answer belongs, unless the message says. */
static void put_reply_to(const struct survey *survey, struct text *text)
{
	const struct rewrite_policy *policy = survey->policy;

	if (policy->reply_to == REPLY_TO_ADDRESS) {
		text_put(text, SPAN("Reply-To: <"));
		text_put(text, policy->reply_address);
		text_put(text, SPAN(">\r\n"));
	} else if (policy->reply_to == REPLY_TO_ORIGINAL &&
		   survey->seen[KNOWN_REPLY_TO] == 0 &&
		   survey->from.value.len <= REPLY_MAX_OCTETS &&
		   has_answerable(survey->from.value)) {
		text_put(text, SPAN("Reply-To:"));
		put_answerable(text, survey->from.value);
		text_put(text, SPAN("\r\n"));
	}
}

static void rewrite_from(struct survey *survey)
{
	struct text *text =
	    edit_begin(survey, survey->from_at, survey->from.whole.len);

	put_from(survey, text);
	put_reply_to(survey, text);
	edit_end(survey);
	survey->rewrite->was_signed = survey->seen[KNOWN_DKIM] > 0;
}

/* ---- missing fields ---- */

static void put_field(struct text *text, const char *name, struct span value)
{
	text_puts(text, name);
	text_put(text, SPAN(": "));
	text_put(text, value);
	text_put(text, SPAN("\r\n"));
}

static void put_missing_from(const struct survey *survey, struct text *text)
{
	struct span sender = survey->policy->sender;

	if (sender.len == 0 || survey->world->from.len == 0)
		sender = survey->world->from;
	if (sender.len == 0)
		return;
	text_put(text, SPAN("From: <"));
	text_put(text, sender);
	text_put(text, SPAN(">\r\n"));
}

static void put_missing(const struct survey *survey, struct text *text)
{
	const unsigned *seen = survey->seen;

	if (!survey->policy->completes)
		return;
	if (seen[KNOWN_DATE] == 0)
		put_field(text, "Date", survey->world->date);
	if (seen[KNOWN_FROM] == 0)
		put_missing_from(survey, text);
	if (seen[KNOWN_MESSAGE_ID] == 0)
		put_field(text, "Message-ID", survey->world->id);
	if (seen[KNOWN_MIME_VERSION] == 0 && seen[KNOWN_CONTENT_TYPE] > 0)
		put_field(text, "MIME-Version", SPAN("1.0"));
}

/* Behind the last field: what is missing, and the empty line if need be. */
static void add_missing(struct survey *survey, bool is_blank_missing)
{
	struct text *text = edit_begin(survey, survey->at, 0);
	size_t before = text->len;

	put_missing(survey, text);
	if (is_blank_missing && survey->policy->completes)
		text_put(text, SPAN("\r\n"));
	if (text->len > before)
		edit_end(survey);
}

/* ---- the plan ---- */

static void look_at(struct survey *survey, const struct field *field)
{
	enum known known = find_known(field->name);

	if (known == KNOWN_COUNT)
		return;
	survey->seen[known]++;
	if (known == KNOWN_FROM) {
		survey->from = *field;
		survey->from_at = survey->at;
	}
}

/* The first look: which fields there are, and where the section ends. */
static enum header_verdict survey_section(
    struct survey *survey, size_t begin, bool is_whole)
{
	struct span rest = span_from(survey->content, begin);
	struct field field;
	enum header_verdict verdict;

	survey->at = begin;
	while (
	    (verdict = header_next(&rest, is_whole, &field)) == HEADER_FIELD) {
		look_at(survey, &field);
		survey->at += field.whole.len;
	}
	return verdict;
}

/*
 * Does what becomes of From make this field wrong? Sender names who really
 * sent, which is the mailbox now, and providers check it too.
 */
static bool is_superseded(
    const struct survey *survey, const struct field *field, bool must)
{
	enum known known = find_known(field->name);
	struct span rest = field->value;
	struct mailbox mailbox;

	if (known == KNOWN_REPLY_TO)
		return must && survey->policy->reply_to == REPLY_TO_ADDRESS;
	return known == KNOWN_SENDER &&
	       (!mailbox_next(&rest, &mailbox) ||
		   !span_equal_nocase(mailbox.address, survey->policy->sender));
}

/* The second look: edits in the order of their places. */
static void edit_section(
    struct survey *survey, size_t begin, bool is_whole, bool must)
{
	struct span rest = span_from(survey->content, begin);
	size_t at = begin;
	struct field field;

	while (header_next(&rest, is_whole, &field) == HEADER_FIELD) {
		if (must && at == survey->from_at)
			rewrite_from(survey);
		else if (is_superseded(survey, &field, must))
			leave_out(survey, at, field.whole.len);
		at += field.whole.len;
	}
}

static size_t separator_length(struct span content)
{
	size_t len = header_line_length(content);

	return header_is_separator(span_first(content, len)) ? len : 0;
}

/* Back to no edits at all: half of them would be worse. */
static void forget_edits(struct rewrite *rewrite)
{
	rewrite->count = 0;
	rewrite->text.len = 0;
	rewrite->was_signed = false;
	rewrite->is_untouched = true;
}

/* see rewrite.h */
enum rewrite_verdict rewrite_plan(struct rewrite *rewrite,
    const struct rewrite_policy *policy, const struct rewrite_world *world,
    struct span content, bool is_whole)
{
	struct span section = span_first(content, REWRITE_SECTION_OCTETS);
	struct survey survey = { .rewrite = rewrite,
		.policy = policy,
		.world = world,
		.content = section };
	size_t begin = separator_length(section);
	enum header_verdict end;
	bool must;

	is_whole = is_whole && section.len == content.len;
	end = survey_section(&survey, begin, is_whole);
	must = must_rewrite(&survey);
	rewrite->is_planned = true;
	rewrite->is_untouched = end == HEADER_MORE;
	if (end == HEADER_MORE)
		return REWRITE_READY;
	if (policy->sender.len > 0 && survey.seen[KNOWN_FROM] > 1)
		return REWRITE_TWO_FROMS;
	if (must && survey.seen[KNOWN_DKIM] > 0 &&
	    policy->is_signed == SIGNED_REFUSE)
		return REWRITE_SIGNED;
	if (begin > 0 && policy->completes)
		leave_out(&survey, 0, begin);
	if (may_rewrite(&survey))
		edit_section(&survey, begin, is_whole, must);
	add_missing(&survey, end == HEADER_BODY);
	if (survey.is_full)
		forget_edits(rewrite);
	return REWRITE_READY;
}

/* ---- content with its edits ---- */

/* see rewrite.h */
struct span rewrite_peek(const struct rewrite *rewrite, struct span content)
{
	const struct edit *edit = &rewrite->edits[rewrite->next];

	if (rewrite->next == rewrite->count)
		return content;
	if (rewrite->at < edit->at)
		return span_first(content, edit->at - (size_t)rewrite->at);
	return span_make(rewrite->text.ptr + edit->text_at + rewrite->text_sent,
	    edit->text_len - rewrite->text_sent);
}

/* see rewrite.h */
size_t rewrite_skip(struct rewrite *rewrite)
{
	size_t passed = 0;

	while (rewrite->next < rewrite->count) {
		const struct edit *edit = &rewrite->edits[rewrite->next];

		if (rewrite->at < edit->at ||
		    rewrite->text_sent < edit->text_len)
			break;
		rewrite->at += edit->len;
		passed += edit->len;
		rewrite->text_sent = 0;
		rewrite->next++;
	}
	return passed;
}

/* see rewrite.h */
size_t rewrite_took(struct rewrite *rewrite, size_t len)
{
	const struct edit *edit = &rewrite->edits[rewrite->next];

	if (rewrite->next < rewrite->count && rewrite->at >= edit->at) {
		rewrite->text_sent += len;
		ENSURE(rewrite->text_sent <= edit->text_len);
		return 0;
	}
	rewrite->at += len;
	return len;
}

/* see rewrite.h */
int64_t rewrite_growth(const struct rewrite *rewrite)
{
	int64_t growth = 0;

	for (size_t i = 0; i < rewrite->count; i++)
		growth += (int64_t)rewrite->edits[i].text_len -
			  (int64_t)rewrite->edits[i].len;
	return growth;
}
