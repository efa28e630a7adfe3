/*
 * Answers of hostile POP3 servers; a "|" ends what it says before our next
 * command leaves. However the octets arrive, the conversation is the same; we
 * say USER, PASS and QUIT, each once and in this order, and the next one only
 * to an answer; and the password is in no words for the log.
 */
#include "base/ensure.h"
#include "fuzz/grain.h"
#include "relay/pop.h"

static const char *const commands[] = {
	"USER scan@example.com\r\n",
	"PASS pass word;#1\r\n",
	"QUIT\r\n",
};

static char password[] = "pass word;#1";
static const struct secret secret = { password, sizeof(password) - 1 };

static struct upstream_policy policy;

struct scene {
	struct pop pop;
	struct facts facts;
	size_t said; /* commands */
};

static void begin(struct scene *scene)
{
	policy.user = SPAN("scan@example.com");
	policy.pop_host = SPAN("pop.example");
	scene->said = 0;
	facts_init(&scene->facts, LOG_LEVEL_TRACE);
	pop_init(&scene->pop, &policy, &scene->facts, 0);
	pop_connected(&scene->pop);
	pop_secured(&scene->pop);
}

/* What waits leaves: one command, or none. */
static void speak(struct scene *scene)
{
	struct span out;

	if (pop_wants(&scene->pop) & POP_WANTS_CREDENTIAL)
		pop_credential(&scene->pop, &secret);
	out = pop_peek(&scene->pop);
	if (out.len == 0)
		return;
	ENSURE(scene->said < array_len(commands));
	ENSURE(span_equal(out, span_of(commands[scene->said++])));
	pop_took(&scene->pop, out.len);
}

static void put(struct scene *scene, struct span in)
{
	for (;;) {
		struct span part = span_first(in, span_find(in, '|'));

		ENSURE(pop_put(&scene->pop, part) == part.len);
		if (part.len == in.len)
			return;
		in = span_from(in, part.len + 1);
		speak(scene);
	}
}

static uint64_t finish(struct scene *scene)
{
	struct pop *pop = &scene->pop;
	enum log_level level;
	struct span words;
	uint64_t digest = 0;
	size_t at = 0;

	/* Its password has six octets in a row: what a log may not hold. */
	while (facts_read(&scene->facts, &at, &level, &words)) {
		ENSURE(!span_holds_nocase(words, SPAN("pass w")));
		digest_add(&digest, words);
	}
	if (pop->failed_in == POP_PASS)
		ENSURE(!span_holds_nocase(
		    text_span(&pop->detail), SPAN("pass w")));
	ENSURE(pop->stage != POP_LOST || pop->failure != FAIL_NONE);
	ENSURE(
	    (pop->deadline == 0) == ((pop_wants(pop) & POP_WANTS_CLOSE) != 0));
	digest_number(&digest, pop->stage);
	digest_number(&digest, pop->failure);
	digest_number(&digest, scene->said);
	digest_add(&digest, text_span(&pop->detail));
	pop_finish(pop);
	return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scene whole;
	static struct scene cut;
	struct grain grain;
	struct span piece;

	begin(&whole);
	begin(&cut);
	grain_init(&grain, data, size);
	put(&whole, grain.rest);
	while (grain_next(&grain, (struct span){ 0 }, &piece))
		put(&cut, piece);
	grain_finish(&grain);
	ENSURE(finish(&whole) == finish(&cut));
	return 0;
}
