#include "sasl/sasl.h"

#include "base/ensure.h"
#include "sasl/cram.h"
#include "sasl/plain.h"

/* clang-format off */
static const struct step_row {
	enum sasl_verdict (*step)(struct sasl *, struct span challenge);
	bool is_client_first;
} steps[SASL_MECHANISM_COUNT] = {
	[SASL_CRAM_MD5] = { cram_md5_step, false },
	[SASL_PLAIN]    = { plain_step,    true },
	[SASL_LOGIN]    = { login_step,    false },
	[SASL_XOAUTH2]  = { xoauth2_step,  true },
};
/* clang-format on */

/* see sasl.h */
void sasl_begin(struct sasl *sasl, enum sasl_mechanism mechanism,
    struct span user, const struct secret *secret)
{
	ENSURE(steps[mechanism].step);
	*sasl = (struct sasl){
		.mechanism = mechanism,
		.user = user,
		.secret = secret,
	};
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
	verdict = steps[sasl->mechanism].step(sasl, challenge);
	sasl->step++;
	return verdict;
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
