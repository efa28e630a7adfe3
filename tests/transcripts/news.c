#include <string.h>

#include "base/ensure.h"
#include "transcripts/seed.h"
#include "transcripts/show.h"

static enum failure find_failure(struct show *show, struct span name)
{
	for (enum failure failure = 0; failure < FAIL_COUNT; failure++)
		if (span_equal(failure_name(failure), name))
			return failure;
	show_fail(show, "unknown failure", name);
	return FAIL_NONE;
}

/* ---- news ---- */

static void tell_dial(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_DIAL);
	world_dial(&show->world);
}

static void tell_link(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_DIAL);
	seed_step(show, PROGRAM_CONNECTED);
	world_link(&show->world);
}

static void tell_warm(struct show *show, struct span words)
{
	char keywords[512];
	size_t len = words.len < sizeof(keywords) ? words.len : 0;

	memcpy(keywords, words.ptr, len);
	for (size_t i = 0; i < len; i++)
		if (keywords[i] == ',')
			keywords[i] = '\n';
	seed_offers(show, words);
	seed_step(show, PROGRAM_WARM);
	world_warm(&show->world, span_make(keywords, len));
}

static void tell_again(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_AGAIN);
	world_again(&show->world);
}

static void tell_quit(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_QUIT);
	upstream_quit(&show->world.upstream);
}

static void tell_no_link(struct show *show, struct span words)
{
	enum failure failure = find_failure(show, words);

	seed_step_with(show, PROGRAM_NO_LINK, failure);
	session_no_link(
	    &show->world.session, failure, show->world.upstream_policy.host);
}

static void tell_credential(struct show *show, struct span words)
{
	(void)words;
	upstream_credential(&show->world.upstream, &show->world.secret, NONCE);
}

static void tell_tls_up(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_SECURED);
	upstream_secured(&show->world.upstream);
}

static void tell_lost(struct show *show, struct span words)
{
	enum failure failure = find_failure(show, words);

	seed_step_with(show, PROGRAM_LOSE, failure);
	upstream_lose(
	    &show->world.upstream, failure, SPAN("told by the transcript"));
}

static void tell_closed(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_CLOSED);
	upstream_closed(&show->world.upstream);
}

static void tell_gone(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_GONE);
	session_client_gone(&show->world.session);
}

static void tell_drain(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_DRAIN);
	session_drain(&show->world.session);
}

static void tell_size(struct show *show, struct span words)
{
	uint64_t size = 0;

	if (!span_number(words, UINT64_MAX / 2, &size))
		show_fail(show, "not a number", words);
	session_provider_size(&show->world.session, size);
}

static void tell_wait(struct show *show, struct span words)
{
	uint64_t seconds = 0;

	if (!span_number(words, 1000000, &seconds))
		show_fail(show, "not a number", words);
	for (uint64_t tens = (seconds + 9) / 10; tens > 0;) {
		unsigned some = tens < 255 ? (unsigned)tens : 255;

		seed_step_with(show, PROGRAM_WAIT, some);
		tens -= some;
	}
	world_wait(&show->world, seconds * 1000);
}

static void tell_unheard(struct show *show, struct span words)
{
	struct world *world = &show->world;

	seed_step(show, PROGRAM_UNHEARD);
	if (!world->receipt)
		show_fail(show, "no message was sent", words);
	receipts_settle(&world->receipts, world->receipt, true, world->now);
}

/* As if the last message were still under way, its device gone. */
static void tell_under_way(struct show *show, struct span words)
{
	(void)words;
	receipts_left(
	    &show->world.receipts, show->world.receipt, show->world.now);
}

static void tell_failed(struct show *show, struct span words)
{
	(void)words;
	receipts_settle(
	    &show->world.receipts, show->world.receipt, false, show->world.now);
}

static void tell_left(struct show *show, struct span words)
{
	(void)words;
	session_client_left(&show->world.session);
}

static void tell_suspect(struct show *show, struct span words)
{
	uint64_t refusals = 0;

	if (!span_number(words, 1000, &refusals))
		show_fail(show, "not a number", words);
	session_suspect(&show->world.session, (unsigned)refusals);
}

static void tell_device_tls(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_CLIENT_SECURED);
	world_secure(&show->world);
}

static void tell_room(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_ROOM);
	show->world.has_no_room = false;
}

static void tell_no_room(struct show *show, struct span words)
{
	(void)words;
	seed_step(show, PROGRAM_NO_ROOM);
	show->world.has_no_room = true;
}

/* "@ flowing", and "@ flowing no": is more of the device here already? */
static void tell_flowing(struct show *show, struct span words)
{
	bool is_flowing = words.len == 0;

	seed_step_with(show, PROGRAM_FLOWS, is_flowing);
	session_flows(&show->world.session, is_flowing);
	world_turn(&show->world);
}

/* "@ slow device", "@ slow provider", "@ slow": who takes nothing. */
static void tell_slow(struct show *show, struct span words)
{
	struct world *world = &show->world;

	world->is_client_slow = span_equal(words, SPAN("device"));
	world->is_provider_slow = span_equal(words, SPAN("provider"));
	seed_step_with(show, PROGRAM_SLOW,
	    world->is_client_slow | (unsigned)world->is_provider_slow << 1);
}

/* clang-format off */
static const struct news_row {
	const char *verb;
	void (*tell)(struct show *, struct span words);
} news[] = {
	{ "dial",            tell_dial },
	{ "link",            tell_link },
	{ "warm",            tell_warm },
	{ "again",           tell_again },
	{ "quit",            tell_quit },
	{ "no-link",         tell_no_link },
	{ "credential",      tell_credential },
	{ "tls-up",          tell_tls_up },
	{ "lost",            tell_lost },
	{ "upstream-closed", tell_closed },
	{ "client-gone",     tell_gone },
	{ "drain",           tell_drain },
	{ "size",            tell_size },
	{ "wait",            tell_wait },
	{ "flowing",         tell_flowing },
	{ "slow",            tell_slow },
	{ "device-tls",      tell_device_tls },
	{ "suspect",         tell_suspect },
	{ "unheard",         tell_unheard },
	{ "under-way",       tell_under_way },
	{ "failed",          tell_failed },
	{ "left",            tell_left },
	{ "room",            tell_room },
	{ "no-room",         tell_no_room },
};
/* clang-format on */

/* see show.h */
void show_tell(struct show *show, struct span words)
{
	struct span verb = span_word(&words);

	for (size_t i = 0; i < array_len(news); i++)
		if (span_equal(verb, span_of(news[i].verb))) {
			news[i].tell(show, span_trim(words));
			world_turn(&show->world);
			return;
		}
	show_fail(show, "unknown news", verb);
}

/* ---- wishes, and what else can be seen from outside ---- */

static bool is_wanting_warm(const struct world *world, struct span words)
{
	(void)words;
	return session_wants(&world->session) & WANT_WARM;
}

static bool is_wanting_link(const struct world *world, struct span words)
{
	(void)words;
	return session_wants(&world->session) & WANT_LINK;
}

static bool is_wanting_no_link(const struct world *world, struct span words)
{
	return !is_wanting_link(world, words);
}

static bool is_wanting_fresh(const struct world *world, struct span words)
{
	return is_wanting_link(world, words) &&
	       session_wants_fresh(&world->session);
}

static bool is_wanting_close(const struct world *world, struct span words)
{
	(void)words;
	return session_wants(&world->session) & WANT_CLOSE;
}

static bool is_wanting_device_tls(const struct world *world, struct span words)
{
	(void)words;
	return session_wants(&world->session) & WANT_TLS;
}

static bool is_open(const struct world *world, struct span words)
{
	return !is_wanting_close(world, words);
}

static bool is_wanting_tls(const struct world *world, struct span words)
{
	(void)words;
	return upstream_wants(&world->upstream) & UPSTREAM_WANTS_TLS;
}

static bool is_wanting_credential(const struct world *world, struct span words)
{
	(void)words;
	return upstream_wants(&world->upstream) & UPSTREAM_WANTS_CREDENTIAL;
}

static bool is_released(const struct world *world, struct span words)
{
	return world->was_released &&
	       span_equal(words, stage_name(world->upstream.stage));
}

static bool is_in_stage(const struct world *world, struct span words)
{
	return span_equal(words, stage_name(world->upstream.stage));
}

static bool is_lost(const struct world *world, struct span words)
{
	return world->upstream.stage == STAGE_LOST &&
	       span_equal(words, failure_name(world->upstream.failure));
}

/* What the log would say of the loss. */
static bool is_detailed(const struct world *world, struct span words)
{
	return span_equal(text_span(&world->upstream.detail), words);
}

/* The device is not read from: it must wait. */
static bool is_waiting(const struct world *world, struct span words)
{
	(void)words;
	return buf_len(&world->from_client) > 0;
}

static bool is_starved(const struct world *world, struct span words)
{
	(void)words;
	return session_is_starved(&world->session);
}

/* Somebody will be told that it took too long: nothing waits for ever. */
static bool is_timed(const struct world *world, struct span words)
{
	(void)words;
	return session_deadline(&world->session) > 0 ||
	       (world->has_upstream && upstream_deadline(&world->upstream) > 0);
}

/* clang-format off */
static const struct wish_row {
	const char *verb;
	bool (*stands)(const struct world *, struct span words);
} wishes[] = {
	{ "warm",       is_wanting_warm },
	{ "link",       is_wanting_link },
	{ "no-link",    is_wanting_no_link },
	{ "fresh",      is_wanting_fresh },
	{ "close",      is_wanting_close },
	{ "open",       is_open },
	{ "device-tls", is_wanting_device_tls },
	{ "tls",        is_wanting_tls },
	{ "credential", is_wanting_credential },
	{ "released",   is_released },
	{ "stage",      is_in_stage },
	{ "lost",       is_lost },
	{ "detail",     is_detailed },
	{ "waiting",    is_waiting },
	{ "starved",    is_starved },
	{ "timed",      is_timed },
};
/* clang-format on */

/* see show.h */
void show_check(struct show *show, struct span words)
{
	struct span verb = span_word(&words);

	words = span_trim(words);
	for (size_t i = 0; i < array_len(wishes); i++)
		if (span_equal(verb, span_of(wishes[i].verb))) {
			if (!wishes[i].stands(&show->world, words))
				show_fail(show, "does not stand",
				    words.len ? words : verb);
			return;
		}
	show_fail(show, "unknown wish", verb);
}
