/*
 * What smtpseal-oauth reads of others: answers of an authorisation server, the
 * address a browser comes back with, claims of a token, a store. The first
 * octet says which one it is. Whatever comes out is printable and fits; what
 * is kept of a store reads the same again; a refusal has words.
 */
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "oauth/answer.h"
#include "oauth/claims.h"
#include "oauth/hint.h"
#include "oauth/redirect.h"

static char words[1000];
static struct text why;

static void check_field(const char *field, size_t size)
{
	size_t len = strnlen(field, size);

	ENSURE(len < size);
	for (size_t i = 0; i < len; i++)
		ENSURE(is_print(field[i]));
}

#define CHECK(field) check_field(field, sizeof(field))

static void check_seconds(int64_t seconds, int64_t most)
{
	ENSURE(seconds >= 0 && seconds <= most);
}

/* Words exactly where something is wrong. */
static bool is_told(bool is_good)
{
	ENSURE(is_good == (why.len == 0));
	return is_good;
}

static void read_token(struct span in)
{
	static struct answer_token answer;

	if (is_told(answer_read_token(in, &answer, &why)))
		ENSURE(answer.access_token[0]);
	CHECK(answer.access_token);
	CHECK(answer.refresh_token);
	CHECK(answer.scope);
	check_seconds(answer.expires_in, 10 * 366 * 86400);
	check_seconds(answer.refresh_expires_in, 10 * 366 * 86400);
}

static void read_device(struct span in)
{
	static struct answer_device answer;

	if (is_told(answer_read_device(in, &answer, &why)))
		ENSURE(answer.device_code[0] && answer.user_code[0]);
	CHECK(answer.device_code);
	CHECK(answer.user_code);
	CHECK(answer.verification_uri);
	CHECK(answer.verification_uri_complete);
	check_seconds(answer.interval, 10 * 366 * 86400);
}

static void read_error(struct span in)
{
	struct answer_error answer;
	const char *hint;

	answer_read_error(in, &answer);
	CHECK(answer.error);
	CHECK(answer.description);
	hint = hint_for(span_of(answer.description));
	ENSURE(!hint || answer.description[0]);
}

static void read_redirect(struct span in)
{
	static struct redirect redirect;
	bool is_good = redirect_parse(in, &redirect);

	ENSURE(is_good == (redirect.code[0] || redirect.error[0]));
	CHECK(redirect.state);
	CHECK(redirect.code);
	CHECK(redirect.error);
	CHECK(redirect.description);
}

/* What was encoded by a server is the payload; or all of it is a token. */
static void read_claims(struct span in)
{
	static struct claims claims;

	claims_read(in, &claims);
	CHECK(claims.audience);
	CHECK(claims.scopes);
	CHECK(claims.application);
	CHECK(claims.user);
	check_seconds(claims.ends, 253402300799);
}

static void read_store(struct span in)
{
	static struct store store, again;
	static char octets[2][2 * sizeof(struct store)];
	struct text first, second;

	if (!is_told(store_parse(in, &store, &why)))
		return;
	text_init(&first, octets[0], sizeof(octets[0]));
	text_init(&second, octets[1], sizeof(octets[1]));
	store_compose(&store, &first);
	ENSURE(!first.cut);
	ENSURE(store_parse(text_span(&first), &again, &why));
	store_compose(&again, &second);
	ENSURE(span_equal(text_span(&first), text_span(&second)));
}

static void (*const readers[])(struct span) = { read_token, read_device,
	read_error, read_redirect, read_claims, read_store };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_make((const char *)data, size);

	if (size == 0)
		return 0;
	text_init(&why, words, sizeof(words));
	readers[data[0] % array_len(readers)](span_from(in, 1));
	return 0;
}
