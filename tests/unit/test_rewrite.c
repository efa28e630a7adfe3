#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "relay/rewrite.h"
#include "smtp/date.h"

#define SENDER	 "scan@example.com"
#define REST	 "To: b@c\r\nDate: d\r\nMessage-ID: <i@h>\r\n\r\nbody\r\n"
#define ADDED	 "Date: Sat, 21 Nov 2026 10:15:08 +0000\r\n"
#define ADDED_ID "Message-ID: <unique@relay>\r\n"

static const struct rewrite_world world = {
	.date = SPAN("Sat, 21 Nov 2026 10:15:08 +0000"),
	.id = SPAN("<unique@relay>"),
	.from = SPAN(SENDER),
};

struct row {
	const char *name;
	struct rewrite_policy policy;
	struct span in;
	struct span want;
	enum rewrite_verdict verdict;
};

#define TO_SENDER                                                              \
	{                                                                      \
		.sender = SPAN(SENDER), .completes = true                      \
	}
#define NOBODY                                                                 \
	{                                                                      \
		.sender = SPAN(""), .completes = true                          \
	}

static const struct row rows[] = {
	{ "complete and not to be changed", NOBODY, SPAN("From: a@b\r\n" REST),
	    SPAN("From: a@b\r\n" REST), 0 },
	{ "the sender already", TO_SENDER,
	    SPAN("From: Copier <Scan@Example.com>\r\n" REST),
	    SPAN("From: Copier <Scan@Example.com>\r\n" REST), 0 },
	{ "bare address", TO_SENDER, SPAN("From: a@b.example\r\n" REST),
	    SPAN("From: <" SENDER ">\r\nReply-To: <a@b.example>\r\n" REST), 0 },
	{ "name kept", TO_SENDER,
	    SPAN("From: The Copier <a@b.example>\r\n" REST),
	    SPAN("From: The Copier <" SENDER ">\r\n"
		 "Reply-To: The Copier <a@b.example>\r\n" REST),
	    0 },
	{ "quoted name kept", TO_SENDER,
	    SPAN("FROM: \"Copier, 2nd\" <a@b.example>\r\n" REST),
	    SPAN("From: \"Copier, 2nd\" <" SENDER ">\r\n"
		 "Reply-To: \"Copier, 2nd\" <a@b.example>\r\n" REST),
	    0 },
	{ "at sign in the name", TO_SENDER,
	    SPAN("From: p@d.example <p@d.example>\r\n" REST),
	    SPAN("From: \"p at d.example\" <" SENDER ">\r\n"
		 "Reply-To: \"p at d.example\" <p@d.example>\r\n" REST),
	    0 },
	{ "at sign in quotes", TO_SENDER,
	    SPAN("From: \"p@d\" <p@d.example>\r\n" REST),
	    SPAN("From: \"p at d\" <" SENDER ">\r\n"
		 "Reply-To: \"p at d\" <p@d.example>\r\n" REST),
	    0 },
	{ "quote without end", TO_SENDER,
	    SPAN("From: \"Copier <a@b.example>\r\n" REST),
	    SPAN("From: <" SENDER ">\r\n" REST), 0 },
	{ "encoded word", TO_SENDER,
	    SPAN("From: =?utf-8?q?B=C3=BCro?= <a@b.example>\r\n" REST),
	    SPAN("From: =?utf-8?q?B=C3=BCro?= <" SENDER ">\r\n"
		 "Reply-To: =?utf-8?q?B=C3=BCro?= <a@b.example>\r\n" REST),
	    0 },
	{ "folded", TO_SENDER,
	    SPAN("From: The\r\n Copier\r\n\t<a@b.example>\r\n" REST),
	    SPAN("From: The Copier <" SENDER ">\r\n"
		 "Reply-To: The Copier <a@b.example>\r\n" REST),
	    0 },
	{ "comment", TO_SENDER, SPAN("From: root@host.example (Cron)\r\n" REST),
	    SPAN("From: Cron <" SENDER ">\r\n"
		 "Reply-To: Cron <root@host.example>\r\n" REST),
	    0 },
	{ "several", TO_SENDER,
	    SPAN("From: A <a@b.example>, c@d.example\r\n" REST),
	    SPAN("From: A <" SENDER ">\r\n"
		 "Reply-To: A <a@b.example>,\r\n <c@d.example>\r\n" REST),
	    0 },
	{ "group", TO_SENDER,
	    SPAN("From: Team: a@b.example, c@d.example;\r\n" REST),
	    SPAN("From: <" SENDER ">\r\n"
		 "Reply-To: <a@b.example>,\r\n <c@d.example>\r\n" REST),
	    0 },
	{ "unqualified, no answer possible", TO_SENDER,
	    SPAN("From: root\r\n" REST), SPAN("From: <" SENDER ">\r\n" REST),
	    0 },
	{ "empty From", TO_SENDER, SPAN("From:\r\n" REST),
	    SPAN("From: <" SENDER ">\r\n" REST), 0 },
	{ "Reply-To there already", TO_SENDER,
	    SPAN("Reply-To: x@y\r\nFrom: a@b.example\r\n" REST),
	    SPAN("Reply-To: x@y\r\nFrom: <" SENDER ">\r\n" REST), 0 },
	{ "Reply-To behind", TO_SENDER,
	    SPAN("From: a@b.example\r\nReply-To: x@y\r\n" REST),
	    SPAN("From: <" SENDER ">\r\nReply-To: x@y\r\n" REST), 0 },
	{ "drop", { .sender = SPAN(SENDER), .reply_to = REPLY_TO_DROP },
	    SPAN("From: a@b.example\r\n" REST),
	    SPAN("From: <" SENDER ">\r\n" REST), 0 },
	{ "an address instead",
	    { .sender = SPAN(SENDER),
		.reply_to = REPLY_TO_ADDRESS,
		.reply_address = SPAN("it@b") },
	    SPAN("Reply-To: x@y\r\nFrom: a@b.example\r\n" REST),
	    SPAN("From: <" SENDER ">\r\nReply-To: <it@b>\r\n" REST), 0 },
	{ "Sender dropped", TO_SENDER,
	    SPAN("Sender: root@x\r\nFrom: " SENDER "\r\n" REST),
	    SPAN("From: " SENDER "\r\n" REST), 0 },
	{ "Sender right", TO_SENDER,
	    SPAN("Sender: " SENDER "\r\nFrom: " SENDER "\r\n" REST),
	    SPAN("Sender: " SENDER "\r\nFrom: " SENDER "\r\n" REST), 0 },
	{ "two Froms", TO_SENDER, SPAN("From: a@b\r\nFrom: c@d\r\n" REST),
	    SPAN(""), REWRITE_TWO_FROMS },
	{ "two Froms, not ours to judge", NOBODY,
	    SPAN("From: a@b\r\nFrom: c@d\r\n" REST),
	    SPAN("From: a@b\r\nFrom: c@d\r\n" REST), 0 },
	{ "signed, rewritten", TO_SENDER,
	    SPAN("From: a@b\r\nDKIM-Signature: x\r\n" REST),
	    SPAN("From: <" SENDER ">\r\nReply-To: <a@b>\r\n"
		 "DKIM-Signature: x\r\n" REST),
	    0 },
	{ "signed, passed",
	    { .sender = SPAN(SENDER), .is_signed = SIGNED_PASS },
	    SPAN("From: a@b\r\nDKIM-Signature: x\r\n" REST),
	    SPAN("From: a@b\r\nDKIM-Signature: x\r\n" REST), 0 },
	{ "signed, refused",
	    { .sender = SPAN(SENDER), .is_signed = SIGNED_REFUSE },
	    SPAN("From: a@b\r\nDKIM-Signature: x\r\n" REST), SPAN(""),
	    REWRITE_SIGNED },
	{ "all missing but one", NOBODY, SPAN("Subject: s\r\n\r\nbody\r\n"),
	    SPAN("Subject: s\r\n" ADDED "From: <" SENDER ">\r\n" ADDED_ID
		 "\r\nbody\r\n"),
	    0 },
	{ "no header section", TO_SENDER,
	    SPAN("just a text\r\nof two lines\r\n"),
	    SPAN(ADDED "From: <" SENDER ">\r\n" ADDED_ID
		       "\r\njust a text\r\nof two lines\r\n"),
	    0 },
	{ "nothing at all", TO_SENDER, SPAN(""),
	    SPAN(ADDED "From: <" SENDER ">\r\n" ADDED_ID "\r\n"), 0 },
	{ "an empty line first", TO_SENDER, SPAN("\r\nbody\r\n"),
	    SPAN(ADDED "From: <" SENDER ">\r\n" ADDED_ID "\r\nbody\r\n"), 0 },
	{ "the empty line missing", NOBODY,
	    SPAN("From: a@b\r\nDate: d\r\nMessage-ID: i\r\nHello there\r\n"),
	    SPAN(
		"From: a@b\r\nDate: d\r\nMessage-ID: i\r\n\r\nHello there\r\n"),
	    0 },
	{ "a header section only", NOBODY, SPAN("From: a@b\r\nDate: d\r\n"),
	    SPAN("From: a@b\r\nDate: d\r\n" ADDED_ID "\r\n"), 0 },
	{ "MIME-Version missing", NOBODY,
	    SPAN("From: a@b\r\nContent-Type: text/plain\r\n" REST),
	    SPAN("From: a@b\r\nContent-Type: text/plain\r\n"
		 "To: b@c\r\nDate: d\r\nMessage-ID: <i@h>\r\n"
		 "MIME-Version: 1.0\r\n\r\nbody\r\n"),
	    0 },
	{ "mbox line dropped", NOBODY,
	    SPAN("From root Sat Nov 21 10:15:08 2026\r\nFrom: a@b\r\n" REST),
	    SPAN("From: a@b\r\n" REST), 0 },
	{ "mbox line, quoted", TO_SENDER,
	    SPAN(">From root\r\nFrom: a@b\r\n" REST),
	    SPAN("From: <" SENDER ">\r\nReply-To: <a@b>\r\n" REST), 0 },
};

/* Sends content through in pieces, with `window` octets of it in sight. */
static size_t send_through(struct rewrite *rewrite, struct span content,
    size_t window, size_t grain, char *out)
{
	size_t len = 0;

	for (;;) {
		struct span sight;
		struct span piece;

		content = span_from(content, rewrite_skip(rewrite));
		sight = span_first(content, window);
		piece = span_first(rewrite_peek(rewrite, sight), grain);
		if (piece.len == 0)
			return len;
		memcpy(out + len, piece.ptr, piece.len);
		len += piece.len;
		content = span_from(content, rewrite_took(rewrite, piece.len));
	}
}

static void check_row(const struct row *row, size_t grain)
{
	char storage[REWRITE_TEXT_OCTETS];
	char out[4096];
	struct rewrite rewrite;
	enum rewrite_verdict verdict;
	size_t len;

	rewrite_init(&rewrite, storage, sizeof(storage));
	verdict = rewrite_plan(&rewrite, &row->policy, &world, row->in, true);
	assert_int_equal(verdict, row->verdict);
	if (verdict != REWRITE_READY)
		return;
	len = send_through(&rewrite, row->in, 4096, grain, out);
	if (!span_equal(span_make(out, len), row->want))
		print_error("%s: %.*s", row->name, (int)len, out);
	assert_true(span_equal(span_make(out, len), row->want));
	assert_int_equal(rewrite_growth(&rewrite),
	    (int64_t)row->want.len - (int64_t)row->in.len);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		check_row(&rows[i], 1);
		check_row(&rows[i], 7);
		check_row(&rows[i], 4096);
	}
}

/* A notice of non-delivery has the null sender and keeps its From. */
static void test_null_sender_is_kept(void **state)
{
	static const struct rewrite_policy policy = TO_SENDER;
	struct rewrite_world nobody = world;
	char storage[REWRITE_TEXT_OCTETS];
	struct rewrite rewrite;

	(void)state;
	nobody.from = SPAN("");
	rewrite_init(&rewrite, storage, sizeof(storage));
	assert_int_equal(rewrite_plan(&rewrite, &policy, &nobody,
			     SPAN("From: MAILER-DAEMON@x\r\n" REST), true),
	    REWRITE_READY);
	assert_int_equal(rewrite.count, 0);
}

/* A section that does not end in sight passes untouched, and is told. */
static void test_large_section_passes(void **state)
{
	static const struct rewrite_policy policy = TO_SENDER;
	char storage[REWRITE_TEXT_OCTETS];
	struct rewrite rewrite;

	(void)state;
	rewrite_init(&rewrite, storage, sizeof(storage));
	assert_int_equal(rewrite_plan(&rewrite, &policy, &world,
			     SPAN("From: a@b\r\nTo: x@y\r\nSub"), false),
	    REWRITE_READY);
	assert_true(rewrite.is_untouched);
	assert_int_equal(rewrite.count, 0);
}

/* More edits than there is room for: none at all. */
/* However much is held, so much is looked at. */
static void test_vast_section_passes(void **state)
{
	static char in[2 * REWRITE_SECTION_OCTETS];
	struct rewrite_policy policy = TO_SENDER;
	struct rewrite rewrite;
	char fields[REWRITE_TEXT_OCTETS];
	size_t head = sizeof("From: a@b\r\n") - 1;

	(void)state;
	memset(in, 'x', sizeof(in));
	memcpy(in, "From: a@b\r\nX:", head + 2);
	for (size_t i = 0; i < 2; i++) {
		/* The empty line is the last that is seen, and then not. */
		memcpy(in + REWRITE_SECTION_OCTETS - 4 + i, "\r\n\r\n", 4);
		rewrite_init(&rewrite, fields, sizeof(fields));
		assert_int_equal(rewrite_plan(&rewrite, &policy, &world,
				     span_make(in, sizeof(in) - 2), true),
		    REWRITE_READY);
		assert_int_equal(rewrite.is_untouched, i == 1);
		assert_int_equal(rewrite.count > 0, i == 0);
	}
}

static void test_too_many_edits(void **state)
{
	static const struct rewrite_policy policy = TO_SENDER;
	char storage[REWRITE_TEXT_OCTETS];
	char in[4096];
	struct rewrite rewrite;
	struct text text;

	(void)state;
	text_init(&text, in, sizeof(in));
	for (int i = 0; i < 40; i++)
		text_puts(&text, "Sender: x@y\r\n");
	text_puts(&text, "From: a@b\r\n" REST);
	rewrite_init(&rewrite, storage, sizeof(storage));
	assert_int_equal(
	    rewrite_plan(&rewrite, &policy, &world, text_span(&text), true),
	    REWRITE_READY);
	assert_true(rewrite.is_untouched);
	assert_int_equal(rewrite.count, 0);
}

static void test_dates(void **state)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} dates[] = {
		{ 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
		{ 951782399, "Mon, 28 Feb 2000 23:59:59 +0000" },
		{ 951782400, "Tue, 29 Feb 2000 00:00:00 +0000" },
		{ 951868800, "Wed, 1 Mar 2000 00:00:00 +0000" },
		{ 1795256108, "Sat, 21 Nov 2026 10:15:08 +0000" },
		{ 1798761599, "Thu, 31 Dec 2026 23:59:59 +0000" },
		{ 4107542400, "Mon, 1 Mar 2100 00:00:00 +0000" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(dates); i++) {
		char storage[64];
		struct text text;

		text_init(&text, storage, sizeof(storage));
		date_put(&text, dates[i].seconds);
		assert_string_equal(text_end(&text), dates[i].want);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_null_sender_is_kept),
		cmocka_unit_test(test_large_section_passes),
		cmocka_unit_test(test_vast_section_passes),
		cmocka_unit_test(test_too_many_edits),
		cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
