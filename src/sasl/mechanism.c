#include "sasl/mechanism.h"

#include "base/ensure.h"

/* clang-format off */
static const struct mechanism_row {
	const char *name;
	enum sasl_credential needs;
	bool needs_tls;
} mechanisms[] = {
	[SASL_EXTERNAL]      = { "EXTERNAL",      SASL_NEEDS_CERTIFICATE, true },
	[SASL_SCRAM_SHA_256] = { "SCRAM-SHA-256", SASL_NEEDS_PASSWORD,    false },
	[SASL_SCRAM_SHA_1]   = { "SCRAM-SHA-1",   SASL_NEEDS_PASSWORD,    false },
	[SASL_CRAM_MD5]      = { "CRAM-MD5",      SASL_NEEDS_PASSWORD,    false },
	[SASL_DIGEST_MD5]    = { "DIGEST-MD5",    SASL_NEEDS_PASSWORD,    true },
	[SASL_PLAIN]         = { "PLAIN",         SASL_NEEDS_PASSWORD,    true },
	[SASL_LOGIN]         = { "LOGIN",         SASL_NEEDS_PASSWORD,    true },
	[SASL_XOAUTH2]       = { "XOAUTH2",       SASL_NEEDS_TOKEN,       true },
	[SASL_OAUTHBEARER]   = { "OAUTHBEARER",   SASL_NEEDS_TOKEN,       true },
};
/* clang-format on */
static_assert(array_len(mechanisms) == SASL_MECHANISM_COUNT,
    "every mechanism has its row");

/* see mechanism.h */
struct span sasl_name(enum sasl_mechanism mechanism)
{
	return span_of(mechanisms[mechanism].name);
}

/* see mechanism.h */
enum sasl_mechanism sasl_find(struct span name)
{
	enum sasl_mechanism mechanism = 0;

	while (mechanism < SASL_MECHANISM_COUNT &&
	       !span_equal_nocase(sasl_name(mechanism), name))
		mechanism++;
	return mechanism;
}

/* see mechanism.h */
enum sasl_credential sasl_needs(enum sasl_mechanism mechanism)
{
	return mechanisms[mechanism].needs;
}

/* see mechanism.h */
bool sasl_needs_tls(enum sasl_mechanism mechanism)
{
	return mechanisms[mechanism].needs_tls;
}

/* see mechanism.h */
uint32_t sasl_all(enum sasl_credential credential)
{
	uint32_t set = 0;

	for (enum sasl_mechanism i = 0; i < SASL_MECHANISM_COUNT; i++)
		if (mechanisms[i].needs == credential)
			set |= SASL_BIT(i);
	return set;
}
