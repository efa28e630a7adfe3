#include "tls/finding.h"

#include <bearssl.h>

#include "tls/words.h"

enum { NAMES_SHOWN = 8 };

static void put_string(char *to, size_t cap, struct span name)
{
	struct text text;

	text_init(&text, to, cap);
	certificate_put_subject(&text, name);
	text_end(&text);
}

static void portray(struct portrait *portrait, bool is_own,
    const struct certificate *certificate)
{
	portrait->is_known = true;
	portrait->is_own = is_own;
	portrait->is_ca = certificate->is_ca;
	portrait->is_self_signed =
	    span_equal(certificate->issuer, certificate->subject);
	portrait->has_names = certificate->has_names;
	portrait->not_before = certificate->not_before;
	portrait->not_after = certificate->not_after;
	put_string(
	    portrait->subject, sizeof(portrait->subject), certificate->subject);
	put_string(
	    portrait->issuer, sizeof(portrait->issuer), certificate->issuer);
}

/* see finding.h */
void finding_note(
    struct finding *finding, const struct certificate *certificate, int64_t now)
{
	bool is_own = finding->count == 0;
	struct text names;

	if (is_own) {
		portray(&finding->own, true, certificate);
		text_init(&names, finding->names, sizeof(finding->names));
		certificate_put_names(&names, certificate, NAMES_SHOWN);
		text_end(&names);
	}
	portray(&finding->last, is_own, certificate);
	if (!finding->untimely.is_known &&
	    (now < certificate->not_before || now > certificate->not_after))
		portray(&finding->untimely, is_own, certificate);
	if (!finding->weak.is_known && certificate->is_weak_signed)
		portray(&finding->weak, is_own, certificate);
}

/* see finding.h */
bool finding_is_out_of_order(const struct finding *finding)
{
	return finding->own.is_ca && finding->count > 1;
}

static void put_portrait(struct text *words, const struct portrait *portrait)
{
	text_puts(words, !portrait->is_known ? "a certificate"
			 : portrait->is_own  ? "the server's certificate"
					     : "an issuer's certificate");
	if (!portrait->is_known)
		return;
	text_puts(words, " (");
	text_puts(words, portrait->subject);
	text_puts(words, ")");
}

static void put_count(struct text *words, size_t count, const char *noun)
{
	text_number(words, count);
	text_putc(words, ' ');
	text_puts(words, noun);
	if (count != 1)
		text_putc(words, 's');
}

static void explain_trust(const struct finding *finding,
    const struct finding_scene *scene, struct text *words)
{
	if (finding->error == BR_ERR_X509_BAD_SIGNATURE) {
		text_puts(words, "a signature in the chain of ");
		put_portrait(words, &finding->own);
		text_puts(words, " is wrong");
		return;
	}
	put_portrait(words, &finding->own);
	if (finding->own.is_self_signed) {
		text_puts(words, " is self-signed and is");
	} else {
		text_puts(words, " leads, after ");
		put_count(words, finding->count, "certificate");
		text_puts(words, " sent, to the issuer ");
		text_puts(words, finding->last.issuer);
		text_puts(words, ", which is");
	}
	text_puts(words, " not among the ");
	put_count(words, scene->trust_count, "trust anchor");
	text_puts(words, " of ");
	text_puts(words, scene->trust_file);
}

static void explain_name(const struct finding *finding,
    const struct finding_scene *scene, struct text *words)
{
	put_portrait(words, &finding->own);
	text_puts(words, " is for ");
	text_puts(words, finding->names);
	if (!finding->own.has_names)
		text_puts(words, " (it has no subjectAltName, and the common "
				 "name does not count)");
	text_puts(words, ", not for ");
	text_puts(words, scene->name);
}

static void explain_dates(const struct finding *finding,
    const struct finding_scene *scene, struct text *words)
{
	const struct portrait *portrait = &finding->untimely;
	bool is_early = scene->now < portrait->not_before;

	put_portrait(words, portrait);
	if (!portrait->is_known) {
		text_puts(words, " of the chain is outside of its dates");
	} else if (is_early) {
		text_puts(words, " is not valid before ");
		words_put_date(words, portrait->not_before);
		text_puts(words, " (and until ");
		words_put_date(words, portrait->not_after);
		text_puts(words, ")");
	} else {
		text_puts(words, " has expired on ");
		words_put_date(words, portrait->not_after);
		text_puts(words, " (valid since ");
		words_put_date(words, portrait->not_before);
		text_puts(words, ")");
	}
	text_puts(words, "; by this machine's clock today is ");
	words_put_date(words, scene->now);
}

static void explain_weak(const struct finding *finding,
    const struct finding_scene *scene, struct text *words)
{
	(void)scene;
	if (finding->error == BR_ERR_X509_WEAK_PUBLIC_KEY) {
		put_portrait(words, &finding->own);
		text_puts(
		    words, ", or an issuer's, has an RSA key below 2048 bits");
		return;
	}
	put_portrait(words, &finding->weak);
	text_puts(words, " is signed over SHA-1 or MD5, which can be forged");
}

static void explain_usage(const struct finding *finding,
    const struct finding_scene *scene, struct text *words)
{
	(void)scene;
	put_portrait(words, &finding->own);
	text_puts(words, " is not for use by servers (extended key usage)");
}

static void explain_pin(const struct finding *finding,
    const struct finding_scene *scene, struct text *words)
{
	text_puts(words, "the key of ");
	put_portrait(words, &finding->own);
	text_puts(words, " does not match the ");
	put_count(words, scene->pin_count, "pin");
}

static void explain_chain(const struct finding *finding,
    const struct finding_scene *scene, struct text *words)
{
	(void)scene;
	text_puts(words, "the chain of ");
	put_portrait(words, &finding->own);
	text_puts(words, " does not hold: ");
	if (finding->error)
		words_put_error(words, finding->error);
	else if (finding_is_out_of_order(finding))
		text_puts(words, "an issuer's certificate comes first, but "
				 "each must be issued by the next");
	else
		text_puts(words, "the first certificate cannot be read or is "
				 "too large");
}

static void (*const explain[TLS_FAULT_COUNT])(const struct finding *finding,
    const struct finding_scene *scene, struct text *words) = {
	[TLS_FAULT_UNTRUSTED] = explain_trust,
	[TLS_FAULT_NAME] = explain_name,
	[TLS_FAULT_DATES] = explain_dates,
	[TLS_FAULT_WEAK] = explain_weak,
	[TLS_FAULT_USAGE] = explain_usage,
	[TLS_FAULT_PIN] = explain_pin,
	[TLS_FAULT_CHAIN] = explain_chain,
};

/* see finding.h */
void finding_explain(const struct finding *finding,
    const struct finding_scene *scene, struct text *words)
{
	if (explain[finding->fault])
		explain[finding->fault](finding, scene, words);
}

/* see finding.h */
void finding_describe(const struct finding *finding, struct text *words)
{
	if (!finding->own.is_known)
		return;
	text_puts(words, finding->own.subject);
	text_puts(words, ", for ");
	text_puts(words, finding->names);
	text_puts(words, ", issued by ");
	text_puts(words, finding->own.issuer);
	text_puts(words, ", valid ");
	words_put_date(words, finding->own.not_before);
	text_puts(words, " to ");
	words_put_date(words, finding->own.not_after);
}
