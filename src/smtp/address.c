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

static bool is_domain(struct span text)
{
	if (text.len > 2 && text.ptr[0] == '[')
		return span_find(text, ']') == text.len - 1;
	for (size_t i = 0; i < text.len; i++)
		if (!is_alpha(text.ptr[i]) && !is_digit(text.ptr[i]) &&
		    !is_one_of(text.ptr[i], "-._"))
			return false;
	return text.len > 0 && text.len <= 255;
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
		if (domain.len > 1 && domain.ptr[domain.len - 1] == '.')
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

/* Index of the ">" that ends the path opened at the front, quoted strings
 * skipped; text.len when there is none. */
static size_t bracket_end(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"') {
			size_t quoted = quoted_length(span_from(text, i));

			if (quoted == 0)
				return text.len;
			i += quoted - 1;
		} else if (text.ptr[i] == '>') {
			return i;
		}
	}
	return text.len;
}

/* Index of the first "<" outside quotes; text.len when there is none. */
static size_t bracket_begin(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"') {
			size_t quoted = quoted_length(span_from(text, i));

			if (quoted == 0)
				return text.len;
			i += quoted - 1;
		} else if (text.ptr[i] == '<') {
			return i;
		}
	}
	return text.len;
}

/* Takes one layer of quotes off: 'a@b' and "a@b", as Windows programs send. */
static struct span strip_quotes(struct span text)
{
	char quote;

	if (text.len < 3)
		return text;
	quote = text.ptr[0];
	if ((quote != '\'' && quote != '"') || text.ptr[text.len - 1] != quote)
		return text;
	if (span_find(text, '@') == text.len)
		return text;
	return span_first(span_from(text, 1), text.len - 2);
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

/*
 * Finds the address in `rest` and what stands behind it. In brackets it ends
 * with the bracket; without, at the first blank outside quotes.
 */
static bool cut_path(
    struct span rest, struct span *path, struct span *parameters)
{
	size_t begin = bracket_begin(rest);
	size_t blank = 0;
	size_t end;

	if (begin < rest.len) {
		rest = span_from(rest, begin);
		while (rest.len > 0 && rest.ptr[0] == '<')
			rest = span_from(rest, 1);
		end = bracket_end(rest);
		*path = span_trim(span_first(rest, end));
		rest = span_from(rest, end);
		while (rest.len > 0 && rest.ptr[0] == '>')
			rest = span_from(rest, 1);
		*parameters = span_trim(rest);
		/* Two paths in one command: neither is meant more. */
		return bracket_begin(*parameters) == parameters->len;
	}
	if (rest.len > 0 && rest.ptr[0] == '"')
		blank = quoted_length(rest);
	while (blank < rest.len && !is_blank(rest.ptr[blank]))
		blank++;
	*path = span_first(rest, blank);
	*parameters = span_trim(span_from(rest, blank));
	return true;
}

/* see address.h */
enum address_verdict address_read_path(struct span argument,
    struct span prefix, struct address *address, struct span *parameters)
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
	if (!cut_path(rest, &path, parameters))
		return ADDRESS_SEVERAL;
	if (path.len == 0)
		return rest.len > 0 ? ADDRESS_READY : ADDRESS_SYNTAX;
	return address_read(strip_route(strip_quotes(path)), address);
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
		    !span_number(span_from(word, 5), UINT64_MAX / 2,
			&result->size))
			return false;
		if (span_equal_nocase(word, SPAN("BODY=8BITMIME")))
			result->is_eight_bit = true;
	}
	return true;
}
