#include "relay/login.h"

#include "base/base64.h"
#include "base/ensure.h"
#include "relay/echo.h"

/* An AUTH command with its initial response: RFC 5321 4.5.3.1.4. */
enum { AUTH_LINE_OCTETS = 510 };

/* The longest proof of a server that is looked for beside its success. */
enum { PROOF_OCTETS = 256 };

/* see login.h */
uint32_t login_usable(const struct login *login, uint32_t allowed,
    struct span offered, bool is_secure)
{
	struct span word;
	uint32_t set = 0;

	while ((word = span_word(&offered)).len > 0) {
		enum sasl_mechanism mechanism = sasl_find(word);

		if (mechanism == SASL_MECHANISM_COUNT)
			continue;
		if (!is_secure && sasl_needs_tls(mechanism))
			continue;
		set |= SASL_BIT(mechanism);
	}
	return set & allowed & ~login->turned_away;
}

/* see login.h */
bool login_begin(
    struct login *login, uint32_t usable, const struct sasl_terms *terms)
{
	enum sasl_mechanism mechanism = 0;

	while (
	    mechanism < SASL_MECHANISM_COUNT &&
	    (!(usable & SASL_BIT(mechanism)) || !sasl_takes(mechanism, terms)))
		mechanism++;
	if (mechanism == SASL_MECHANISM_COUNT)
		return false;
	login->mechanism = mechanism;
	sasl_begin(&login->sasl, mechanism, terms);
	return true;
}

/* see login.h */
enum sasl_mechanism login_mechanism(const struct login *login)
{
	return login->mechanism;
}

/* Up to three octets of the response; fewer only at its end. */
static size_t next_group(struct login *login, char group[3])
{
	size_t len = 0;

	while (len < 3 && login->part < login->sasl.part_count) {
		struct span part = login->sasl.parts[login->part];

		if (login->part_at < part.len) {
			group[len++] = part.ptr[login->part_at++];
		} else {
			login->part++;
			login->part_at = 0;
		}
	}
	return len;
}

/* see login.h */
void login_pour(struct login *login, struct buf *out)
{
	char group[3] = { 0 };
	char digits[4] = { 0 };

	while (login->is_answering && buf_room(out) >= sizeof(digits) + 2) {
		size_t len = next_group(login, group);

		if (len > 0) {
			base64_encode(span_make(group, len), digits);
			buf_put(out, span_make(digits, sizeof(digits)));
		}
		if (len < sizeof(group)) {
			buf_put(out, SPAN("\r\n"));
			login->is_answering = false;
		}
	}
	wipe(group, sizeof(group));
	wipe(digits, sizeof(digits));
}

static void answer(struct login *login, struct buf *out)
{
	login->is_answering = true;
	login->part = 0;
	login->part_at = 0;
	login_pour(login, out);
}

/*
 * The response goes with the command when both fit into a command line, else
 * after a "334 ": long tokens are refused as a line too long otherwise. An
 * empty one is said as "=" (RFC 4954 4).
 *
 * see login.h
 */
void login_say(struct login *login, struct buf *out)
{
	struct sasl *sasl = &login->sasl;
	struct span name = sasl_name(sasl->mechanism);
	bool is_initial = sasl_initial(sasl);
	size_t length = 5 + name.len + 1 + base64_length(sasl_length(sasl));

	buf_put(out, SPAN("AUTH "));
	buf_put(out, name);
	if (is_initial && sasl_length(sasl) == 0) {
		buf_put(out, SPAN(" =\r\n"));
		return;
	}
	if (is_initial && length <= AUTH_LINE_OCTETS) {
		buf_put(out, SPAN(" "));
		answer(login, out);
		return;
	}
	buf_put(out, SPAN("\r\n"));
	/* An empty challenge will ask for it. */
	sasl->step = 0;
}

/* see login.h */
struct span login_decode(const struct reply *reply, char *storage, size_t size)
{
	struct span text = reply_text(reply);
	size_t len;

	text = span_trim(span_first(text, span_find(text, '\n')));
	if (text.len / 4 * 3 + 3 > size || !base64_decode(text, storage, &len))
		len = 0;
	return span_make(storage, len);
}

/* see login.h */
bool login_is_echoed(const struct login *login, struct span said)
{
	return echo_holds(login->sasl.terms.secret, said);
}

/* see login.h */
enum sasl_verdict login_challenge(
    struct login *login, struct span challenge, struct buf *out)
{
	enum sasl_verdict verdict = sasl_challenge(&login->sasl, challenge);

	if (verdict == SASL_BROKEN)
		buf_put(out, SPAN("*\r\n"));
	else if (verdict != SASL_IMPOSTOR)
		answer(login, out);
	return verdict;
}

/*
 * A proof belongs into a challenge before the success; some servers write it
 * beside the success, behind an enhanced code or not. A word that is no proof
 * does no harm, and none can be one by chance.
 *
 * see login.h
 */
bool login_succeeds(struct login *login, const struct reply *reply)
{
	struct span line = reply_text(reply);
	char data[PROOF_OCTETS];
	struct span word;
	size_t len;

	line = span_first(line, span_find(line, '\n'));
	if (sasl_succeeds(&login->sasl, (struct span){ 0 }))
		return true;
	while ((word = span_word(&line)).len > 0)
		if (word.len / 4 * 3 + 3 <= sizeof(data) &&
		    base64_decode(word, data, &len) &&
		    sasl_succeeds(&login->sasl, span_make(data, len)))
			return true;
	return false;
}

/* see login.h */
struct span login_why(const struct login *login)
{
	return login->sasl.why;
}

/* see login.h */
void login_turned_away(struct login *login)
{
	login->turned_away |= SASL_BIT(login->mechanism);
}

/* see login.h */
void login_finish(struct login *login)
{
	sasl_finish(&login->sasl);
	login->is_answering = false;
	login->part = 0;
	login->part_at = 0;
}
