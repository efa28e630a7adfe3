#include "sasl/digest.h"

#include <bearssl_hash.h>

enum { HEX_OCTETS = 2 * br_md5_SIZE };

/* ---- what the server says ---- */

/* A digest-challenge, as far as it matters: each span is decoded, in storage
 * of the caller's. */
struct challenge {
	struct span realms[DIGEST_REALMS];
	size_t realm_count;
	struct span nonce;
	struct span qop;
	struct span charset;
	struct span algorithm;
	struct span stale;
	struct text storage;
};

/* token of RFC 2616 2.2: no separators, nothing unprintable. */
static bool is_token(char c)
{
	const struct span separators = SPAN("()<>@,;:\\\"/[]?={}");

	return c > ' ' && c < 0x7f &&
	       span_find(separators, c) == separators.len;
}

/* Linear white space between the directives. */
static void skip_blanks(struct span *rest)
{
	while (
	    rest->len > 0 && (is_blank(rest->ptr[0]) || rest->ptr[0] == '\r' ||
				 rest->ptr[0] == '\n'))
		*rest = span_from(*rest, 1);
}

static struct span cut_token(struct span *rest)
{
	struct span token = { rest->ptr, 0 };

	while (token.len < rest->len && is_token(rest->ptr[token.len]))
		token.len++;
	*rest = span_from(*rest, token.len);
	return token;
}

/* A quoted-string behind its first quote; a backslash takes what follows it as
 * it is. */
static bool cut_quoted(struct span *rest, struct text *text)
{
	while (rest->len > 0) {
		char c = rest->ptr[0];

		*rest = span_from(*rest, 1);
		if (c == '"')
			return true;
		if (c == '\\') {
			if (rest->len == 0)
				return false;
			c = rest->ptr[0];
			*rest = span_from(*rest, 1);
		}
		text_putc(text, c);
	}
	return false;
}

/* Cuts one `name=value` off; the value in `text`, which it is put behind. */
static bool cut_directive(
    struct span *rest, struct text *text, struct span *name, struct span *value)
{
	size_t begin = text->len;

	skip_blanks(rest);
	*name = cut_token(rest);
	skip_blanks(rest);
	if (name->len == 0 || rest->len == 0 || rest->ptr[0] != '=')
		return false;
	*rest = span_from(*rest, 1);
	skip_blanks(rest);
	if (rest->len > 0 && rest->ptr[0] == '"') {
		*rest = span_from(*rest, 1);
		if (!cut_quoted(rest, text))
			return false;
	} else {
		*value = cut_token(rest);
		if (value->len == 0)
			return false;
		text_put(text, *value);
	}
	skip_blanks(rest);
	*value = span_from(text_span(text), begin);
	return !text->cut;
}

/* What may be said once; `realm` may be said often. */
static struct span *place_of(struct challenge *challenge, struct span name)
{
	const struct {
		struct span name;
		struct span *place;
	} rows[] = {
		{ SPAN("nonce"), &challenge->nonce },
		{ SPAN("qop"), &challenge->qop },
		{ SPAN("charset"), &challenge->charset },
		{ SPAN("algorithm"), &challenge->algorithm },
		{ SPAN("stale"), &challenge->stale },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_equal_nocase(name, rows[i].name))
			return rows[i].place;
	if (!span_equal_nocase(name, SPAN("realm")) ||
	    challenge->realm_count == DIGEST_REALMS)
		return NULL;
	return &challenge->realms[challenge->realm_count++];
}

/* Directives that nobody knows are passed over (RFC 2831 2.1.1), and so are
 * realms beyond the bound. */
static const char *read_challenge(struct span said, struct challenge *challenge)
{
	struct span name;
	struct span value;

	for (;;) {
		struct span *place;

		/* Empty elements of a list are allowed. */
		skip_blanks(&said);
		while (said.len > 0 && said.ptr[0] == ',') {
			said = span_from(said, 1);
			skip_blanks(&said);
		}
		if (said.len == 0)
			return NULL;
		if (!cut_directive(&said, &challenge->storage, &name, &value) ||
		    (said.len > 0 && said.ptr[0] != ','))
			return "the challenge is not one of DIGEST-MD5";
		place = place_of(challenge, name);
		if (place && place->ptr)
			return "the challenge says one thing twice";
		if (place)
			*place = value;
	}
}

/* `auth` is what is meant when there is no qop at all. */
static bool offers_auth(struct span qop)
{
	struct span word;

	if (!qop.ptr)
		return true;
	while (span_split(&qop, ',', &word))
		if (span_equal_nocase(word, SPAN("auth")))
			return true;
	return false;
}

/* Within quotes nothing may stand that is no text. */
static bool is_text(struct span span)
{
	for (size_t i = 0; i < span.len; i++)
		if (!is_print(span.ptr[i]))
			return false;
	return true;
}

static const char *judge_challenge(const struct challenge *challenge)
{
	if (challenge->nonce.len == 0)
		return "the challenge has no nonce";
	if (!span_equal_nocase(challenge->algorithm, SPAN("md5-sess")))
		return "the challenge wants another algorithm than md5-sess";
	if (!offers_auth(challenge->qop))
		return "the challenge does not offer qop=auth";
	if (challenge->charset.ptr &&
	    !span_equal_nocase(challenge->charset, SPAN("utf-8")))
		return "the challenge wants another charset than utf-8";
	if (!is_text(challenge->nonce))
		return "the challenge has odd characters";
	for (size_t i = 0; i < challenge->realm_count; i++)
		if (!is_text(challenge->realms[i]))
			return "the challenge has odd characters";
	return NULL;
}

/* ---- what is said ---- */

/* Who we are to the server. */
struct identity {
	struct span user;
	struct span realm;
	bool has_realm;
};

/*
 * Where one of the realms is the domain of the user's address, the user is
 * the part before it, since a username is a name within its realm (RFC 2831
 * 2.1.2). Else the first realm is taken, and the whole name.
 */
static struct identity choose(
    const struct challenge *challenge, struct span user)
{
	size_t at = span_find(user, '@');
	struct span domain = span_from(user, at + 1);

	if (challenge->realm_count == 0)
		return (struct identity){ .user = user };
	for (size_t i = 0; i < challenge->realm_count && domain.len > 0; i++)
		if (span_equal_nocase(challenge->realms[i], domain))
			return (struct identity){ span_first(user, at),
				challenge->realms[i], true };
	return (struct identity){ user, challenge->realms[0], true };
}

static void put_hex(char *out, const unsigned char *octets)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < br_md5_SIZE; i++) {
		out[2 * i] = digits[octets[i] >> 4];
		out[2 * i + 1] = digits[octets[i] & 15];
	}
}

/* H of the pieces, with a colon between each two. */
static void hash(const struct span *pieces, size_t count, unsigned char *out)
{
	br_md5_context context;

	br_md5_init(&context);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			br_md5_update(&context, ":", 1);
		br_md5_update(&context, pieces[i].ptr, pieces[i].len);
	}
	br_md5_out(&context, out);
	wipe(&context, sizeof(context));
}

static void hash_hex(const struct span *pieces, size_t count, char *out)
{
	unsigned char octets[br_md5_SIZE];

	hash(pieces, count, octets);
	put_hex(out, octets);
	wipe(octets, sizeof(octets));
}

/* A digest-uri; one piece, so that it stands in the same form everywhere. */
static struct span put_uri(struct sasl *sasl)
{
	struct text *text = &sasl->computed;
	size_t begin = text->len;

	text_put(text, sasl->terms.service);
	text_putc(text, '/');
	text_put(text, sasl->terms.host);
	return span_from(text_span(text), begin);
}

/* HEX(KD(HEX(H(A1)), ...)) of RFC 2831 2.1.2.1: A2 is "METHOD:digest-uri". */
static void respond_to(const struct sasl *sasl, struct span a1,
    struct span nonce, struct span method, struct span uri, char *out)
{
	const struct span a2[] = { method, uri };
	char hashed[HEX_OCTETS];
	const struct span pieces[] = { a1, nonce, SPAN("00000001"),
		sasl->terms.nonce, SPAN("auth"),
		span_make(hashed, sizeof(hashed)) };

	hash_hex(a2, 2, hashed);
	hash_hex(pieces, 6, out);
}

/* Our response, and the rspauth that must come back. */
static void digest(struct sasl *sasl, const struct identity *who,
    struct span nonce, struct span uri, char *response)
{
	const struct span first[] = { who->user, who->realm,
		secret_reveal(sasl->terms.secret) };
	unsigned char secret[br_md5_SIZE];
	char a1[HEX_OCTETS];
	const struct span session[] = { span_make((char *)secret, br_md5_SIZE),
		nonce, sasl->terms.nonce };

	hash(first, 3, secret);
	hash_hex(session, 3, a1);
	respond_to(sasl, span_make(a1, sizeof(a1)), nonce, SPAN("AUTHENTICATE"),
	    uri, response);
	respond_to(sasl, span_make(a1, sizeof(a1)), nonce, SPAN(""), uri,
	    sasl->expected);
	sasl->expected_len = HEX_OCTETS;
	wipe(secret, sizeof(secret));
	wipe(a1, sizeof(a1));
}

/* ,name="value", a backslash before what would end it. */
static void put_quoted(struct text *text, const char *name, struct span value)
{
	text_puts(text, name);
	text_puts(text, "=\"");
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\\')
			text_putc(text, '\\');
		text_putc(text, value.ptr[i]);
	}
	text_puts(text, "\"");
}

static enum sasl_verdict say_response(
    struct sasl *sasl, const struct challenge *challenge)
{
	struct identity who = choose(challenge, sasl->terms.user);
	struct text *text = sasl_compose(sasl);
	struct span uri = put_uri(sasl);
	size_t begin = text->len;
	char response[HEX_OCTETS];

	digest(sasl, &who, challenge->nonce, uri, response);
	if (challenge->charset.ptr)
		text_puts(text, "charset=utf-8,");
	put_quoted(text, "username", who.user);
	if (who.has_realm)
		put_quoted(text, ",realm", who.realm);
	put_quoted(text, ",nonce", challenge->nonce);
	text_puts(text, ",nc=00000001");
	put_quoted(text, ",cnonce", sasl->terms.nonce);
	put_quoted(text, ",digest-uri", uri);
	text_puts(text, ",response=");
	text_put(text, span_make(response, sizeof(response)));
	text_puts(text, ",qop=auth");
	if (text->cut)
		return sasl_break(
		    sasl, SPAN("the challenge or the user's name is too long"));
	sasl_respond(sasl, span_from(text_span(text), begin));
	return SASL_RESPOND;
}

static enum sasl_verdict on_challenge(struct sasl *sasl, struct span said)
{
	char storage[SASL_CHALLENGE_OCTETS];
	struct challenge challenge = { 0 };
	const char *wrong;

	text_init(&challenge.storage, storage, sizeof(storage));
	wrong = read_challenge(said, &challenge);
	if (!wrong)
		wrong = judge_challenge(&challenge);
	if (wrong)
		return sasl_break(sasl, span_of(wrong));
	return say_response(sasl, &challenge);
}

/* see digest.h */
bool digest_md5_prove(const struct sasl *sasl, struct span data)
{
	char storage[SASL_CHALLENGE_OCTETS];
	struct text text;
	struct span name;
	struct span value;

	if (sasl->expected_len == 0)
		return false;
	text_init(&text, storage, sizeof(storage));
	if (!cut_directive(&data, &text, &name, &value) || data.len > 0 ||
	    !span_equal_nocase(name, SPAN("rspauth")))
		return false;
	return secret_equal(
	    value, span_make(sasl->expected, sasl->expected_len));
}

/* see digest.h */
enum sasl_verdict digest_md5_step(struct sasl *sasl, struct span challenge)
{
	if (sasl->step == 0)
		return on_challenge(sasl, challenge);
	if (sasl->step == 1)
		return sasl->is_proven ? SASL_RESPOND : SASL_IMPOSTOR;
	return SASL_BROKEN;
}
