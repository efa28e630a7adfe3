#include "sasl/sasl.h"

#include "base/ensure.h"
#include "sasl/cram.h"
#include "sasl/digest.h"
#include "sasl/plain.h"
#include "sasl/scram.h"

/* clang-format off */
static const struct step_row {
	enum sasl_verdict (*step)(struct sasl *, struct span challenge);
	/* Where the server must prove itself: is this its proof? */
	bool (*prove)(const struct sasl *, struct span data);
	bool is_client_first;
	bool is_prepared; /* user and password, by SASLprep */
} steps[SASL_MECHANISM_COUNT] = {
	[SASL_EXTERNAL]      = { external_step, NULL,        true,  false },
	[SASL_SCRAM_SHA_256] = { scram_step,    scram_prove, true,  true },
	[SASL_SCRAM_SHA_1]   = { scram_step,    scram_prove, true,  true },
	[SASL_CRAM_MD5]      = { cram_md5_step, NULL,        false, false },
	[SASL_DIGEST_MD5]    = { digest_md5_step, digest_md5_prove, false, true },
	[SASL_PLAIN]         = { plain_step,    NULL,        true,  false },
	[SASL_LOGIN]         = { login_step,    NULL,        false, false },
	[SASL_XOAUTH2]       = { xoauth2_step,  NULL,        true,  false },
	[SASL_OAUTHBEARER]   = { oauthbearer_step, NULL,     true,  false },
};
/* clang-format on */

/* see sasl.h */
void sasl_begin(struct sasl *sasl, enum sasl_mechanism mechanism,
    const struct sasl_terms *terms)
{
	ENSURE(steps[mechanism].step);
	*sasl = (struct sasl){ .mechanism = mechanism, .terms = *terms };
}

static bool is_ascii(struct span span)
{
	for (size_t i = 0; i < span.len; i++)
		if (!is_print(span.ptr[i]))
			return false;
	return true;
}

/* see sasl.h */
bool sasl_takes(enum sasl_mechanism mechanism, const struct sasl_terms *terms)
{
	if (!steps[mechanism].is_prepared)
		return true;
	return is_ascii(terms->user) && is_ascii(secret_reveal(terms->secret));
}

/* see sasl.h */
bool sasl_initial(struct sasl *sasl)
{
	if (!steps[sasl->mechanism].is_client_first)
		return false;
	return sasl_challenge(sasl, (struct span){ 0 }) == SASL_RESPOND;
}

/* see sasl.h */
enum sasl_verdict sasl_challenge(struct sasl *sasl, struct span challenge)
{
	enum sasl_verdict verdict;

	sasl->part_count = 0;
	sasl->why = (struct span){ 0 };
	(void)sasl_succeeds(sasl, challenge);
	verdict = steps[sasl->mechanism].step(sasl, challenge);
	sasl->step++;
	return verdict;
}

/* see sasl.h */
bool sasl_succeeds(struct sasl *sasl, struct span data)
{
	const struct step_row *row = &steps[sasl->mechanism];

	if (!row->prove)
		return true;
	if (row->prove(sasl, data))
		sasl->is_proven = true;
	return sasl->is_proven;
}

/* see sasl.h */
size_t sasl_length(const struct sasl *sasl)
{
	size_t len = 0;

	for (size_t i = 0; i < sasl->part_count; i++)
		len += sasl->parts[i].len;
	return len;
}

/* see sasl.h */
void sasl_finish(struct sasl *sasl)
{
	wipe(sasl, sizeof(*sasl));
}

/* see sasl.h */
void sasl_respond(struct sasl *sasl, struct span part)
{
	ENSURE(sasl->part_count < SASL_PARTS);
	sasl->parts[sasl->part_count++] = part;
}

/* see sasl.h */
struct text *sasl_compose(struct sasl *sasl)
{
	text_init(&sasl->computed, sasl->storage, sizeof(sasl->storage));
	return &sasl->computed;
}

/* see sasl.h */
enum sasl_verdict sasl_break(struct sasl *sasl, struct span why)
{
	sasl->part_count = 0;
	sasl->why = why;
	return SASL_BROKEN;
}

/* see sasl.h */
void sasl_put_name(struct text *text, struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == ',')
			text_puts(text, "=2C");
		else if (name.ptr[i] == '=')
			text_puts(text, "=3D");
		else
			text_putc(text, name.ptr[i]);
}
