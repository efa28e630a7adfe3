/*
 * Certificates: whatever octets call themselves one, nothing outside of them
 * is read, every name lies inside, and what is told of them is printable.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "tls/certificate.h"

enum { WORDS_OCTETS = 300, NAMES = 5 };

static void check_inside(struct span whole, struct span part)
{
	if (part.len == 0)
		return;
	ENSURE(part.ptr >= whole.ptr);
	ENSURE(part.ptr + part.len <= whole.ptr + whole.len);
}

static void check_printable(const struct text *text)
{
	ENSURE(text->len <= text->cap);
	for (size_t i = 0; i < text->len; i++)
		ENSURE(is_print(text->ptr[i]));
}

static void check_names(struct span der, const struct certificate *certificate)
{
	struct span names = certificate->names;
	enum certificate_name_kind kind;
	size_t before = names.len + 1;
	struct span name;

	while (certificate_next_name(&names, &name, &kind)) {
		ENSURE(names.len < before);
		before = names.len;
		check_inside(der, name);
		if (kind == CERTIFICATE_NAME_ADDRESS)
			ENSURE(certificate_is_for_address(certificate, name));
	}
	certificate_is_for_host(certificate, SPAN("mail.example.com"));
	certificate_is_for_host(certificate, SPAN("*.example.com"));
}

static void check_words(const struct certificate *certificate)
{
	char storage[WORDS_OCTETS];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	certificate_put_subject(&text, certificate->subject);
	check_printable(&text);
	text_init(&text, storage, sizeof(storage));
	certificate_put_subject(&text, certificate->issuer);
	check_printable(&text);
	text_init(&text, storage, sizeof(storage));
	certificate_put_names(&text, certificate, NAMES);
	check_printable(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span der = span_make((const char *)data, size);
	struct certificate certificate;
	char storage[WORDS_OCTETS];
	struct text text;

	/* A Name may come by itself: from a request for a certificate. */
	text_init(&text, storage, sizeof(storage));
	certificate_put_subject(&text, der);
	check_printable(&text);
	if (!certificate_read(der, &certificate))
		return 0;
	check_inside(der, certificate.issuer);
	check_inside(der, certificate.subject);
	check_inside(der, certificate.key);
	check_inside(der, certificate.names);
	check_names(der, &certificate);
	check_words(&certificate);
	certificate_pin(&certificate);
	return 0;
}
