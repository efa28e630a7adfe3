/*
 * The whole conversation: a program (program.h) says what device, provider,
 * pool and clock do, and in what grain. Whatever they do:
 *
 *  - what goes to the provider is whole commands, in an order that makes
 *    sense, and nothing of a login before TLS is up when it would show;
 *  - content is canonical and has one end, said only behind the device's own;
 *  - a device hears 2xx to its dot only when a whole 2xx reply began after
 *    our dot had left; and DATA is never said again once content went out;
 *  - somebody's time is running as long as anything is open.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "fuzz/program.h"
#include "relay/session.h"

enum {
	ENVELOPE_OCTETS = 2048,
	LITTLE_HOLD = 32,
	MUCH_HOLD = 4096,
	SIZE_LIMIT = 100,
	LINE_OCTETS = 40000,
};

#define THE_SECRET "q8#Wz-77!kY"
#define OFFERS                                                                 \
	"250-mx\r\n250-STARTTLS\r\n250-SIZE 5000\r\n"                          \
	"250-8BITMIME\r\n250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n"

/* What is known of one provider's connection from its octets alone. */
struct watch {
	char line[LINE_OCTETS]; /* the command being said */
	size_t len;
	bool has_said_auth;
	bool has_said_mail;
	bool has_said_data; /* its content may come */
	char last;	    /* octets of the content before the next one */
	char last_but_one;
	size_t line_octets; /* of the line of content being said */
	bool has_begun_dot; /* that line begins with a dot */
	bool has_ended;	    /* the end was said */
	char code[4];	    /* of the reply behind it */
	size_t code_len;
	bool is_accepted;
};

struct scene {
	size_t grain;
	struct client_policy client_policy;
	struct upstream_policy upstream_policy;
	struct secret secret;
	struct facts facts;
	struct session session;
	struct upstream upstream;
	struct watch watch;
	bool has_upstream;
	bool was_released;
	unsigned slow;
	uint64_t now;
	struct loan loan;
	char *pending; /* said by the device, not used yet: exactly so long */
	size_t pending_len;
	bool has_content_left; /* for the message that the device sends */
	char heard[600];       /* the line being said to the device */
	size_t heard_len;
	bool is_dot_awaited; /* 354 was said */
	char out[UPSTREAM_OUT_OCTETS];
	char envelope[ENVELOPE_OCTETS];
	char hold[MUCH_HOLD];
	char fields[REWRITE_TEXT_OCTETS];
	char secret_octets[sizeof(THE_SECRET)];
};

static struct scene scene;

/* ---- what goes to the provider ---- */

static bool starts(struct span line, struct span prefix)
{
	return span_equal(span_first(line, prefix.len), prefix);
}

static bool is_response(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!is_alpha(line.ptr[i]) && !is_digit(line.ptr[i]) &&
		    line.ptr[i] != '+' && line.ptr[i] != '/' &&
		    line.ptr[i] != '=')
			return span_equal(line, SPAN("*"));
	return true;
}

static void judge_auth(struct watch *watch, struct span line)
{
	struct span rest = span_from(line, 5);
	enum sasl_mechanism mechanism = sasl_find(span_word(&rest));

	ENSURE(mechanism < SASL_MECHANISM_COUNT);
	ENSURE(scene.upstream_policy.mechanisms & SASL_BIT(mechanism));
	ENSURE(scene.upstream.is_secure || !sasl_reveals(mechanism));
	ENSURE(!watch->has_said_mail);
	watch->has_said_auth = true;
}

static void judge_path(struct watch *watch, struct span line, bool is_mail)
{
	bool may_be_plain = scene.upstream_policy.security == UPSTREAM_PLAIN;

	ENSURE(scene.upstream.is_secure || may_be_plain);
	ENSURE(watch->has_said_auth || scene.upstream_policy.mechanisms == 0);
	ENSURE(span_find(line, '>') < line.len);
	ENSURE(is_mail || watch->has_said_mail);
	watch->has_said_mail = true;
}

static void judge_data(struct watch *watch)
{
	ENSURE(watch->has_said_mail);
	/* Nothing is ever said again after content went out. */
	ENSURE(!scene.has_content_left);
	watch->has_said_data = true;
	watch->has_said_mail = false;
	watch->has_ended = false;
	watch->is_accepted = false;
	watch->code_len = 0;
	watch->line_octets = 0;
	watch->last = '\n';
	watch->last_but_one = '\r';
}

static void judge_command(struct watch *watch, struct span line)
{
	ENSURE(starts(line, SPAN("AUTH ")) ||
	       scene.upstream.stage == STAGE_AUTH || line.len <= 510);
	for (size_t i = 0; i < line.len; i++)
		ENSURE(is_print(line.ptr[i]));
	if (scene.upstream.stage == STAGE_AUTH &&
	    !starts(line, SPAN("AUTH "))) {
		ENSURE(watch->has_said_auth && is_response(line));
	} else if (starts(line, SPAN("AUTH "))) {
		judge_auth(watch, line);
	} else if (starts(line, SPAN("EHLO "))) {
		ENSURE(!watch->has_said_auth);
	} else if (starts(line, SPAN("MAIL FROM:<"))) {
		judge_path(watch, line, true);
	} else if (starts(line, SPAN("RCPT TO:<"))) {
		judge_path(watch, line, false);
	} else if (span_equal(line, SPAN("DATA"))) {
		judge_data(watch);
	} else if (span_equal(line, SPAN("RSET"))) {
		ENSURE(!scene.session.upstream);
		watch->has_said_mail = false;
	} else {
		ENSURE(span_equal(line, SPAN("STARTTLS")) ||
		       span_equal(line, SPAN("QUIT")));
	}
}

static void watch_command(struct watch *watch, struct span octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		char c = octets.ptr[i];

		if (c != '\n') {
			ENSURE(watch->len < sizeof(watch->line));
			watch->line[watch->len++] = c;
			continue;
		}
		ENSURE(watch->len > 0 && watch->line[watch->len - 1] == '\r');
		judge_command(watch, span_make(watch->line, watch->len - 1));
		watch->len = 0;
	}
}

static void end_content_line(struct watch *watch)
{
	/* A dot alone ends the content, and only when the device said so. */
	if (watch->has_begun_dot && watch->line_octets == 2) {
		ENSURE(scene.session.is_whole);
		watch->has_ended = true;
	}
	watch->line_octets = 0;
}

static void watch_content(struct watch *watch, struct span octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		char c = octets.ptr[i];

		ENSURE(watch->has_said_data && !watch->has_ended);
		ENSURE(c != '\0');
		ENSURE((watch->last == '\r') == (c == '\n'));
		if (watch->line_octets == 0)
			watch->has_begun_dot = c == '.';
		else if (watch->line_octets == 1 && watch->has_begun_dot)
			ENSURE(c == '.' || c == '\r');
		watch->last_but_one = watch->last;
		watch->last = c;
		if (c == '\n')
			end_content_line(watch);
		else
			watch->line_octets++;
	}
	scene.has_content_left = scene.has_content_left || octets.len > 0;
}

/* ---- what comes from the provider ---- */

/* Behind our dot: is there a whole reply, and is it an acceptance? */
static void watch_reply(struct watch *watch, struct span octets)
{
	for (size_t i = 0; i < octets.len && watch->has_ended; i++) {
		char c = octets.ptr[i];

		if (c != '\n') {
			if (watch->code_len < sizeof(watch->code))
				watch->code[watch->code_len++] = c;
			continue;
		}
		if (watch->code_len >= 3 && watch->code[0] == '2' &&
		    (watch->code_len == 3 || watch->code[3] != '-'))
			watch->is_accepted = true;
		watch->code_len = 0;
	}
}

/* ---- what the device hears ---- */

static void judge_heard(struct span line)
{
	ENSURE(line.len >= 4 && line.len <= CLIENT_REPLY_OCTETS - 2);
	for (size_t i = 0; i < line.len; i++)
		ENSURE(is_print(line.ptr[i]));
	if (scene.is_dot_awaited && line.ptr[0] == '2') {
		ENSURE(scene.watch.is_accepted);
		scene.watch.is_accepted = false;
	}
	scene.is_dot_awaited = starts(line, SPAN("354 "));
}

static void watch_heard(struct span octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		char c = octets.ptr[i];

		if (c != '\n') {
			ENSURE(scene.heard_len < sizeof(scene.heard));
			scene.heard[scene.heard_len++] = c;
			continue;
		}
		ENSURE(scene.heard_len > 0 &&
		       scene.heard[scene.heard_len - 1] == '\r');
		judge_heard(span_make(scene.heard, scene.heard_len - 1));
		scene.heard_len = 0;
	}
}

/* ---- the world turns ---- */

static size_t piece(size_t len)
{
	return scene.grain && scene.grain < len ? scene.grain : len;
}

static void bury(void)
{
	upstream_finish(&scene.upstream);
	scene.has_upstream = false;
}

static void take_back(void)
{
	session_released(&scene.session);
	scene.was_released = true;
	if (scene.upstream.stage == STAGE_OPEN)
		upstream_reset(&scene.upstream);
	else if (scene.upstream.stage > STAGE_READY)
		bury();
}

static void do_pool(void)
{
	unsigned wants = session_wants(&scene.session);

	if (wants & WANT_WARM)
		session_warmed(&scene.session);
	if (wants & WANT_RELEASE)
		take_back();
	else if ((wants & WANT_LINK) && scene.has_upstream &&
		 !scene.was_released && upstream_is_ready(&scene.upstream)) {
		session_provider_size(
		    &scene.session, scene.upstream.offers.max_size);
		session_lease(&scene.session, &scene.upstream, &scene.loan);
	}
}

/* Keeps what was not used, in memory of exactly its length. */
static void use(size_t used)
{
	char *rest;

	ENSURE(used <= scene.pending_len);
	if (used == 0)
		return;
	rest = malloc(scene.pending_len - used + 1);
	ENSURE(rest);
	memcpy(rest, scene.pending + used, scene.pending_len - used);
	free(scene.pending);
	scene.pending = rest;
	scene.pending_len -= used;
}

static void note_phase(void)
{
	if (scene.session.phase < PHASE_COLLECT)
		scene.has_content_left = false;
}

static void move(void)
{
	unsigned wants;
	size_t used;

	do {
		if (scene.has_upstream &&
		    scene.upstream.stage == STAGE_CREDENTIAL)
			upstream_credential(&scene.upstream, &scene.secret);
		used = session_put(&scene.session,
		    span_make(scene.pending, scene.pending_len));
		use(used);
		note_phase();
		wants = session_wants(&scene.session);
		do_pool();
		session_put(&scene.session, (struct span){ 0 });
		note_phase();
	} while (used > 0 || (wants & WANT_RELEASE) ||
		 wants != session_wants(&scene.session));
}

static bool say(void)
{
	struct span heard = session_peek(&scene.session);
	struct span said = { 0 };
	enum stage stage = scene.upstream.stage;

	heard = span_first(heard, scene.slow & 1 ? 0 : piece(heard.len));
	watch_heard(heard);
	session_took(&scene.session, heard.len);
	if (!scene.has_upstream || scene.slow & 2)
		return heard.len > 0;
	said = upstream_peek(&scene.upstream);
	said = span_first(said, piece(said.len));
	if (stage == STAGE_BODY || stage == STAGE_DOT)
		watch_content(&scene.watch, said);
	else
		watch_command(&scene.watch, said);
	upstream_took(&scene.upstream, said.len);
	return heard.len > 0 || said.len > 0;
}

/* Nothing may wait with nobody's time running. */
static void judge_patience(void)
{
	const struct session *session = &scene.session;
	unsigned wants = session_wants(session) & ~(unsigned)WANT_WARM;

	ENSURE(session_deadline(session) > 0 || wants != 0 ||
	       session_peek(session).len > 0 ||
	       (session->upstream && upstream_deadline(session->upstream) > 0));
}

/* Compared octet by octet: else the fuzzer learns the secret from us. */
static bool holds_secret(struct span text)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < sizeof(THE_SECRET) - 1; i++)
		len = text.ptr[i] == THE_SECRET[len] ? len + 1 : 0;
	return len == sizeof(THE_SECRET) - 1;
}

static void judge_facts(void)
{
	enum log_level level;
	struct span words;
	size_t at = 0;

	while (facts_read(&scene.facts, &at, &level, &words)) {
		ENSURE(!holds_secret(words));
		for (size_t i = 0; i < words.len; i++)
			ENSURE(is_print(words.ptr[i]));
	}
	facts_clear(&scene.facts);
}

static void turn(void)
{
	do {
		move();
	} while (say());
	judge_patience();
	judge_facts();
}

/* ---- the steps of a program ---- */

static void do_client(struct span said)
{
	while (said.len > 0) {
		size_t len = piece(said.len);
		char *joined = malloc(scene.pending_len + len);

		ENSURE(joined);
		memcpy(joined, scene.pending, scene.pending_len);
		memcpy(joined + scene.pending_len, said.ptr, len);
		free(scene.pending);
		scene.pending = joined;
		scene.pending_len += len;
		said = span_from(said, len);
		turn();
	}
}

static void do_upstream(struct span said)
{
	while (said.len > 0 && scene.has_upstream) {
		size_t len = piece(said.len);
		char *exact = malloc(len);

		ENSURE(exact);
		memcpy(exact, said.ptr, len);
		watch_reply(&scene.watch, span_make(exact, len));
		upstream_put(&scene.upstream, span_make(exact, len));
		free(exact);
		said = span_from(said, len);
		move();
	}
}

static void do_dial(struct span unused)
{
	(void)unused;
	if (scene.session.upstream)
		return;
	if (scene.has_upstream)
		bury();
	memset(&scene.watch, 0, sizeof(scene.watch));
	upstream_init(&scene.upstream, &scene.upstream_policy, &scene.facts,
	    scene.now, scene.out, sizeof(scene.out));
	scene.has_upstream = true;
	scene.was_released = false;
}

static void do_connected(struct span unused)
{
	(void)unused;
	if (scene.has_upstream)
		upstream_connected(&scene.upstream, SPAN("[192.0.2.1]"));
}

static void do_secured(struct span unused)
{
	(void)unused;
	if (scene.has_upstream)
		upstream_secured(&scene.upstream);
}

static void hear(const char *said)
{
	do_upstream(span_of(said));
	turn();
}

/* Logged in and idle, if the mechanism needs no more than one response. */
static void do_warm(struct span unused)
{
	enum upstream_security security = scene.upstream_policy.security;

	do_dial(unused);
	do_connected(unused);
	if (security == UPSTREAM_IMPLICIT)
		do_secured(unused);
	hear("220 mx\r\n");
	hear(OFFERS);
	if (security == UPSTREAM_STARTTLS) {
		hear("220 go\r\n");
		do_secured(unused);
		turn();
		hear(OFFERS);
	}
	hear("235 ok\r\n");
	if (scene.has_upstream)
		scene.upstream.has_idled = true;
}

static void do_again(struct span unused)
{
	(void)unused;
	scene.was_released = false;
	if (scene.has_upstream)
		scene.upstream.has_idled = true;
}

static enum failure failure_of(struct span octet)
{
	return 1 + (unsigned char)octet.ptr[0] % (FAIL_COUNT - 1);
}

static void do_no_link(struct span octet)
{
	if (session_wants(&scene.session) & WANT_LINK)
		session_no_link(
		    &scene.session, failure_of(octet), SPAN("mx.example"));
}

static void do_lose(struct span octet)
{
	if (scene.has_upstream)
		upstream_lose(&scene.upstream, failure_of(octet), octet);
}

static void do_closed(struct span unused)
{
	(void)unused;
	if (scene.has_upstream)
		upstream_closed(&scene.upstream);
}

static void do_gone(struct span unused)
{
	(void)unused;
	session_client_gone(&scene.session);
	scene.heard_len = 0;
	scene.is_dot_awaited = false;
}

static void do_drain(struct span unused)
{
	(void)unused;
	session_drain(&scene.session);
}

static void do_wait(struct span octet)
{
	scene.now += 10000 * (uint64_t)(unsigned char)octet.ptr[0];
	if (scene.has_upstream)
		upstream_tick(&scene.upstream, scene.now);
	session_tick(&scene.session, scene.now);
}

static void do_slow(struct span octet)
{
	scene.slow = (unsigned char)octet.ptr[0];
}

static void do_quit(struct span unused)
{
	(void)unused;
	if (scene.has_upstream && !scene.session.upstream && scene.was_released)
		upstream_quit(&scene.upstream);
}

/* clang-format off */
static const struct step_row {
	void (*run)(struct span what);
	enum { NOTHING, OCTET, OCTETS } what;
} steps[] = {
	[PROGRAM_CLIENT]    = { do_client,    OCTETS },
	[PROGRAM_UPSTREAM]  = { do_upstream,  OCTETS },
	[PROGRAM_DIAL]      = { do_dial,      NOTHING },
	[PROGRAM_CONNECTED] = { do_connected, NOTHING },
	[PROGRAM_SECURED]   = { do_secured,   NOTHING },
	[PROGRAM_WARM]      = { do_warm,      NOTHING },
	[PROGRAM_AGAIN]     = { do_again,     NOTHING },
	[PROGRAM_NO_LINK]   = { do_no_link,   OCTET },
	[PROGRAM_LOSE]      = { do_lose,      OCTET },
	[PROGRAM_CLOSED]    = { do_closed,    NOTHING },
	[PROGRAM_GONE]      = { do_gone,      NOTHING },
	[PROGRAM_DRAIN]     = { do_drain,     NOTHING },
	[PROGRAM_WAIT]      = { do_wait,      OCTET },
	[PROGRAM_SLOW]      = { do_slow,      OCTET },
	[PROGRAM_QUIT]      = { do_quit,      NOTHING },
};
/* clang-format on */
static_assert(array_len(steps) == PROGRAM_STEPS, "every step has its row");

/* The step at the front; false when the program is over. */
static bool run_step(struct span *program)
{
	const struct step_row *row;
	struct span what;
	size_t len = 1;

	if (program->len < 2)
		return false;
	row = &steps[(unsigned char)program->ptr[0] % PROGRAM_STEPS];
	*program = span_from(*program, 1);
	if (row->what == NOTHING)
		len = 0;
	if (row->what == OCTETS) {
		len = (unsigned char)program->ptr[0];
		*program = span_from(*program, 1);
	}
	what = span_first(*program, len);
	*program = span_from(*program, what.len);
	row->run(what);
	turn();
	return true;
}

static uint32_t ready_mechanisms(unsigned bits)
{
	uint32_t set = 0;

	for (enum sasl_mechanism m = 0; m < SASL_MECHANISM_COUNT; m++)
		if (sasl_is_ready(m))
			set |= SASL_BIT(m) & bits;
	return set;
}

static void set_rewriting(unsigned bits)
{
	if (bits & 1)
		scene.upstream_policy.sender = SPAN("scan@example.com");
	scene.client_policy.completes = bits & 2;
	scene.client_policy.reply_to = (bits >> 2) % REPLY_TO_COUNT;
	scene.client_policy.reply_address = SPAN("help@example.com");
	scene.upstream_policy.is_signed = (bits >> 4) % SIGNED_COUNT;
	scene.client_policy.takes_any_end = bits & 0x40;
	if (bits & 0x80)
		scene.client_policy.redirect = SPAN("boss@example.com");
}

static void set_policies(const unsigned char *head)
{
	scene.grain = head[PROGRAM_GRAIN];
	scene.client_policy = (struct client_policy){
		.hello = SPAN("relay"),
		.device = SPAN("copier"),
		.recipients = head[PROGRAM_LIMITS] & 0x7f,
		.message_size = head[PROGRAM_LIMITS] & 0x80 ? SIZE_LIMIT : 0,
		.command_timeout_s = 300,
		.message_timeout_s = 1800,
	};
	scene.upstream_policy = (struct upstream_policy){
		.account = SPAN("office"),
		.host = SPAN("mx.example"),
		.port = 587,
		.security = head[PROGRAM_SECURITY] % UPSTREAM_SECURITY_COUNT,
		.hello = SPAN("relay.example"),
		.user = SPAN("scan@example.com"),
		.mechanisms = ready_mechanisms(head[PROGRAM_MECHANISMS]),
	};
	set_rewriting(head[PROGRAM_REWRITE]);
}

static void begin(const unsigned char *head)
{
	memset(&scene, 0, sizeof(scene));
	set_policies(head);
	memcpy(scene.secret_octets, THE_SECRET, sizeof(THE_SECRET));
	scene.secret =
	    (struct secret){ scene.secret_octets, sizeof(THE_SECRET) - 1 };
	scene.loan = (struct loan){ scene.envelope, sizeof(scene.envelope),
		scene.hold, head[PROGRAM_HOLD] == 0 ? LITTLE_HOLD : MUCH_HOLD,
		scene.fields, sizeof(scene.fields), 1795256108,
		SPAN("<1@relay.example>") };
	scene.pending = malloc(1);
	ENSURE(scene.pending);
	scene.now = 1000000;
	facts_init(&scene.facts, LOG_LEVEL_TRACE);
	session_init(&scene.session, &scene.client_policy, &scene.facts,
	    SPAN("192.0.2.17"), scene.now);
	turn();
}

/* The device's connection ends as the shell ends it: all is let go. */
static void end(void)
{
	scene.slow = 0;
	do_gone((struct span){ 0 });
	if (scene.session.upstream)
		upstream_lose(&scene.upstream, FAIL_CLIENT_GONE, SPAN(""));
	turn();
	do_no_link(SPAN("\x01"));
	turn();
	ENSURE(scene.session.phase == PHASE_IDLE);
	ENSURE(session_wants(&scene.session) & WANT_CLOSE);
	if (scene.has_upstream)
		bury();
	free(scene.pending);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span program;

	/* What a device says may be told, even if it is our secret. */
	if (size < PROGRAM_HEAD ||
	    holds_secret(span_make((const char *)data, size)))
		return 0;
	program =
	    span_make((const char *)data + PROGRAM_HEAD, size - PROGRAM_HEAD);
	begin(data);
	while (run_step(&program))
		;
	end();
	return 0;
}
