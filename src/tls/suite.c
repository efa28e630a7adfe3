#include "tls/suite.h"

#include <bearssl.h>
#include <stdbool.h>

#include "base/ensure.h"
#include "tls/settings.h"

/* The newest first. RSA comes first within a cipher: to check it costs a third
 * of ECDSA. */
enum age { MODERN, CBC, OLD };

/* clang-format off */
static const struct suite_row {
	uint16_t suite;
	enum age age;
	const char *name;
} suites[] = {
	{ BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,         MODERN, "ECDHE-RSA-AES128-GCM-SHA256" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,       MODERN, "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,         MODERN, "ECDHE-RSA-AES256-GCM-SHA384" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,       MODERN, "ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,   MODERN, "ECDHE-RSA-CHACHA20-POLY1305" },
	{ BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, MODERN, "ECDHE-ECDSA-CHACHA20-POLY1305" },
	{ BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,         CBC,    "ECDHE-RSA-AES128-SHA256" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,       CBC,    "ECDHE-ECDSA-AES128-SHA256" },
	{ BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,         CBC,    "ECDHE-RSA-AES256-SHA384" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,       CBC,    "ECDHE-ECDSA-AES256-SHA384" },
	{ BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,            OLD,    "ECDHE-RSA-AES128-SHA" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,          OLD,    "ECDHE-ECDSA-AES128-SHA" },
	{ BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,            OLD,    "ECDHE-RSA-AES256-SHA" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,          OLD,    "ECDHE-ECDSA-AES256-SHA" },
	{ BR_TLS_RSA_WITH_AES_128_GCM_SHA256,               OLD,    "AES128-GCM-SHA256" },
	{ BR_TLS_RSA_WITH_AES_256_GCM_SHA384,               OLD,    "AES256-GCM-SHA384" },
	{ BR_TLS_RSA_WITH_AES_128_CBC_SHA256,               OLD,    "AES128-SHA256" },
	{ BR_TLS_RSA_WITH_AES_256_CBC_SHA256,               OLD,    "AES256-SHA256" },
	{ BR_TLS_RSA_WITH_AES_128_CBC_SHA,                  OLD,    "AES128-SHA" },
	{ BR_TLS_RSA_WITH_AES_256_CBC_SHA,                  OLD,    "AES256-SHA" },
	{ BR_TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA,           OLD,    "ECDHE-RSA-DES-CBC3-SHA" },
	{ BR_TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA,         OLD,    "ECDHE-ECDSA-DES-CBC3-SHA" },
	{ BR_TLS_RSA_WITH_3DES_EDE_CBC_SHA,                 OLD,    "DES-CBC3-SHA" },
};

static const struct version_row {
	unsigned version;
	const char *name;
} versions[] = {
	{ TLS_1_0, "TLSv1.0" },
	{ TLS_1_1, "TLSv1.1" },
	{ TLS_1_2, "TLSv1.2" },
};
/* clang-format on */
static_assert(BR_TLS10 == TLS_1_0 && BR_TLS12 == TLS_1_2,
    "versions are the protocol's numbers");

/* In the table the modern ones stand first, ChaCha20 behind the others. */
enum { MODERN_SUITES = 6, CHACHA_SUITES = 2 };

/* Up to the given age. Without AES instructions ChaCha20 is the faster one by
 * far, and goes first. */
static void set_suites(br_ssl_engine_context *engine, enum age age)
{
	bool is_aes_fast =
	    br_aes_x86ni_ctr_get_vtable() || br_aes_pwr8_ctr_get_vtable();
	size_t first = is_aes_fast ? 0 : MODERN_SUITES - CHACHA_SUITES;
	uint16_t offer[array_len(suites)];
	size_t count = 0;

	for (; count < MODERN_SUITES; count++)
		offer[count] = suites[(first + count) % MODERN_SUITES].suite;
	while (count < array_len(suites) && suites[count].age <= age) {
		offer[count] = suites[count].suite;
		count++;
	}
	br_ssl_engine_set_suites(engine, offer, count);
}

static void set_modern(br_ssl_engine_context *engine)
{
	br_ssl_engine_add_flags(engine, BR_OPT_NO_RENEGOTIATION);
	br_ssl_engine_set_default_aes_gcm(engine);
	br_ssl_engine_set_default_chapol(engine);
	br_ssl_engine_set_hash(engine, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(engine, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(engine, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(engine, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(engine, br_tls12_sha384_prf);
}

/* see suite.h */
void suite_offer(struct br_ssl_client_context_ *client)
{
	br_ssl_engine_context *engine = &client->eng;

	br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
	set_suites(engine, MODERN);
	set_modern(engine);
	br_ssl_engine_set_default_rsavrfy(engine);
	br_ssl_engine_set_default_ecdsa(engine);
}

/* see suite.h */
void suite_accept(struct br_ssl_server_context_ *server, unsigned oldest)
{
	br_ssl_engine_context *engine = &server->eng;

	br_ssl_engine_set_versions(engine, oldest, BR_TLS12);
	br_ssl_engine_add_flags(engine, BR_OPT_ENFORCE_SERVER_PREFERENCES);
	set_suites(engine, oldest < TLS_1_2 ? OLD : CBC);
	set_modern(engine);
	br_ssl_engine_set_default_ec(engine);
	br_ssl_engine_set_default_aes_cbc(engine);
	if (oldest == TLS_1_2)
		return;
	br_ssl_engine_set_default_des_cbc(engine);
	br_ssl_engine_set_hash(engine, br_md5_ID, &br_md5_vtable);
	br_ssl_engine_set_hash(engine, br_sha1_ID, &br_sha1_vtable);
	br_ssl_engine_set_prf10(engine, br_tls10_prf);
}

/* see suite.h */
const char *suite_name(unsigned suite)
{
	for (size_t i = 0; i < array_len(suites); i++)
		if (suites[i].suite == suite)
			return suites[i].name;
	return "";
}

/* see suite.h */
const char *suite_version_name(unsigned version)
{
	for (size_t i = 0; i < array_len(versions); i++)
		if (versions[i].version == version)
			return versions[i].name;
	return "";
}
