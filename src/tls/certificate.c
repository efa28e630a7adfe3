#include "tls/certificate.h"

#include <arpa/inet.h>
#include <assert.h>
#include <bearssl.h>

#include "base/ensure.h"
#include "tls/der.h"

enum {
	TAG_VERSION = 0xa0,
	TAG_EXTENSIONS = 0xa3,
	TAG_DNS_NAME = 0x82,
	TAG_ADDRESS = 0x87,
	SHOWN_OCTETS = 64,
	DAY_SECONDS = 86400,
};

static_assert(TLS_PIN_OCTETS == br_sha256_SIZE, "a pin is a SHA-256");

/* 1.2.840.113549.1.1.{2,3,4,5}, ecdsa-with-SHA1, dsa-with-sha1 and the old
 * name of sha1WithRSA: signatures over MD2, MD4, MD5 and SHA-1. */
static const struct span weak_signatures[] = {
	SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"),
	SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x03"),
	SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"),
	SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"),
	SPAN("\x2a\x86\x48\xce\x3d\x04\x01"),
	SPAN("\x2a\x86\x48\xce\x38\x04\x03"),
	SPAN("\x2b\x0e\x03\x02\x1d"),
};

static const struct attribute_row {
	struct span oid;
	const char *name;
} attributes[] = {
	{ SPAN("\x55\x04\x03"), "CN" },
	{ SPAN("\x55\x04\x06"), "C" },
	{ SPAN("\x55\x04\x07"), "L" },
	{ SPAN("\x55\x04\x08"), "ST" },
	{ SPAN("\x55\x04\x0a"), "O" },
	{ SPAN("\x55\x04\x0b"), "OU" },
	{ SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress" },
};

static bool is_weak(struct span oid)
{
	for (size_t i = 0; i < array_len(weak_signatures); i++)
		if (span_equal(oid, weak_signatures[i]))
			return true;
	return false;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. The year is made
 * to begin in March, so that the leap day is its last. */
static int64_t days_to(int64_t year, int64_t month, int64_t day)
{
	int64_t before = month > 2 ? year : year - 1;
	int64_t months = month > 2 ? month - 3 : month + 9;

	return 365 * before + before / 4 - before / 100 + before / 400 +
	       (153 * months + 2) / 5 + day - 1 - 719468;
}

static bool take_number(struct span *digits, size_t len, uint64_t min,
    uint64_t max, int64_t *number)
{
	uint64_t value;

	if (digits->len < len ||
	    !span_number(span_first(*digits, len), max, &value) || value < min)
		return false;
	*digits = span_from(*digits, len);
	*number = (int64_t)value;
	return true;
}

/* RFC 5280 4.1.2.5: always with seconds, always in UTC ("Z"). */
static bool take_time(struct span *rest, int64_t *seconds)
{
	int64_t year, month, day, hour, minute, second;
	struct der time;

	if (!der_take(rest, &time))
		return false;
	if (time.tag == DER_UTC_TIME) {
		if (!take_number(&time.content, 2, 0, 99, &year))
			return false;
		year += year < 50 ? 2000 : 1900;
	} else if (time.tag != DER_GENERALIZED_TIME ||
		   !take_number(&time.content, 4, 0, 9999, &year)) {
		return false;
	}
	if (!take_number(&time.content, 2, 1, 12, &month) ||
	    !take_number(&time.content, 2, 1, 31, &day) ||
	    !take_number(&time.content, 2, 0, 23, &hour) ||
	    !take_number(&time.content, 2, 0, 59, &minute) ||
	    !take_number(&time.content, 2, 0, 60, &second) ||
	    !span_equal(time.content, SPAN("Z")))
		return false;
	*seconds = days_to(year, month, day) * DAY_SECONDS + hour * 3600 +
		   minute * 60 + second;
	return true;
}

static bool read_names(struct certificate *certificate, struct span value)
{
	certificate->has_names = true;
	return der_take_tag(&value, DER_SEQUENCE, &certificate->names);
}

static bool read_constraints(struct certificate *certificate, struct span value)
{
	struct span fields, is_ca;

	if (!der_take_tag(&value, DER_SEQUENCE, &fields))
		return false;
	if (der_take_tag(&fields, DER_BOOLEAN, &is_ca))
		certificate->is_ca = is_ca.len == 1 && is_ca.ptr[0] != 0;
	return true;
}

static bool read_uses(struct certificate *certificate, struct span value)
{
	struct span uses, use;

	if (!der_take_tag(&value, DER_SEQUENCE, &uses))
		return false;
	certificate->is_for_servers = false;
	while (der_take_tag(&uses, DER_OID, &use))
		if (span_equal(use, SPAN("\x2b\x06\x01\x05\x05\x07\x03\x01")) ||
		    span_equal(use, SPAN("\x55\x1d\x25\x00")))
			certificate->is_for_servers = true;
	return uses.len == 0;
}

static const struct extension_row {
	struct span oid;
	bool (*read)(struct certificate *certificate, struct span value);
} extensions[] = {
	{ SPAN("\x55\x1d\x11"), read_names },
	{ SPAN("\x55\x1d\x13"), read_constraints },
	{ SPAN("\x55\x1d\x25"), read_uses },
};

static bool read_extension(
    struct certificate *certificate, struct span extension)
{
	struct span oid, critical, value;

	if (!der_take_tag(&extension, DER_OID, &oid))
		return false;
	der_take_tag(&extension, DER_BOOLEAN, &critical);
	if (!der_take_tag(&extension, DER_OCTET_STRING, &value))
		return false;
	for (size_t i = 0; i < array_len(extensions); i++)
		if (span_equal(oid, extensions[i].oid))
			return extensions[i].read(certificate, value);
	return true;
}

/* Issuer and subject identifiers may come first; they say nothing here. */
static bool read_extensions(struct certificate *certificate, struct span rest)
{
	struct span list, extension;
	struct der element;

	while (der_take(&rest, &element)) {
		if (element.tag != TAG_EXTENSIONS)
			continue;
		if (!der_take_tag(&element.content, DER_SEQUENCE, &list))
			return false;
		while (der_take_tag(&list, DER_SEQUENCE, &extension))
			if (!read_extension(certificate, extension))
				return false;
		if (list.len > 0)
			return false;
	}
	return rest.len == 0;
}

static bool take_sequence(struct span *rest, struct span *whole)
{
	struct der element;

	if (!der_take(rest, &element) || element.tag != DER_SEQUENCE)
		return false;
	*whole = element.whole;
	return true;
}

/* The part that is signed, RFC 5280 4.1. */
static bool read_body(struct certificate *certificate, struct span body)
{
	struct span skipped, dates;

	der_take_tag(&body, TAG_VERSION, &skipped);
	if (!der_take_tag(&body, DER_INTEGER, &skipped) ||
	    !der_take_tag(&body, DER_SEQUENCE, &skipped) ||
	    !take_sequence(&body, &certificate->issuer) ||
	    !der_take_tag(&body, DER_SEQUENCE, &dates) ||
	    !take_sequence(&body, &certificate->subject) ||
	    !take_sequence(&body, &certificate->key))
		return false;
	return take_time(&dates, &certificate->not_before) &&
	       take_time(&dates, &certificate->not_after) &&
	       read_extensions(certificate, body);
}

/* see certificate.h */
bool certificate_read(struct span der, struct certificate *certificate)
{
	struct span whole, body, algorithm, oid, signature;

	*certificate = (struct certificate){ .is_for_servers = true };
	if (!der_take_tag(&der, DER_SEQUENCE, &whole) || der.len > 0 ||
	    !der_take_tag(&whole, DER_SEQUENCE, &body) ||
	    !der_take_tag(&whole, DER_SEQUENCE, &algorithm) ||
	    !der_take_tag(&whole, DER_BIT_STRING, &signature) ||
	    !der_take_tag(&algorithm, DER_OID, &oid))
		return false;
	certificate->is_weak_signed = is_weak(oid);
	return read_body(certificate, body);
}

/* see certificate.h */
bool certificate_next_name(
    struct span *names, struct span *name, enum certificate_name_kind *kind)
{
	struct der element;

	if (!der_take(names, &element))
		return false;
	*name = element.content;
	*kind = CERTIFICATE_NAME_OTHER;
	if (element.tag == TAG_DNS_NAME)
		*kind = CERTIFICATE_NAME_DNS;
	if (element.tag == TAG_ADDRESS && (name->len == 4 || name->len == 16))
		*kind = CERTIFICATE_NAME_ADDRESS;
	return true;
}

/* A star in front of a single label would stand for a whole top-level domain,
 * so it does not count. */
static bool name_matches(struct span pattern, struct span host)
{
	size_t dot;

	if (span_equal_nocase(pattern, host))
		return true;
	if (!span_starts_nocase(pattern, SPAN("*.")))
		return false;
	pattern = span_from(pattern, 2);
	dot = span_find(host, '.');
	return dot > 0 && dot < host.len &&
	       span_find(pattern, '.') < pattern.len &&
	       span_equal_nocase(pattern, span_from(host, dot + 1));
}

/* see certificate.h */
bool certificate_is_for_host(
    const struct certificate *certificate, struct span host)
{
	struct span names = certificate->names;
	enum certificate_name_kind kind;
	struct span name;

	while (certificate_next_name(&names, &name, &kind))
		if (kind == CERTIFICATE_NAME_DNS && name_matches(name, host))
			return true;
	return false;
}

/* see certificate.h */
bool certificate_is_for_address(
    const struct certificate *certificate, struct span address)
{
	struct span names = certificate->names;
	enum certificate_name_kind kind;
	struct span name;

	while (certificate_next_name(&names, &name, &kind))
		if (kind == CERTIFICATE_NAME_ADDRESS &&
		    span_equal(name, address))
			return true;
	return false;
}

/* see certificate.h */
struct tls_pin certificate_pin(const struct certificate *certificate)
{
	br_sha256_context context;
	struct tls_pin pin;

	br_sha256_init(&context);
	br_sha256_update(&context, certificate->key.ptr, certificate->key.len);
	br_sha256_out(&context, pin.octets);
	return pin;
}

static void put_attribute(
    struct text *text, struct span attribute, size_t *shown)
{
	struct span oid;
	struct der value;

	if (!der_take_tag(&attribute, DER_OID, &oid) ||
	    !der_take(&attribute, &value))
		return;
	for (size_t i = 0; i < array_len(attributes); i++) {
		if (!span_equal(oid, attributes[i].oid))
			continue;
		if ((*shown)++ > 0)
			text_puts(text, ", ");
		text_puts(text, attributes[i].name);
		text_putc(text, '=');
		text_escaped(text, value.content, SHOWN_OCTETS);
	}
}

/* see certificate.h */
void certificate_put_subject(struct text *text, struct span name)
{
	struct span sets, set, attribute;
	size_t shown = 0;

	if (der_take_tag(&name, DER_SEQUENCE, &sets))
		while (der_take_tag(&sets, DER_SET, &set))
			while (der_take_tag(&set, DER_SEQUENCE, &attribute))
				put_attribute(text, attribute, &shown);
	if (shown == 0)
		text_puts(text, "(nobody)");
}

static void put_name(
    struct text *text, struct span name, enum certificate_name_kind kind)
{
	char address[INET6_ADDRSTRLEN];

	if (kind == CERTIFICATE_NAME_DNS)
		text_escaped(text, name, SHOWN_OCTETS);
	else if (inet_ntop(name.len == 4 ? AF_INET : AF_INET6, name.ptr,
		     address, sizeof(address)))
		text_puts(text, address);
}

/* see certificate.h */
void certificate_put_names(
    struct text *text, const struct certificate *certificate, unsigned max)
{
	struct span names = certificate->names;
	enum certificate_name_kind kind;
	struct span name;
	unsigned count = 0;

	while (certificate_next_name(&names, &name, &kind)) {
		if (kind == CERTIFICATE_NAME_OTHER || count++ >= max)
			continue;
		if (count > 1)
			text_puts(text, ", ");
		put_name(text, name, kind);
	}
	if (count > max) {
		text_puts(text, " and ");
		text_number(text, count - max);
		text_puts(text, " more");
	}
	if (count == 0)
		text_puts(text, "no name at all");
}
