#include "oauth/answer.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "oauth/json.h"

/* RFC 6749 7.1: a token of a kind that we do not know is of no use. */
static bool is_bearer(const cJSON *object)
{
	const cJSON *type =
	    cJSON_GetObjectItemCaseSensitive(object, "token_type");

	return !type || (cJSON_IsString(type) &&
			    span_equal_nocase(
				span_of(type->valuestring), SPAN("bearer")));
}

/* see answer.h */
bool answer_read_token(
    struct span body, struct answer_token *answer, struct text *why)
{
	cJSON *object = json_parse(body, why);
	bool is_good = false;

	memset(answer, 0, sizeof(*answer));
	if (!object)
		return false;
	if (!json_text(object, "access_token", answer->access_token,
		sizeof(answer->access_token)))
		text_puts(why, "the answer holds no access_token fit for use");
	else if (!is_bearer(object))
		text_puts(why, "the token is no bearer token");
	else
		is_good = true;
	json_text(object, "refresh_token", answer->refresh_token,
	    sizeof(answer->refresh_token));
	json_text(object, "scope", answer->scope, sizeof(answer->scope));
	answer->expires_in = json_seconds(object, "expires_in");
	answer->refresh_expires_in =
	    json_seconds(object, "refresh_token_expires_in");
	if (answer->refresh_expires_in == 0)
		answer->refresh_expires_in =
		    json_seconds(object, "refresh_expires_in");
	cJSON_Delete(object);
	return is_good;
}

/* see answer.h */
bool answer_read_device(
    struct span body, struct answer_device *answer, struct text *why)
{
	cJSON *object = json_parse(body, why);
	bool is_good;

	memset(answer, 0, sizeof(*answer));
	if (!object)
		return false;
	is_good =
	    json_text(object, "device_code", answer->device_code,
		sizeof(answer->device_code)) &&
	    json_text(object, "user_code", answer->user_code,
		sizeof(answer->user_code)) &&
	    /* Google's older name is the second. */
	    (json_text(object, "verification_uri", answer->verification_uri,
		 sizeof(answer->verification_uri)) ||
		json_text(object, "verification_url", answer->verification_uri,
		    sizeof(answer->verification_uri)));
	json_text(object, "verification_uri_complete",
	    answer->verification_uri_complete,
	    sizeof(answer->verification_uri_complete));
	answer->expires_in = json_seconds(object, "expires_in");
	answer->interval = json_seconds(object, "interval");
	cJSON_Delete(object);
	if (!is_good)
		text_puts(why, "the answer lacks device_code, user_code or "
			       "verification_uri");
	return is_good;
}

/* see answer.h */
void answer_read_error(struct span body, struct answer_error *answer)
{
	struct text none = { 0 };
	cJSON *object = json_parse(body, &none);
	const cJSON *words;
	struct text text;

	memset(answer, 0, sizeof(*answer));
	if (!object)
		return;
	json_text(object, "error", answer->error, sizeof(answer->error));
	words = cJSON_GetObjectItemCaseSensitive(object, "error_description");
	if (cJSON_IsString(words)) {
		text_init(
		    &text, answer->description, sizeof(answer->description));
		text_escaped(&text, span_of(words->valuestring),
		    sizeof(answer->description) / 2);
		text_end(&text);
	}
	cJSON_Delete(object);
}
