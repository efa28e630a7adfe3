#include "provider/talk.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "provider/act.h"
#include "provider/digest.h"
#include "provider/login.h"
#include "provider/scram.h"
#include "provider/token.h"

/* Decodes strictly: padded, nothing foreign. False when it is not base64. */
static bool decode(const char *text, size_t len, struct answer *answer)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t digits = strspn(text, alphabet);
	size_t padding = len - digits;

	answer->len = 0;
	answer->text[0] = '\0';
	if (len % 4 || padding > 2 || strspn(text + digits, "=") != padding)
		return false;
	if (len == 0)
		return true;
	if (EVP_DecodeBlock((unsigned char *)answer->text,
		(const unsigned char *)text, (int)len) < 0)
		return false;
	answer->len = len / 4 * 3 - padding;
	answer->text[answer->len] = '\0';
	return true;
}

/* see login.h */
enum verdict login_ask(
    struct talk *talk, const char *challenge, size_t len, struct answer *answer)
{
	char encoded[LOGIN_CHALLENGE_OCTETS / 3 * 4 + 8];
	char reply[sizeof(encoded) + 8];
	char *line;
	size_t heard;

	EVP_EncodeBlock((unsigned char *)encoded,
	    (const unsigned char *)challenge, (int)len);
	(void)snprintf(reply, sizeof(reply), "334 %s\r\n", len ? encoded : "");
	say_plainly(talk, reply);
	if (!wire_line(&talk->wire, &line, &heard))
		return VERDICT_LOST;
	record_said(&talk->world->record, talk->number, 'C', line, heard);
	heard--;
	if (heard > 0 && line[heard - 1] == '\r')
		heard--;
	else if (talk_wrong(talk, "bare LF in an AUTH exchange"))
		return VERDICT_MALFORMED;
	line[heard] = '\0';
	if (strcmp(line, "*") == 0)
		return VERDICT_CANCELLED;
	return decode(line, heard, answer) ? VERDICT_GOOD : VERDICT_MALFORMED;
}

/* see login.h */
enum verdict login_first(
    struct talk *talk, const char *initial, struct answer *answer)
{
	if (!*initial)
		return login_ask(talk, "", 0, answer);
	if (strcmp(initial, "=") == 0)
		initial = "";
	return decode(initial, strlen(initial), answer) ? VERDICT_GOOD
							: VERDICT_MALFORMED;
}

static bool is(const struct answer *answer, const char *text, size_t len)
{
	return answer->len == len && memcmp(answer->text, text, len) == 0;
}

static enum verdict judge(bool good)
{
	return good ? VERDICT_GOOD : VERDICT_WRONG;
}

/* authzid NUL authcid NUL password; the authzid empty or the same. */
static enum verdict plain(
    struct talk *talk, const char *initial, struct answer *answer)
{
	const struct options *options = &talk->world->options;
	enum verdict verdict = login_first(talk, initial, answer);
	char want[1024];
	const char *authzid = options->user;
	int len;

	if (verdict != VERDICT_GOOD || !options->password)
		return verdict == VERDICT_GOOD ? VERDICT_WRONG : verdict;
	if (answer->len > 0 && answer->text[0] == '\0')
		authzid = "";
	len = snprintf(want, sizeof(want), "%s%c%s%c%s", authzid, 0,
	    options->user, 0, options->password);
	return judge(is(answer, want, (size_t)len));
}

static enum verdict login(
    struct talk *talk, const char *initial, struct answer *answer)
{
	const struct options *options = &talk->world->options;
	enum verdict verdict;
	bool good;

	if (*initial)
		verdict = login_first(talk, initial, answer);
	else
		verdict = login_ask(talk, "Username:", 9, answer);
	if (verdict != VERDICT_GOOD)
		return verdict;
	good = is(answer, options->user, strlen(options->user));
	verdict = login_ask(talk, "Password:", 9, answer);
	if (verdict != VERDICT_GOOD)
		return verdict;
	return judge(good && options->password &&
		     is(answer, options->password, strlen(options->password)));
}

static enum verdict cram_md5(
    struct talk *talk, const char *initial, struct answer *answer)
{
	const struct options *options = &talk->world->options;
	unsigned char mac[EVP_MAX_MD_SIZE];
	char challenge[64];
	char want[1024];
	uint64_t nonce = 0;
	unsigned len = 0;
	enum verdict verdict;
	int at;

	if (*initial)
		return VERDICT_MALFORMED;
	RAND_bytes((unsigned char *)&nonce, sizeof(nonce));
	at = snprintf(challenge, sizeof(challenge), "<%llu@provider.test>",
	    (unsigned long long)nonce);
	verdict = login_ask(talk, challenge, (size_t)at, answer);
	if (verdict != VERDICT_GOOD || !options->password)
		return verdict == VERDICT_GOOD ? VERDICT_WRONG : verdict;
	HMAC(EVP_md5(), options->password, (int)strlen(options->password),
	    (const unsigned char *)challenge, (size_t)at, mac, &len);
	at = snprintf(want, sizeof(want), "%s ", options->user);
	for (unsigned i = 0; i < len; i++)
		at += snprintf(
		    want + at, sizeof(want) - (size_t)at, "%02x", mac[i]);
	return judge(is(answer, want, (size_t)at));
}

/* The certificate spoke already: without one (--ca) nobody is anybody. */
static enum verdict external(
    struct talk *talk, const char *initial, struct answer *answer)
{
	enum verdict verdict = login_first(talk, initial, answer);

	if (verdict != VERDICT_GOOD)
		return verdict;
	return judge(talk->wire.ssl && talk->world->options.ca);
}

static const struct mechanism {
	const char *name;
	enum verdict (*run)(
	    struct talk *talk, const char *initial, struct answer *answer);
	bool shows_secret; /* so it wants TLS */
} mechanisms[] = {
	{ "PLAIN", plain, true },
	{ "LOGIN", login, true },
	{ "CRAM-MD5", cram_md5, false },
	{ "DIGEST-MD5", digest_md5, false },
	{ "SCRAM-SHA-1", scram_sha_1, false },
	{ "SCRAM-SHA-256", scram_sha_256, false },
	{ "XOAUTH2", token_xoauth2, true },
	{ "OAUTHBEARER", token_oauthbearer, true },
	{ "EXTERNAL", external, false },
	{ NULL, NULL, false },
};

static bool listed(const char *list, const char *name, size_t len)
{
	const char *word = list;

	while (*word) {
		size_t word_len = strcspn(word, " ,");

		if (word_len == len && strncasecmp(word, name, len) == 0)
			return true;
		word += word_len;
		word += strspn(word, " ,");
	}
	return false;
}

static const struct mechanism *find(const struct talk *talk, const char *name)
{
	const struct mechanism *mechanism = mechanisms;
	size_t len = strcspn(name, " ");

	if (!listed(talk->world->options.auth, name, len))
		return NULL;
	while (mechanism->name &&
	       (strlen(mechanism->name) != len ||
		   strncasecmp(mechanism->name, name, len) != 0))
		mechanism++;
	return mechanism->name ? mechanism : NULL;
}

static const char *const replies[] = {
	[VERDICT_GOOD] = "235 2.7.0 welcome\r\n",
	[VERDICT_WRONG] = "535 5.7.8 Authentication credentials invalid\r\n",
	[VERDICT_CANCELLED] = "501 5.0.0 cancelled\r\n",
	[VERDICT_MALFORMED] = "501 5.5.2 malformed response\r\n",
};

/* see talk.h */
void login_on_auth(struct talk *talk, char *words)
{
	const struct mechanism *mechanism = find(talk, words);
	struct answer answer = { 0 };
	const char *initial = words + strcspn(words, " ");
	enum verdict verdict;

	initial += strspn(initial, " ");
	if (!talk->greeted || talk->logged_in || talk->has_mail) {
		say_plainly(talk, "503 5.5.1 not now\r\n");
		return;
	}
	if (!mechanism || !talk->world->options.user) {
		say_plainly(
		    talk, "504 5.5.4 Unrecognized authentication type\r\n");
		return;
	}
	if (mechanism->shows_secret && !talk->wire.ssl &&
	    talk_wrong(talk, "secret shown without TLS")) {
		say_plainly(talk, "538 5.7.11 Encryption required\r\n");
		return;
	}
	verdict = mechanism->run(talk, initial, &answer);
	if (verdict == VERDICT_LOST)
		talk->over = true;
	else
		talk->logged_in =
		    say(talk, STAGE_AUTH, replies[verdict]) == '2';
}
