#include "provider/token.h"

#include <stdio.h>
#include <string.h>

static const char end[] = "\1\1"; /* of either message */

/* The command may have more to say than yes or no; that is on its stderr. */
static bool takes(const char *command, const char *token, size_t len)
{
	FILE *input = popen(command, "w");
	bool is_read;

	if (!input)
		return false;
	is_read = fwrite(token, 1, len, input) == len;
	return pclose(input) == 0 && is_read;
}

static bool is_good(
    const struct options *options, const char *token, size_t len)
{
	if (options->token_check)
		return takes(options->token_check, token, len);
	return options->token && strlen(options->token) == len &&
	       memcmp(token, options->token, len) == 0;
}

/* What stands behind `start` and before the end: a token, and is it good? */
static bool holds_token(const struct options *options, const char *text,
    size_t len, const char *start)
{
	size_t head = strlen(start);
	size_t tail = sizeof(end) - 1;

	return len > head + tail && memcmp(text, start, head) == 0 &&
	       memcmp(text + len - tail, end, tail) == 0 &&
	       is_good(options, text + head, len - head - tail);
}

/* A wrong token is answered by a challenge that says why; the client says
 * `excuse` to it and is refused then. */
static enum verdict refuse(struct talk *talk, struct answer *answer,
    const char *why, const char *excuse)
{
	enum verdict verdict = login_ask(talk, why, strlen(why), answer);

	if (verdict == VERDICT_GOOD &&
	    (answer->len != strlen(excuse) ||
		memcmp(answer->text, excuse, answer->len) != 0) &&
	    talk_wrong(talk, "wrong answer to a refused token"))
		return VERDICT_MALFORMED;
	return verdict == VERDICT_GOOD ? VERDICT_WRONG : verdict;
}

/* see token.h */
enum verdict token_xoauth2(
    struct talk *talk, const char *initial, struct answer *answer)
{
	static const char why[] = "{\"status\":\"401\",\"schemes\":\"Bearer\","
				  "\"scope\":\"https://mail.example/\"}";
	const struct options *options = &talk->world->options;
	enum verdict verdict = login_first(talk, initial, answer);
	char start[1024];

	if (verdict != VERDICT_GOOD)
		return verdict;
	(void)snprintf(
	    start, sizeof(start), "user=%s\1auth=Bearer ", options->user);
	if (holds_token(options, answer->text, answer->len, start))
		return VERDICT_GOOD;
	return refuse(talk, answer, why, "");
}

/* see token.h; "n,a=USER," then host, port and auth, each behind a 0x01 */
enum verdict token_oauthbearer(
    struct talk *talk, const char *initial, struct answer *answer)
{
	static const char name[] = "\1auth=Bearer ";
	const struct options *options = &talk->world->options;
	enum verdict verdict = login_first(talk, initial, answer);
	char start[1024];
	const char *auth;

	if (verdict != VERDICT_GOOD)
		return verdict;
	(void)snprintf(start, sizeof(start), "n,a=%s,\1", options->user);
	auth = strstr(answer->text, name);
	if (auth && strncmp(answer->text, start, strlen(start)) == 0 &&
	    holds_token(options, auth,
		answer->len - (size_t)(auth - answer->text), name))
		return VERDICT_GOOD;
	return refuse(talk, answer, "{\"status\":\"invalid_token\"}", "\1");
}
