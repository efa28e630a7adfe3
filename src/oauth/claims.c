#include "oauth/claims.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/base64.h"
#include "base/ensure.h"
#include "base/secret.h"
#include "oauth/json.h"

/* A claim has other names with other providers; the first one there counts. */
#define AT(field)                                                              \
	offsetof(struct claims, field), sizeof(((struct claims *)0)->field)
/* clang-format off */
static const struct claim_row {
	const char *name;
	size_t offset;
	size_t size;
} rows[] = {
	{ "aud",                AT(audience) },
	{ "scp",                AT(scopes) },	   /* Microsoft, for a user */
	{ "roles",              AT(scopes) },	   /* for an application */
	{ "scope",              AT(scopes) },	   /* RFC 9068 2.2.3 */
	{ "appid",              AT(application) }, /* Microsoft */
	{ "azp",                AT(application) },
	{ "client_id",          AT(application) }, /* RFC 9068 2.2 */
	{ "upn",                AT(user) },	   /* Microsoft */
	{ "preferred_username", AT(user) },
	{ "email",              AT(user) },
	{ "unique_name",        AT(user) },
	{ "sub",                AT(user) },
};
/* clang-format on */

/* The middle one of three parts with dots between them (RFC 7515 3.1). */
static struct span payload_of(struct span token)
{
	struct span rest = span_from(token, span_find(token, '.') + 1);
	struct span payload = span_first(rest, span_find(rest, '.'));
	struct span signature = span_from(rest, payload.len + 1);

	return signature.len > 0 && span_find(signature, '.') == signature.len
		   ? payload
		   : (struct span){ 0 };
}

/* base64url (RFC 4648 5) to octets; `out` has room for text.len + 3. */
static bool decode(struct span text, char *out, size_t *len)
{
	char copy[STORE_TOKEN_OCTETS];

	if (text.len == 0 || text.len > sizeof(copy))
		return false;
	for (size_t i = 0; i < text.len; i++)
		copy[i] = (char)(text.ptr[i] == '-'   ? '+'
				 : text.ptr[i] == '_' ? '/'
						      : text.ptr[i]);
	return base64_decode(span_make(copy, text.len), out, len);
}

static void read_payload(const cJSON *object, struct claims *claims)
{
	for (size_t i = 0; i < array_len(rows); i++) {
		char *field = (char *)claims + rows[i].offset;

		if (field[0] == '\0')
			json_words(object, rows[i].name, field, rows[i].size);
	}
	claims->ends = json_time(object, "exp");
}

/* see claims.h */
bool claims_read(struct span token, struct claims *claims)
{
	char octets[STORE_TOKEN_OCTETS + 3];
	struct text none = { 0 };
	cJSON *object = NULL;
	size_t len;

	*claims = (struct claims){ 0 };
	if (decode(payload_of(token), octets, &len))
		object = json_parse(span_make(octets, len), &none);
	wipe(octets, sizeof(octets));
	if (!object)
		return false;
	read_payload(object, claims);
	cJSON_Delete(object);
	return true;
}
