/*
 * Challenges of hostile servers, one a line, to every mechanism that reads
 * them. The first octet says which one it is. The same challenges get the same
 * answers; an answer never holds what could end a line or a quoted string too
 * soon; nothing is proven to us before we have proven ourselves.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "fuzz/program.h"
#include "sasl/sasl.h"

static char password[] = "pencil";
static const struct secret secret = { password, 6 };
static const struct sasl_terms terms = { SPAN("us\"er@example.com"), &secret,
	NONCE, SPAN("mx.example"), 587, SPAN("smtp") };

static const enum sasl_mechanism mechanisms[] = {
	SASL_SCRAM_SHA_256,
	SASL_SCRAM_SHA_1,
	SASL_CRAM_MD5,
	SASL_DIGEST_MD5,
};

/* A response leaves as base64; inside of it ours is printable, whatever the
 * server said. */
static void check_response(const struct sasl *sasl)
{
	for (size_t i = 0; i < sasl->part_count; i++)
		for (size_t j = 0; j < sasl->parts[i].len; j++)
			ENSURE(is_print(sasl->parts[i].ptr[j]));
}

/* One challenge, in memory of exactly its length, which is gone before the
 * response is looked at. */
static enum sasl_verdict hear(struct sasl *sasl, struct span said)
{
	char *exact = malloc(said.len + 1);
	enum sasl_verdict verdict;

	ENSURE(exact);
	if (said.len > 0)
		memcpy(exact, said.ptr, said.len);
	verdict = sasl_challenge(sasl, span_make(exact, said.len));
	free(exact);
	ENSURE(verdict == SASL_RESPOND || verdict == SASL_REFUSED ||
	       sasl->part_count == 0);
	ENSURE(sasl->why.len == 0 || verdict == SASL_BROKEN);
	ENSURE(!sasl->is_proven || sasl->expected_len > 0);
	check_response(sasl);
	return verdict;
}

static uint64_t play(enum sasl_mechanism mechanism, struct span in)
{
	struct sasl sasl;
	struct span said;
	uint64_t digest = 0;

	sasl_begin(&sasl, mechanism, &terms);
	if (sasl_initial(&sasl))
		check_response(&sasl);
	for (unsigned steps = 0; in.len > 0; steps++) {
		enum sasl_verdict verdict;

		said = span_first(in, span_find(in, '\n'));
		in = span_from(in, said.len + 1);
		said = span_first(said, SASL_CHALLENGE_OCTETS);
		verdict = hear(&sasl, said);
		ENSURE(steps < 4 || verdict == SASL_BROKEN);
		digest_number(&digest, verdict);
		for (size_t i = 0; i < sasl.part_count; i++)
			digest_add(&digest, sasl.parts[i]);
		if (steps > 5)
			break;
	}
	digest_number(&digest, sasl_succeeds(&sasl, SPAN("")));
	sasl_finish(&sasl);
	return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum sasl_mechanism mechanism;
	struct span in;

	if (size == 0)
		return 0;
	mechanism = mechanisms[data[0] % array_len(mechanisms)];
	in = span_make((const char *)data + 1, size - 1);
	ENSURE(play(mechanism, in) == play(mechanism, in));
	return 0;
}
