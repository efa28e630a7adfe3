/*
 * The whole conversation: a program (program.h) says what device, provider,
 * pool and clock do, and in what grain. Whatever they do:
 *
 *  - what goes to the provider is whole commands, in an order that makes
 *    sense, and nothing of a login before TLS is up when it would show;
 *  - content is canonical and has one end, said only behind the device's own;
 *  - where all is held, no connection is while the device still speaks;
 *  - a device hears 2xx to its dot only when a whole 2xx reply began after
 *    our dot had left; and DATA is never said again once content went out;
 *  - somebody's time is running as long as anything is open.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "fuzz/program.h"
#include "fuzz/queue.h"
#include "fuzz/watch.h"
#include "relay/session.h"

enum {
	ENVELOPE_OCTETS = 2048,
	LITTLE_HOLD = 32,
	MUCH_HOLD = 4096,
	MOST_HOLD = 10000,
	SIZE_LIMIT = 100,
};

#define THE_SECRET "q8#Wz-77!kY"
#define OFFERS                                                                 \
	"250-mx\r\n250-STARTTLS\r\n250-SIZE 5000\r\n"                          \
	"250-8BITMIME\r\n250-%sPIPELINING\r\n250-%sCHUNKING\r\n"               \
	"250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n"

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
	bool has_no_room;
	unsigned slow;
	uint64_t now;
	struct loan loan;
	struct receipts receipts;
	uint64_t receipt;    /* of the last message sent */
	struct queue client; /* said by the device, not used yet */
	struct queue provider;
	char offers[sizeof(OFFERS)];
	char out[UPSTREAM_OUT_OCTETS];
	char envelope[ENVELOPE_OCTETS];
	char hold[MUCH_HOLD];
	char *room; /* what `hold` has become: exactly so large */
	size_t room_size;
	char fields[REWRITE_TEXT_OCTETS];
	char secret_octets[sizeof(THE_SECRET)];
};

static struct scene scene;

/* ---- the world turns ---- */

static size_t piece(size_t len)
{
	return scene.grain && scene.grain < len ? scene.grain : len;
}

static void bury(void)
{
	queue_took(&scene.provider, scene.provider.len);
	upstream_finish(&scene.upstream);
	scene.has_upstream = false;
}

static void take_back(void)
{
	session_released(&scene.session);
	scene.was_released = true;
	if (scene.upstream.stage == STAGE_OPEN)
		upstream_reset(&scene.upstream);
	else if (scene.upstream.stage != STAGE_READY &&
		 !upstream_is_coming(&scene.upstream))
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

/* Somewhat more than there was; what there was is gone. */
static void do_room(void)
{
	struct span held = session_held(&scene.session);
	size_t before = scene.room ? scene.room_size : scene.loan.hold_size;
	char *room;

	if (scene.has_no_room || before >= MOST_HOLD) {
		session_no_room(&scene.session,
		    scene.has_no_room ? FAIL_NO_ROOM : FAIL_TOO_LARGE,
		    &scene.loan);
		free(scene.room);
		scene.room = NULL;
		return;
	}
	scene.room_size = before + before / 2;
	room = malloc(scene.room_size);
	ENSURE(room && held.len <= before);
	memcpy(room, held.ptr, held.len);
	session_more_room(&scene.session, room, scene.room_size);
	free(scene.room);
	scene.room = room;
}

static void end_room(void)
{
	if (session_is_busy(&scene.session))
		return;
	free(scene.room);
	scene.room = NULL;
}

static void keep_receipt(void)
{
	uint64_t receipt = session_take_receipt(&scene.session);

	if (receipt)
		scene.receipt = receipt;
}

static size_t hear_provider(void)
{
	size_t used = scene.provider.len;

	if (used == 0 || !scene.has_upstream)
		return 0;
	used = upstream_put(&scene.upstream, queue_peek(&scene.provider));
	queue_took(&scene.provider, used);
	return used;
}

static void move(void)
{
	unsigned wants;
	size_t used;

	do {
		size_t heard = hear_provider();

		if (scene.has_upstream &&
		    scene.upstream.stage == STAGE_CREDENTIAL)
			upstream_credential(
			    &scene.upstream, &scene.secret, NONCE);
		used = session_put(&scene.session, queue_peek(&scene.client));
		queue_took(&scene.client, used);
		used += heard;
		keep_receipt();
		watch_phase(&scene.watch);
		wants = session_wants(&scene.session);
		if (wants & WANT_ROOM)
			do_room();
		end_room();
		do_pool();
		session_put(&scene.session, (struct span){ 0 });
		watch_phase(&scene.watch);
	} while (used > 0 || (wants & WANT_RELEASE) ||
		 wants != session_wants(&scene.session));
}

static bool say(void)
{
	struct span heard = session_peek(&scene.session);
	struct span said = { 0 };

	heard = span_first(heard, scene.slow & 1 ? 0 : piece(heard.len));
	watch_heard(&scene.watch, heard);
	session_took(&scene.session, heard.len);
	if (!scene.has_upstream || scene.slow & 2)
		return heard.len > 0;
	said = upstream_peek(&scene.upstream);
	said = span_first(said, piece(said.len));
	watch_said(&scene.watch, said);
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

/* Compared octet by octet: else the fuzzer learns the secret from us. No
 * word begins with an octet it holds again, so starting over misses none. */
static bool holds(struct span text, const char *word)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && word[len]; i++) {
		if (text.ptr[i] != word[len])
			len = 0;
		len += text.ptr[i] == word[len];
	}
	return !word[len];
}

static void judge_facts(void)
{
	enum log_level level;
	struct span words;
	size_t at = 0;

	while (facts_read(&scene.facts, &at, &level, &words)) {
		ENSURE(!holds(words, THE_SECRET));
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

		queue_put(&scene.client, span_first(said, len));
		said = span_from(said, len);
		turn();
	}
}

static void do_upstream(struct span said)
{
	while (said.len > 0 && scene.has_upstream) {
		size_t len = piece(said.len);

		watch_answered(&scene.watch, span_first(said, len));
		queue_put(&scene.provider, span_first(said, len));
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
	watch_link(&scene.watch);
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
	hear(scene.offers);
	if (security == UPSTREAM_STARTTLS) {
		hear("220 go\r\n");
		do_secured(unused);
		turn();
		hear(scene.offers);
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
	watch_gone(&scene.watch);
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

static void do_flows(struct span octet)
{
	session_flows(&scene.session, octet.ptr[0] & 1);
}

static void do_unheard(struct span unused)
{
	(void)unused;
	if (!scene.receipt)
		return;
	receipts_settle(&scene.receipts, scene.receipt, true, scene.now);
	watch_unheard(&scene.watch);
	scene.receipt = 0;
}

/* What the device said in the clear is no part of TLS, and is gone. */
static void do_client_secured(struct span unused)
{
	(void)unused;
	if (!(session_wants(&scene.session) & WANT_TLS))
		return;
	queue_took(&scene.client, scene.client.len);
	session_secured(&scene.session);
}

static void do_quit(struct span unused)
{
	(void)unused;
	if (scene.has_upstream && !scene.session.upstream && scene.was_released)
		upstream_quit(&scene.upstream);
}

static void do_more(struct span unused)
{
	(void)unused;
	scene.has_no_room = false;
}

static void do_full(struct span unused)
{
	(void)unused;
	scene.has_no_room = true;
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

	[PROGRAM_UNHEARD]   = { do_unheard,   NOTHING },

	[PROGRAM_CLIENT_SECURED] = { do_client_secured, NOTHING },
	[PROGRAM_ROOM]      = { do_more,      NOTHING },
	[PROGRAM_NO_ROOM]   = { do_full,      NOTHING },
	[PROGRAM_FLOWS]     = { do_flows,     OCTET },
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

static uint32_t mechanisms_of(unsigned bits)
{
	return bits & (SASL_BIT(SASL_MECHANISM_COUNT) - 1);
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
	static char password[] = "4711";
	static const struct client_login login = { SPAN("copier"),
		{ password, sizeof(password) - 1 } };

	scene.grain = head[PROGRAM_GRAIN];
	scene.client_policy = (struct client_policy){
		.hello = SPAN("relay"),
		.device = SPAN("copier"),
		.tls = head[PROGRAM_SECURITY] / 3 % CLIENT_TLS_COUNT,
		.auth = head[PROGRAM_SECURITY] / 9 % CLIENT_AUTH_COUNT,
		.logins = &login,
		.login_count = 1,
		.recipients = head[PROGRAM_LIMITS] & 0x7f,
		.message_size = head[PROGRAM_LIMITS] & 0x80 ? SIZE_LIMIT : 0,
		.holds_all = head[PROGRAM_HOLD] & 2,
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
		.mechanisms = mechanisms_of(head[PROGRAM_MECHANISMS]),
		.chunking = !(head[PROGRAM_HOLD] & 16),
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
		scene.hold, head[PROGRAM_HOLD] & 1 ? MUCH_HOLD : LITTLE_HOLD,
		scene.fields, sizeof(scene.fields), 1795256108,
		SPAN("<1@relay.example>"), &scene.receipts };
	watch_init(&scene.watch, &scene.session, &scene.upstream,
	    &scene.upstream_policy);
	queue_set(&scene.client, SPAN(""));
	queue_set(&scene.provider, SPAN(""));
	snprintf(scene.offers, sizeof(scene.offers), OFFERS,
	    head[PROGRAM_HOLD] & 4 ? "" : "X",
	    head[PROGRAM_HOLD] & 8 ? "" : "X");
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
	queue_free(&scene.client);
	queue_free(&scene.provider);
	ENSURE(!scene.room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_make((const char *)data, size);
	struct span program;

	/* What a device says may be told, even if it is our secret, and be it
	 * said in two pieces: one of them holds one of the halves. */
	if (size < PROGRAM_HEAD || holds(input, "q8#Wz-7") ||
	    holds(input, "7!kY"))
		return 0;
	program =
	    span_make((const char *)data + PROGRAM_HEAD, size - PROGRAM_HEAD);
	begin(data);
	while (run_step(&program))
		;
	end();
	return 0;
}
