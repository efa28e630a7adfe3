#include "relay/advice.h"

#include "base/ensure.h"

enum whom {
	PASSWORD = 1 << IDENTITY_PASSWORD,
	USER = 1 << IDENTITY_USER_TOKEN,
	APPLICATION = 1 << IDENTITY_APPLICATION_TOKEN,
	TOKEN = USER | APPLICATION,
	ALL = PASSWORD | TOKEN,
};

/* clang-format off */
/* Rows are tried from the top; code 0, enhanced "" and words "" match all. */
static const struct advice_row {
	enum whom whom;
	unsigned code;
	const char *enhanced;
	const char *words;
	const char *advice;
} rows[] = {
	{ PASSWORD, 0, "5.7.139", "security defaults",
		"Microsoft's security defaults block passwords: an administrator takes them back or uses Conditional Access instead, and enables 'Authenticated SMTP' for the mailbox; then OAuth (smtpseal-oauth) works, too" },
	{ PASSWORD, 0, "5.7.139", "",
		"SMTP AUTH is switched off in Microsoft 365: an administrator enables 'Authenticated SMTP' for this mailbox (and in the organisation), or use OAuth (smtpseal-oauth)" },
	{ TOKEN, 0, "5.7.139", "disabled for the tenant",
		"SMTP AUTH is switched off in the organisation, for tokens as well: an administrator enables 'Authenticated SMTP' for this mailbox, which goes before" },
	{ TOKEN, 0, "5.7.139", "disabled",
		"SMTP AUTH is switched off for this mailbox, for tokens as well: an administrator enables 'Authenticated SMTP' among its email apps" },
	{ TOKEN, 0, "5.7.139", "",
		"Microsoft's rules for this organisation do not let this login in: an administrator finds it in Entra's sign-in log, and may have to except it from Conditional Access" },
	{ USER, 535, "5.7.3", "",
		"Microsoft did not take the token: user must be the mailbox that was logged in with, or a shared one to which it has full access; its scope must be SMTP.Send (smtpseal doctor shows it); and 'Authenticated SMTP' must be enabled for the mailbox" },
	{ APPLICATION, 535, "5.7.3", "",
		"Microsoft did not take the application's token: it needs the permission SMTP.SendAsApp with an administrator's consent, must be known to Exchange (New-ServicePrincipal with the object ID of the enterprise application), and needs full access to the mailbox (Add-MailboxPermission)" },
	{ ALL, 0, "5.7.30", "",
		"Microsoft 365 no longer takes passwords for SMTP here: an administrator may re-enable them until the final date, or use OAuth (smtpseal-oauth)" },
	{ ALL, 0, "5.7.3", "STARTTLS",
		"the server wants TLS first: set tls = starttls" },
	{ PASSWORD, 535, "5.7.3", "",
		"Microsoft refused user or password: check both, and that Authenticated SMTP is enabled for the mailbox" },
	{ ALL, 0, "5.7.57", "",
		"the server wants a login first: set user and a password or token, and do not use auth = none" },
	{ ALL, 0, "5.7.60", "",
		"this mailbox may not send as that address: give it Send As permission, or let the device use the mailbox's own address" },
	{ ALL, 0, "5.2.252", "",
		"this mailbox may not send as that address (the From line counts too): give it Send As permission, or let the device use the mailbox's own address" },
	{ ALL, 0, "5.7.4", "",
		"the server does not know this login method: leave auth = auto, or set auth = login (Microsoft 365 has no PLAIN)" },
	{ ALL, 0, "5.5.124", "",
		"the token is not one for SMTP: it needs the scope SMTP.Send (https://outlook.office.com/SMTP.Send)" },
	{ PASSWORD, 0, "5.7.9", "",
		"the provider wants an app password: turn 2-step verification on and make one (for Google: myaccount.google.com, App passwords)" },
	{ PASSWORD, 0, "5.7.8", "",
		"user or password is wrong; Google, Yahoo, Apple and others want an app password, not the one of the web site" },
	{ USER, 0, "5.7.8", "",
		"the provider did not take the token: user must be the mailbox that was logged in with, and its scope must be the one for mail (Google: https://mail.google.com/); smtpseal doctor shows both, smtpseal-oauth login logs in again" },
	{ APPLICATION, 0, "5.7.8", "",
		"the provider did not take the application's token: in Google Workspace an administrator gives the service account domain-wide delegation for the scope https://mail.google.com/, and oauth_subject must be the mailbox in user" },
	{ ALL, 0, "5.7.14", "",
		"the provider wants you to log in with a browser once, then try again" },
	{ PASSWORD, 432, "4.7.12", "",
		"the server must see the password once before it can take this login method: set auth = plain for one login, then auth = auto again" },
	{ ALL, 432, "", "",
		"too many connections at once for this mailbox: lower connections in [account] (Microsoft 365 allows 3)" },
	{ ALL, 0, "", "too many",
		"the provider counts too many logins or messages: wait, and lower connections" },
	{ ALL, 504, "", "",
		"the server does not know this login method: leave auth = auto, or set one that it offers" },
	{ ALL, 530, "", "STARTTLS",
		"the server wants TLS first: set tls = starttls" },
	{ ALL, 530, "", "",
		"the server wants a login first: set user and a password or token" },
	{ PASSWORD, 534, "", "",
		"the provider wants a safer login: an app password, or OAuth (smtpseal-oauth)" },
	{ PASSWORD, 535, "", "",
		"user or password is wrong; many providers want an app password, and SMTP access switched on in their settings" },
	{ TOKEN, 535, "", "",
		"the provider did not take the token: look at user, and at the token's audience and scopes (smtpseal doctor shows them)" },
	{ ALL, 0, "", "not verified",
		"the sender's address must be verified at the provider first" },
};
/* clang-format on */

static bool matches(const struct advice_row *row, const struct reply *reply,
    enum upstream_identity identity)
{
	struct span enhanced = span_of(row->enhanced);
	struct span heard = reply_enhanced(reply);

	if (!(row->whom & 1U << identity))
		return false;
	if (row->code != 0 && row->code != reply->code)
		return false;
	if (enhanced.len > 0 && !span_equal(enhanced, heard))
		return false;
	return reply_mentions(reply, span_of(row->words));
}

/* see advice.h */
struct span advice_for(
    const struct reply *reply, enum upstream_identity identity)
{
	if (reply_class(reply) < 4)
		return (struct span){ 0 };
	for (size_t i = 0; i < array_len(rows); i++)
		if (matches(&rows[i], reply, identity))
			return span_of(rows[i].advice);
	return (struct span){ 0 };
}
