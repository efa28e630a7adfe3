#include "tls/suite.h"

#include <bearssl.h>
#include <stdbool.h>

#include "base/ensure.h"

/* RSA comes first within a cipher: to check it costs a third of ECDSA. */
/* clang-format off */
static const struct suite_row {
	uint16_t suite;
	const char *name;
} suites[] = {
	{ BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,         "TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,       "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,         "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,       "TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,   "TLSv1.2 ECDHE-RSA-CHACHA20-POLY1305" },
	{ BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305" },
};
/* clang-format on */

enum { CHACHA_SUITES = 2 }; /* at the end of the table */

/* Without AES instructions ChaCha20 is the faster one by far. */
static void offer_suites(br_ssl_engine_context *engine)
{
	bool is_aes_fast =
	    br_aes_x86ni_ctr_get_vtable() || br_aes_pwr8_ctr_get_vtable();
	size_t first = is_aes_fast ? 0 : array_len(suites) - CHACHA_SUITES;
	uint16_t offer[array_len(suites)];

	for (size_t i = 0; i < array_len(suites); i++)
		offer[i] = suites[(first + i) % array_len(suites)].suite;
	br_ssl_engine_set_suites(engine, offer, array_len(offer));
}

/* see suite.h */
void suite_offer(struct br_ssl_client_context_ *client)
{
	br_ssl_engine_context *engine = &client->eng;

	br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
	br_ssl_engine_add_flags(engine, BR_OPT_NO_RENEGOTIATION);
	offer_suites(engine);
	br_ssl_engine_set_default_rsavrfy(engine);
	br_ssl_engine_set_default_ecdsa(engine);
	br_ssl_engine_set_default_aes_gcm(engine);
	br_ssl_engine_set_default_chapol(engine);
	br_ssl_engine_set_hash(engine, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(engine, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(engine, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(engine, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(engine, br_tls12_sha384_prf);
}

/* see suite.h */
const char *suite_agreed(const struct br_ssl_client_context_ *client)
{
	br_ssl_session_parameters session;

	br_ssl_engine_get_session_parameters(&client->eng, &session);
	for (size_t i = 0; i < array_len(suites); i++)
		if (suites[i].suite == session.cipher_suite)
			return suites[i].name;
	return "";
}
