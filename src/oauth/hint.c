#include "oauth/hint.h"

#include "base/ensure.h"

/* Microsoft's codes stand in front of its words: "AADSTS65001: The user or
 * administrator has not consented to use the application". */
/* clang-format off */
static const struct hint_row {
	const char *words;
	const char *hint;
} rows[] = {
	{ "AADSTS50011", "the redirect address is not registered: in Entra, under Authentication, add http://localhost as mobile and desktop application" },
	{ "AADSTS50020", "the one who logged in is of another organisation: set oauth_tenant to the mailbox's own" },
	{ "AADSTS50034", "this organisation has no such user; look at oauth_tenant, and at who logged in" },
	{ "AADSTS50053", "the account is locked for some minutes after wrong passwords, or its address is blocked" },
	{ "AADSTS50057", "the account is switched off; an administrator can switch it on" },
	{ "AADSTS50076", "the organisation wants a second factor: run smtpseal-oauth login and give it there" },
	{ "AADSTS50079", "the account must set up a second factor first; then run smtpseal-oauth login" },
	{ "AADSTS50158", "the organisation wants one more check: run smtpseal-oauth login again" },
	{ "AADSTS50173", "the password was changed or the login withdrawn; run smtpseal-oauth login" },
	{ "AADSTS50194", "the application is for one organisation only: set oauth_tenant to it" },
	{ "AADSTS53003", "a Conditional Access policy of the organisation forbids it, often the device code itself: try oauth_grant = code; an administrator finds the policy in Entra's sign-in log" },
	{ "AADSTS65001", "nobody has consented yet: run smtpseal-oauth login and accept; where users may not, an administrator grants consent to the application in Entra" },
	{ "AADSTS65004", "the consent was declined; run smtpseal-oauth login and accept" },
	{ "AADSTS70008", "the login is too old; run smtpseal-oauth login" },
	{ "AADSTS70043", "the organisation wants a new login every so often; run smtpseal-oauth login" },
	{ "AADSTS70011", "look at oauth_scope: it is not one that this application can have" },
	{ "AADSTS90002", "there is no such tenant: look at oauth_tenant" },
	{ "AADSTS90072", "the one who logged in is of another organisation: set oauth_tenant to the mailbox's own" },
	{ "AADSTS500011", "the organisation does not know what oauth_scope names: look at its host" },
	{ "AADSTS530003", "a Conditional Access policy of the organisation wants a managed device: an administrator must except this login" },
	{ "AADSTS530035", "the organisation's security defaults forbid the device code: set oauth_grant = code" },
	{ "AADSTS700016", "this tenant has no such application: look at oauth_client_id and oauth_tenant" },
	{ "AADSTS700024", "the signed statement is not valid now: set this machine's clock" },
	{ "AADSTS700025", "the application is a public client and has no secret: remove oauth_client_secret_file" },
	{ "AADSTS700027", "the certificate is not the application's: upload the one of oauth_certificate in Entra, under Certificates & secrets" },
	{ "AADSTS700082", "the login was not used for too long (90 days); run smtpseal-oauth login" },
	{ "AADSTS7000112", "the application is disabled in the organisation: an administrator enables it in Entra, under Enterprise applications" },
	{ "AADSTS7000215", "the client secret is wrong: the file must hold its value, not its ID" },
	{ "AADSTS7000218", "the application is not a public client: in Entra, under Authentication, set Allow public client flows to Yes" },
	{ "AADSTS7000222", "the client secret has expired: make a new one in Entra, under Certificates & secrets" },
	/* Google's words have no code. */
	{ "Invalid JWT: Token must be", "set this machine's clock" },
	{ "Token has been expired or revoked", "the login was withdrawn, the password changed, or it is 7 days old and the application in Google's Cloud console still in Testing; run smtpseal-oauth login" },
	{ "Client is unauthorized to retrieve access tokens", "in the admin console of Google Workspace, give the service account's client ID domain-wide delegation for the scope in oauth_scope" },
};
/* clang-format on */

/* A code ends where its digits do. */
static bool stands_at(struct span text, struct span words)
{
	return span_starts_nocase(text, words) &&
	       (text.len == words.len || !is_digit(text.ptr[words.len]));
}

/* see hint.h */
const char *hint_for(struct span description)
{
	for (; description.len > 0; description = span_from(description, 1))
		for (size_t i = 0; i < array_len(rows); i++)
			if (stands_at(description, span_of(rows[i].words)))
				return rows[i].hint;
	return NULL;
}
