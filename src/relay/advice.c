#include "relay/advice.h"

#include "base/ensure.h"

/* clang-format off */
/* Rows are tried from the top; code 0, enhanced "" and words "" match all. */
static const struct advice_row {
	unsigned code;
	const char *enhanced;
	const char *words;
	const char *advice;
} rows[] = {
	{ 0, "5.7.139", "security defaults",
		"Microsoft's security defaults block this login: an administrator must allow SMTP AUTH, or use OAuth (smtpseal-oauth)" },
	{ 0, "5.7.139", "",
		"SMTP AUTH is switched off in Microsoft 365: an administrator enables 'Authenticated SMTP' for this mailbox (and in the organisation), or use OAuth (smtpseal-oauth)" },
	{ 0, "5.7.30", "",
		"Microsoft 365 no longer takes passwords for SMTP here: an administrator may re-enable them until the final date, or use OAuth (smtpseal-oauth)" },
	{ 0, "5.7.3", "STARTTLS",
		"the server wants TLS first: set tls = starttls" },
	{ 535, "5.7.3", "",
		"Microsoft refused user or password: check both, and that Authenticated SMTP is enabled for the mailbox; with a token, user must be the mailbox the token was made for" },
	{ 0, "5.7.57", "",
		"the server wants a login first: set user and a password or token, and do not use auth = none" },
	{ 0, "5.7.60", "",
		"this mailbox may not send as that address: give it Send As permission, or let the device use the mailbox's own address" },
	{ 0, "5.2.252", "",
		"this mailbox may not send as that address (the From line counts too): give it Send As permission, or let the device use the mailbox's own address" },
	{ 0, "5.7.4", "",
		"the server does not know this login method: leave auth = auto, or set auth = login (Microsoft 365 has no PLAIN)" },
	{ 0, "5.5.124", "",
		"the token is not one for SMTP: it needs the scope SMTP.Send (https://outlook.office.com/SMTP.Send)" },
	{ 0, "5.7.9", "",
		"the provider wants an app password: turn 2-step verification on and make one (for Google: myaccount.google.com, App passwords)" },
	{ 0, "5.7.8", "",
		"user or password is wrong; Google, Yahoo, Apple and others want an app password, not the one of the web site" },
	{ 0, "5.7.14", "",
		"the provider wants you to log in with a browser once, then try again" },
	{ 432, "", "",
		"too many connections at once for this mailbox: lower connections in [account] (Microsoft 365 allows 3)" },
	{ 0, "", "too many",
		"the provider counts too many logins or messages: wait, and lower connections" },
	{ 504, "", "",
		"the server does not know this login method: leave auth = auto, or set one that it offers" },
	{ 530, "", "STARTTLS",
		"the server wants TLS first: set tls = starttls" },
	{ 530, "", "",
		"the server wants a login first: set user and a password or token" },
	{ 534, "", "",
		"the provider wants a safer login: an app password, or OAuth (smtpseal-oauth)" },
	{ 535, "", "",
		"user or password is wrong; many providers want an app password, and SMTP access switched on in their settings" },
	{ 0, "", "not verified",
		"the sender's address must be verified at the provider first" },
};
/* clang-format on */

static bool matches(const struct advice_row *row, const struct reply *reply)
{
	struct span enhanced = span_of(row->enhanced);
	struct span heard = reply_enhanced(reply);

	if (row->code != 0 && row->code != reply->code)
		return false;
	if (enhanced.len > 0 && !span_equal(enhanced, heard))
		return false;
	return reply_mentions(reply, span_of(row->words));
}

/* see advice.h */
struct span advice_for(const struct reply *reply)
{
	if (reply_class(reply) < 4)
		return (struct span){ 0 };
	for (size_t i = 0; i < array_len(rows); i++)
		if (matches(&rows[i], reply))
			return span_of(rows[i].advice);
	return (struct span){ 0 };
}
