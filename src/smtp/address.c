#include "smtp/address.h"

#include <string.h>

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && memchr(set, c, strlen(set)) != NULL;
}

/* Only octets that may stand in a command line at all. */
static enum address_verdict check_octets(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char octet = (unsigned char)text.ptr[i];

		if (octet >= 0x80)
			return ADDRESS_FOREIGN;
		if (octet < 0x20 || octet == 0x7f)
			return ADDRESS_SYNTAX;
	}
	return ADDRESS_READY;
}

/* Length of the quoted string at the front, its quotes included; 0 when it
 * has no end (RFC 5321 4.1.2, Quoted-string). */
static size_t quoted_length(struct span text)
{
	for (size_t i = 1; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '"')
			return i + 1;
	}
	return 0;
}

/*
 * Length of the local part at the front. Dots may stand anywhere: iLO boards
 * send "name.@domain", and the provider is the judge of its own names.
 */
static size_t local_length(struct span text)
{
	size_t len = 0;

	if (text.len > 0 && text.ptr[0] == '"')
		return quoted_length(text);
	while (len < text.len && text.ptr[len] != ' ' &&
	       !is_one_of(text.ptr[len], "<>()[]\\,;:@\""))
		len++;
	return len;
}

/* A literal holds an IP address; nothing that could end a path stands in it. */
static bool is_literal(struct span text)
{
	for (size_t i = 1; i + 1 < text.len; i++)
		if (!is_alpha(text.ptr[i]) && !is_digit(text.ptr[i]) &&
		    !is_one_of(text.ptr[i], ":.-"))
			return false;
	return text.ptr[text.len - 1] == ']';
}

static bool is_domain(struct span text)
{
	if (text.len == 0 || text.len > 255)
		return false;
	if (text.len > 2 && text.ptr[0] == '[')
		return is_literal(text);
	for (size_t i = 0; i < text.len; i++)
		if (!is_alpha(text.ptr[i]) && !is_digit(text.ptr[i]) &&
		    !is_one_of(text.ptr[i], "-._"))
			return false;
	return true;
}

/* see address.h */
enum address_verdict address_read(struct span text, struct address *address)
{
	enum address_verdict verdict = check_octets(text);
	size_t local;
	struct span domain;

	*address = (struct address){ 0 };
	if (verdict != ADDRESS_READY)
		return verdict;
	if (text.len > ADDRESS_MAX_OCTETS)
		return ADDRESS_LONG;
	local = local_length(text);
	if (local == 0)
		return ADDRESS_SYNTAX;
	domain = span_from(text, local);
	if (domain.len > 0) {
		if (is_one_of(domain.ptr[0], ",;"))
			return ADDRESS_SEVERAL;
		if (domain.ptr[0] != '@')
			return ADDRESS_SYNTAX;
		domain = span_from(domain, 1);
		while (domain.len > 0 && domain.ptr[domain.len - 1] == '.')
			domain.len--;
		if (span_find(domain, ',') < domain.len ||
		    span_find(domain, ';') < domain.len)
			return ADDRESS_SEVERAL;
		if (!is_domain(domain))
			return ADDRESS_SYNTAX;
	}
	address->local = span_first(text, local);
	address->domain = domain;
	return ADDRESS_READY;
}

/*
 * Index of the first `wanted` outside quotes; text.len when there is none, or
 * when a quote has no end. A bracket behind "=" opens no path: it is the value
 * of a parameter, "AUTH=<>" (RFC 4954 5).
 */
static size_t find_unquoted(struct span text, char wanted)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"') {
			size_t quoted = quoted_length(span_from(text, i));

			if (quoted == 0)
				return text.len;
			i += quoted - 1;
		} else if (text.ptr[i] == '=' && i + 1 < text.len &&
			   text.ptr[i + 1] == '<') {
			i++;
		} else if (text.ptr[i] == wanted) {
			return i;
		}
	}
	return text.len;
}

static bool is_quoted(struct span text)
{
	char quote;

	if (text.len < 3)
		return false;
	quote = text.ptr[0];
	return (quote == '\'' || quote == '"') &&
	       text.ptr[text.len - 1] == quote &&
	       span_find(text, '@') < text.len;
}

/* Takes quotes off a whole address: 'a@b' and "a@b", as Windows programs
 * send. */
static struct span strip_quotes(struct span text)
{
	while (is_quoted(text))
		text = span_first(span_from(text, 1), text.len - 2);
	return text;
}

/* Drops an obsolete source route: "@a,@b:c@d" (RFC 5321 appendix C). */
static struct span strip_route(struct span text)
{
	size_t colon;

	if (text.len == 0 || text.ptr[0] != '@')
		return text;
	colon = span_find(text, ':');
	return colon < text.len ? span_from(text, colon + 1) : text;
}

/* A name before the path is passed over; a list of addresses is not. */
static bool is_list(struct span name)
{
	return find_unquoted(name, '@') < name.len &&
	       (find_unquoted(name, ',') < name.len ||
		   find_unquoted(name, ';') < name.len);
}

/*
 * Behind the path stand parameters, KEYWORD or KEYWORD=VALUE. An address there
 * was meant as a second one, and must not be lost in silence. Other rubbish
 * does no harm: it goes no further.
 */
static bool holds_address(struct span parameters)
{
	struct span word;

	while ((word = span_word(&parameters)).len > 0) {
		struct span keyword = span_first(word, span_find(word, '='));

		if (span_find(keyword, '@') < keyword.len ||
		    span_find(keyword, '<') < keyword.len)
			return true;
		if (is_one_of(word.ptr[0], ",;"))
			return word.len > 1 || span_trim(parameters).len > 0;
	}
	return false;
}

/*
 * The path in the innermost brackets ("<<a@b>>", "<Joe <a@b>>") and what
 * stands behind them. A bracket may lack its end if an address is in it.
 */
static enum address_verdict cut_bracketed(
    struct span rest, struct span *path, struct span *parameters)
{
	size_t end = find_unquoted(rest, '>');
	size_t begin;

	while ((begin = find_unquoted(rest, '<')) < end) {
		if (is_list(span_first(rest, begin)))
			return ADDRESS_SEVERAL;
		rest = span_from(rest, begin + 1);
		end -= begin + 1;
	}
	*path = span_trim(span_first(rest, end));
	if (path->len == 0 && end == rest.len)
		return ADDRESS_SYNTAX;
	rest = span_from(rest, end);
	while (rest.len > 0 && rest.ptr[0] == '>')
		rest = span_from(rest, 1);
	*parameters = span_trim(rest);
	return ADDRESS_READY;
}

/* Without brackets the path ends at the first blank outside quotes. */
static enum address_verdict cut_bare(
    struct span rest, struct span *path, struct span *parameters)
{
	size_t end = 0;

	if (rest.len > 0 && rest.ptr[0] == '"')
		end = quoted_length(rest);
	while (end < rest.len && !is_blank(rest.ptr[end]))
		end++;
	*path = span_first(rest, end);
	*parameters = span_trim(span_from(rest, end));
	return path->len > 0 ? ADDRESS_READY : ADDRESS_SYNTAX;
}

/* Finds the path in `rest` and what stands behind it. */
static enum address_verdict cut_path(
    struct span rest, struct span *path, struct span *parameters)
{
	bool is_bracketed = find_unquoted(rest, '<') < rest.len;
	enum address_verdict verdict =
	    is_bracketed ? cut_bracketed(rest, path, parameters)
			 : cut_bare(rest, path, parameters);

	if (verdict == ADDRESS_READY && holds_address(*parameters))
		return ADDRESS_SEVERAL;
	return verdict;
}

/* see address.h */
enum address_verdict address_read_path(struct span argument, struct span prefix,
    struct address *address, struct span *parameters)
{
	struct span path;
	struct span rest;
	enum address_verdict verdict;

	*address = (struct address){ 0 };
	*parameters = (struct span){ 0 };
	if (!span_starts_nocase(argument, prefix))
		return ADDRESS_SYNTAX;
	rest = span_trim(span_from(argument, prefix.len));
	verdict = check_octets(rest);
	if (verdict != ADDRESS_READY)
		return verdict;
	verdict = cut_path(rest, &path, parameters);
	if (verdict != ADDRESS_READY || path.len == 0)
		return verdict;
	/* Quotes may stand around the whole, or behind the route. */
	path = strip_quotes(strip_route(strip_quotes(path)));
	return address_read(path, address);
}

/* ---- lists ---- */

/* Length of the item at the front of a list, up to what ends it outside
 * quotes. */
static size_t item_length(struct span text)
{
	size_t len = 0;

	while (len < text.len && !is_one_of(text.ptr[len], " \t,;<>")) {
		size_t quoted = 1;

		if (text.ptr[len] == '"')
			quoted = quoted_length(span_from(text, len));
		if (quoted == 0)
			return text.len;
		len += quoted;
	}
	return len;
}

/* Passes all that may stand between two items; was a separator in it? */
static bool pass_between(struct span *rest)
{
	bool is_separated = false;

	while (rest->len > 0 && is_one_of(rest->ptr[0], " \t,;<>")) {
		is_separated |= is_one_of(rest->ptr[0], ",;");
		*rest = span_from(*rest, 1);
	}
	return is_separated;
}

/*
 * The item at the front of a list; `*rest` is left at the next one, or empty.
 * Names have no place here: a comma in one looks like any other. Behind the
 * last item parameters may stand, which may hold what separates items
 * ("ORCPT=rfc822;a@b"); they are told by the blank or bracket before them.
 */
static enum address_verdict read_item(
    struct span *rest, struct address *address)
{
	size_t len = item_length(*rest);
	enum address_verdict verdict =
	    address_read(strip_quotes(span_first(*rest, len)), address);

	if (verdict != ADDRESS_READY)
		return verdict;
	*rest = span_from(*rest, len);
	if (pass_between(rest))
		return ADDRESS_READY;
	if (holds_address(*rest))
		return ADDRESS_SEVERAL;
	if (find_unquoted(*rest, '>') < rest->len)
		return ADDRESS_SYNTAX; /* within brackets nothing follows */
	*rest = span_from(*rest, rest->len);
	return ADDRESS_READY;
}

/* see address.h */
bool address_next(struct span *more, struct address *address)
{
	return more->len > 0 && read_item(more, address) == ADDRESS_READY;
}

/* see address.h */
enum address_verdict address_read_list(struct span argument, struct span prefix,
    struct address *first, struct span *more)
{
	struct address item;
	struct span rest;
	enum address_verdict verdict =
	    address_read_path(argument, prefix, first, &rest);

	*more = (struct span){ 0 };
	/* A list may be longer than any address. */
	if (verdict != ADDRESS_SEVERAL && verdict != ADDRESS_LONG)
		return verdict;
	rest = span_from(argument, prefix.len);
	pass_between(&rest);
	verdict = read_item(&rest, first);
	*more = rest;
	while (verdict == ADDRESS_READY && rest.len > 0)
		verdict = read_item(&rest, &item);
	return verdict;
}

/* see address.h */
bool address_is_null(const struct address *address)
{
	return address->local.len == 0;
}

/* see address.h */
void address_put(struct text *text, const struct address *address)
{
	text_put(text, address->local);
	if (address->domain.len > 0) {
		text_putc(text, '@');
		text_put(text, address->domain);
	}
}

/* see address.h */
void address_put_path(struct text *text, const struct address *address)
{
	text_putc(text, '<');
	address_put(text, address);
	text_putc(text, '>');
}

/* see address.h */
bool mail_parameters_read(
    struct span parameters, struct mail_parameters *result)
{
	struct span word;

	*result = (struct mail_parameters){ 0 };
	while ((word = span_word(&parameters)).len > 0) {
		if (span_starts_nocase(word, SPAN("SIZE=")) &&
		    !span_number(
			span_from(word, 5), UINT64_MAX / 2, &result->size))
			return false;
		if (span_equal_nocase(word, SPAN("BODY=8BITMIME")))
			result->is_eight_bit = true;
	}
	return true;
}
