#include "relay/gate.h"

#include "base/base64.h"
#include "sasl/cram.h"

enum { CHALLENGE_OCTETS = 320 };

static void accept_login(struct client *client, size_t login)
{
	client->state = CLIENT_TALKING;
	client->login = login;
	client_say(client, "235 2.7.0 Accepted");
}

/* The answer waits, longer each time: guessing is to take its time. */
static void refuse_login(struct client *client)
{
	unsigned doublings = client->refusals < GATE_DOUBLINGS
				 ? client->refusals
				 : GATE_DOUBLINGS;

	client->state = CLIENT_TALKING;
	client->wait_s = (unsigned)GATE_WAIT_S << doublings;
	client->refusals++;
	client->mistakes++;
	if (fact_begin(client->facts, LOG_LEVEL_WARN, "device-refused")) {
		fact_word(client->facts, "client", client->peer);
		fact_word(client->facts, "hint",
		    SPAN("its user and password are not those of a [device]"));
		fact_end(client->facts);
	}
	if (client->mistakes < GATE_MISTAKES) {
		client_say(client, "535 5.7.8 User or password is wrong");
		return;
	}
	client_say(client, "421 4.7.0 Too many refused logins, closing");
	client_leave(client);
}

/* Its address has guessed too often: nothing is compared any more. */
static void lock_out(struct client *client)
{
	if (fact_begin(client->facts, LOG_LEVEL_WARN, "device-locked-out")) {
		fact_word(client->facts, "client", client->peer);
		fact_word(client->facts, "hint",
		    SPAN("too many wrong logins came from its address; it may "
			 "try again after a quarter of an hour"));
		fact_end(client->facts);
	}
	client_say(client,
	    "421 4.7.0 Too many refused logins from your address, try later");
	client_leave(client);
}

static bool must_match(const struct client *client)
{
	return client->policy->auth == CLIENT_AUTH_REQUIRE;
}

static bool is_locked_out(const struct client *client)
{
	return must_match(client) && client->refusals >= GATE_REFUSALS;
}

static size_t find_login(const struct client *client, struct span user)
{
	size_t i = 0;

	while (i < client->policy->login_count &&
	       !span_equal(client->policy->logins[i].user, user))
		i++;
	return i;
}

/* A user nobody has is compared as well, so that it takes as long. */
static void judge(struct client *client, size_t login, struct span password)
{
	const struct client_policy *policy = client->policy;
	size_t with = login < policy->login_count ? login : 0;

	if (is_locked_out(client))
		lock_out(client);
	else if (policy->login_count > 0 &&
		 secret_equal(
		     secret_reveal(&policy->logins[with].password), password) &&
		 with == login)
		accept_login(client, login);
	else
		refuse_login(client);
}

/* A response, decoded; false when it is none, and then it is refused. */
static bool decode(
    struct client *client, struct span line, char *storage, struct span *text)
{
	size_t len;

	line = span_trim(line);
	if (line.len <= GATE_OCTETS && base64_decode(line, storage, &len)) {
		*text = span_make(storage, len);
		return true;
	}
	refuse_login(client);
	return false;
}

/* "Username:" was answered. */
static void hear_user(struct client *client, struct span line)
{
	char storage[GATE_OCTETS + 3];
	struct span user;

	if (must_match(client)) {
		if (!decode(client, line, storage, &user))
			return;
		client->named = find_login(client, user);
	}
	client->state = CLIENT_AUTH_PASSWORD;
	client_say(client, "334 UGFzc3dvcmQ6");
}

/* "Password:" was answered. */
static void hear_password(struct client *client, struct span line)
{
	char storage[GATE_OCTETS + 3];
	struct span password;

	if (!must_match(client)) {
		accept_login(client, CLIENT_NO_LOGIN);
		return;
	}
	if (decode(client, line, storage, &password))
		judge(client, client->named, password);
	wipe(storage, sizeof(storage));
}

/* PLAIN: whom to act for, NUL, user, NUL, password (RFC 4616). */
static void hear_plain(struct client *client, struct span line)
{
	char storage[GATE_OCTETS + 3];
	struct span text;
	struct span user;

	if (!must_match(client)) {
		accept_login(client, CLIENT_NO_LOGIN);
		return;
	}
	if (decode(client, line, storage, &text)) {
		text = span_from(text, span_find(text, '\0') + 1);
		user = span_first(text, span_find(text, '\0'));
		judge(client, find_login(client, user),
		    span_from(text, user.len + 1));
	}
	wipe(storage, sizeof(storage));
}

/* "<chance.count@relay>" (RFC 2195 2): never the same twice, so it need not be
 * kept to be known again. */
static struct span make_challenge(
    const struct client *client, char *storage, size_t size)
{
	struct text text;

	text_init(&text, storage, size);
	text_putc(&text, '<');
	text_number(&text, client->policy->chance);
	text_putc(&text, '.');
	text_number(&text, client->challenges);
	text_putc(&text, '@');
	text_put(&text, client->policy->hello);
	text_putc(&text, '>');
	return text_span(&text);
}

static void begin_cram(struct client *client, struct span response)
{
	char storage[CHALLENGE_OCTETS];
	char encoded[2 * CHALLENGE_OCTETS];
	char reply[8 + 2 * CHALLENGE_OCTETS];
	struct span challenge;
	struct text text;

	if (response.len > 0) {
		client_say(client, "501 5.5.4 CRAM-MD5 begins with us");
		return;
	}
	client->challenges++;
	client->state = CLIENT_AUTH_CRAM;
	text_init(&text, reply, sizeof(reply));
	text_puts(&text, "334 ");
	challenge = make_challenge(client, storage, sizeof(storage));
	text_put(&text, span_make(encoded, base64_encode(challenge, encoded)));
	client_say(client, text_end(&text));
}

static void judge_cram(struct client *client, struct span text)
{
	char storage[CHALLENGE_OCTETS];
	char digest[CRAM_DIGEST_OCTETS];
	const struct client_policy *policy = client->policy;
	struct span user = span_first(text, span_find(text, ' '));
	size_t login = find_login(client, user);
	size_t with = login < policy->login_count ? login : 0;

	if (policy->login_count > 0)
		cram_md5_digest(&policy->logins[with].password,
		    make_challenge(client, storage, sizeof(storage)), digest);
	if (is_locked_out(client))
		lock_out(client);
	else if (policy->login_count > 0 &&
		 secret_equal(span_make(digest, sizeof(digest)),
		     span_from(text, user.len + 1)) &&
		 with == login)
		accept_login(client, login);
	else
		refuse_login(client);
}

/* user, blank, digest. */
static void hear_cram(struct client *client, struct span line)
{
	char storage[GATE_OCTETS + 3];
	struct span text;

	if (!must_match(client))
		accept_login(client, CLIENT_NO_LOGIN);
	else if (decode(client, line, storage, &text))
		judge_cram(client, text);
}

static void begin_login(struct client *client, struct span response)
{
	if (response.len > 0) {
		hear_user(client, response);
		return;
	}
	client->state = CLIENT_AUTH_USER;
	client_say(client, "334 VXNlcm5hbWU6");
}

static void begin_plain(struct client *client, struct span response)
{
	if (response.len > 0) {
		hear_plain(client, response);
		return;
	}
	client->state = CLIENT_AUTH_PLAIN;
	client_say(client, "334 ");
}

/*
 * As long as its login means nothing the device may log in again, and within
 * a message, as some do. One that counts is said once (RFC 4954 4): each
 * success would else begin the count of mistakes anew.
 *
 * see gate.h
 */
void gate_auth(struct client *client, struct span argument)
{
	struct span mechanism = span_word(&argument);
	struct span response = span_trim(argument);

	if (client->policy->auth == CLIENT_AUTH_OFF)
		client_say(client, "502 5.5.1 AUTH is not offered here");
	else if (is_locked_out(client))
		lock_out(client);
	else if (client->login != CLIENT_NO_LOGIN)
		client_say(client, "503 5.5.1 You are logged in");
	else if (span_equal_nocase(mechanism, SPAN("LOGIN")))
		begin_login(client, response);
	else if (span_equal_nocase(mechanism, SPAN("PLAIN")))
		begin_plain(client, response);
	else if (span_equal_nocase(mechanism, SPAN("CRAM-MD5")))
		begin_cram(client, response);
	else
		client_say(client, "504 5.5.4 Use LOGIN or PLAIN");
}

/* see gate.h */
void gate_hear(struct client *client, struct span line)
{
	if (span_equal(span_trim(line), SPAN("*"))) {
		client->state = CLIENT_TALKING;
		client_say(client, "501 5.7.0 Login cancelled");
	} else if (client->state == CLIENT_AUTH_USER) {
		hear_user(client, line);
	} else if (client->state == CLIENT_AUTH_PASSWORD) {
		hear_password(client, line);
	} else if (client->state == CLIENT_AUTH_CRAM) {
		hear_cram(client, line);
	} else {
		hear_plain(client, line);
	}
}

/* see gate.h */
bool gate_is_open(const struct client *client)
{
	return !must_match(client) || client->login != CLIENT_NO_LOGIN;
}
