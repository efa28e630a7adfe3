#include "config/provider.h"

#include <string.h>

#include "base/ensure.h"
#include "config/suggest.h"

/* Sets of mechanisms that several providers share. */
/* clang-format off */
enum {
	LOGIN   = SASL_BIT(SASL_LOGIN),
	BASIC   = SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_LOGIN),
	CRAM    = SASL_BIT(SASL_CRAM_MD5),
	HASHED  = SASL_BIT(SASL_SCRAM_SHA_1) | SASL_BIT(SASL_CRAM_MD5) |
	    SASL_BIT(SASL_DIGEST_MD5),
	XOAUTH2 = SASL_BIT(SASL_XOAUTH2),
	BEARER  = SASL_BIT(SASL_OAUTHBEARER),
	ANY     = SASL_BIT(SASL_MECHANISM_COUNT) - 1,
};

/*
 * Where a provider has both, 465 is taken (RFC 8314 3.3). SES hangs up after
 * ten idle seconds, so a kept connection would be dead when it is wanted.
 */
const struct provider providers[] = {
	{ "126", "smtp.126.com",
	    465, UPSTREAM_IMPLICIT, BASIC | XOAUTH2, 0, 0, 0 },
	{ "163", "smtp.163.com",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "1und1", "smtp.1und1.de",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "aliyun", "smtp.aliyun.com",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "aol", "smtp.aol.com",
	    465, UPSTREAM_IMPLICIT, BASIC | XOAUTH2, 0, 0, 0 },
	{ "biglobe", "mail.biglobe.ne.jp",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "brevo", "smtp-relay.brevo.com",
	    587, UPSTREAM_STARTTLS, ANY, 0, 0, 0 },
	{ "exmail", "smtp.exmail.qq.com",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "fastmail", "smtp.fastmail.com",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "feishu", "smtp.feishu.cn",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "gmail", "smtp.gmail.com",
	    465, UPSTREAM_IMPLICIT, BASIC | XOAUTH2 | BEARER, 0, 0, 0 },
	{ "gmx", "mail.gmx.net",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "gmx-com", "mail.gmx.com",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "icloud", "smtp.mail.me.com",
	    587, UPSTREAM_STARTTLS, ANY, 0, 0, 0 },
	{ "iij4u", "mbox.iij4u.or.jp",
	    587, UPSTREAM_STARTTLS, CRAM, 0, 0, 0 },
	{ "iijmio", "mbox.iijmio-mail.jp",
	    587, UPSTREAM_STARTTLS, CRAM, 0, 0, 0 },
	{ "ionos", "smtp.ionos.com",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "ionos-de", "smtp.ionos.de",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "mailgun", "smtp.mailgun.org",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "mailgun-eu", "smtp.eu.mailgun.org",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "mailjet", "in-v3.mailjet.com",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "mailtrap", "live.smtp.mailtrap.io",
	    587, UPSTREAM_STARTTLS, ANY, 0, 0, 0 },
	{ "mandrill", "smtp.mandrillapp.com",
	    587, UPSTREAM_STARTTLS, ANY, 0, 0, 0 },
	{ "mopera", "mail.mopera.net",
	    465, UPSTREAM_IMPLICIT, CRAM, 0, 0, 0 },
	{ "nifty", "smtp.nifty.com",
	    587, UPSTREAM_PLAIN, CRAM, 0, 0, 0 },
	{ "ocn", "smtp.ocn.ne.jp",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "office365", "smtp.office365.com",
	    587, UPSTREAM_STARTTLS, LOGIN | XOAUTH2, 3, 30, 0 },
	{ "office365-cn", "smtp.partner.outlook.cn",
	    587, UPSTREAM_STARTTLS, LOGIN | XOAUTH2, 3, 30, 0 },
	{ "office365-gcc-high", "smtp.office365.us",
	    587, UPSTREAM_STARTTLS, LOGIN | XOAUTH2, 3, 30, 0 },
	{ "office365-hve", "smtp-hve.office365.com",
	    587, UPSTREAM_STARTTLS, LOGIN | XOAUTH2, 0, 0, 0 },
	{ "outlook", "smtp-mail.outlook.com",
	    587, UPSTREAM_STARTTLS, XOAUTH2, 0, 30, 0 },
	{ "ovh", "ssl0.ovh.net",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "postmark", "smtp.postmarkapp.com",
	    587, UPSTREAM_STARTTLS, ANY, 0, 0, 0 },
	{ "proton", "smtp.protonmail.ch",
	    587, UPSTREAM_STARTTLS, BASIC, 0, 0, 0 },
	{ "qiye-aliyun", "smtp.qiye.aliyun.com",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "qq", "smtp.qq.com",
	    465, UPSTREAM_IMPLICIT, BASIC | XOAUTH2, 0, 0, 0 },
	{ "resend", "smtp.resend.com",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "sendgrid", "smtp.sendgrid.net",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "ses", "email-smtp.%.amazonaws.com",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 5 },
	{ "smtp2go", "mail.smtp2go.com",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "softbank", "smtp.softbank.jp",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "sparkpost", "smtp.sparkpostmail.com",
	    587, UPSTREAM_STARTTLS, ANY, 0, 0, 0 },
	{ "strato", "smtp.strato.de",
	    465, UPSTREAM_IMPLICIT, BASIC | HASHED, 0, 0, 0 },
	{ "t-online", "securesmtp.t-online.de",
	    465, UPSTREAM_IMPLICIT, ANY, 0, 0, 0 },
	{ "web.de", "smtp.web.de",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "workspace-relay", "smtp-relay.gmail.com",
	    587, UPSTREAM_STARTTLS, BASIC | XOAUTH2 | BEARER, 0, 0, 0 },
	{ "yahoo", "smtp.mail.yahoo.com",
	    465, UPSTREAM_IMPLICIT, BASIC | XOAUTH2, 0, 0, 0 },
	{ "yahoo-jp", "smtp.mail.yahoo.co.jp",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "yandex", "smtp.yandex.com",
	    465, UPSTREAM_IMPLICIT, BASIC | XOAUTH2, 0, 0, 0 },
	{ "zoho", "smtp.zoho.com",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "zoho-eu", "smtp.zoho.eu",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
	{ "zoho-in", "smtp.zoho.in",
	    465, UPSTREAM_IMPLICIT, BASIC, 0, 0, 0 },
};
/* clang-format on */
const size_t provider_count = array_len(providers);

/* see provider.h */
const struct provider *provider_find(struct span name)
{
	for (size_t i = 0; i < provider_count; i++)
		if (span_equal_nocase(name, span_of(providers[i].name)))
			return &providers[i];
	return NULL;
}

/* see provider.h */
bool provider_needs_region(const struct provider *provider)
{
	return strchr(provider->host, '%') != NULL;
}

/* see provider.h */
bool provider_needs_token(const struct provider *provider)
{
	return (provider->mechanisms & ~(uint32_t)(XOAUTH2 | BEARER)) == 0;
}

/* see provider.h */
const char *provider_fill(
    struct arena *arena, const char *pattern, struct span word)
{
	struct span whole = span_of(pattern);
	size_t at = span_find(whole, '%');
	char *string;

	if (at == whole.len)
		return pattern;
	string = arena_alloc(arena, whole.len + word.len);
	memcpy(string, whole.ptr, at);
	if (word.len > 0)
		memcpy(string + at, word.ptr, word.len);
	memcpy(string + at + word.len, whole.ptr + at + 1, whole.len - at - 1);
	return string;
}

/* see provider.h */
enum value_verdict provider_read(
    struct reading *reading, struct span value, const void *none, void *field)
{
	const struct provider *provider = provider_find(value);
	struct suggestion near = suggestion_for(value);

	(void)none;
	for (size_t i = 0; i < provider_count && !provider; i++)
		suggestion_offer(&near, providers[i].name);
	if (!provider)
		return value_bad(reading, "%s has no preset; give its host%s",
		    value_shown(reading, value), suggestion_words(&near));
	*(const struct provider **)field = provider;
	return VALUE_GOOD;
}
