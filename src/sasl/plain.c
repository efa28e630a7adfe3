#include "sasl/plain.h"

/* see plain.h */
enum sasl_verdict plain_step(struct sasl *sasl, struct span challenge)
{
	(void)challenge;
	if (sasl->step > 0)
		return SASL_BROKEN;
	sasl_respond(sasl, SPAN("\0"));
	sasl_respond(sasl, sasl->terms.user);
	sasl_respond(sasl, SPAN("\0"));
	sasl_respond(sasl, secret_reveal(sasl->terms.secret));
	return SASL_RESPOND;
}

/*
 * The certificate has said who we are. Who we want to be is said where a user
 * is set, else the server decides.
 *
 * see plain.h
 */
enum sasl_verdict external_step(struct sasl *sasl, struct span challenge)
{
	(void)challenge;
	if (sasl->step > 0)
		return SASL_BROKEN;
	sasl_respond(sasl, sasl->terms.user);
	return SASL_RESPOND;
}

/*
 * The challenges are prompts in any wording ("Username:", "username:", "User
 * Name\0", "+ "): only their number counts.
 *
 * see plain.h
 */
enum sasl_verdict login_step(struct sasl *sasl, struct span challenge)
{
	(void)challenge;
	if (sasl->step > 1)
		return SASL_BROKEN;
	sasl_respond(sasl, sasl->step == 0 ? sasl->terms.user
					   : secret_reveal(sasl->terms.secret));
	return SASL_RESPOND;
}

/*
 * A token that is not accepted is answered by a challenge with the reason as
 * JSON; an empty response lets the server go on to its 535.
 *
 * see plain.h
 */
enum sasl_verdict xoauth2_step(struct sasl *sasl, struct span challenge)
{
	(void)challenge;
	if (sasl->step == 1)
		return SASL_REFUSED;
	if (sasl->step > 1)
		return SASL_BROKEN;
	sasl_respond(sasl, SPAN("user="));
	sasl_respond(sasl, sasl->terms.user);
	sasl_respond(sasl, SPAN("\001auth=Bearer "));
	sasl_respond(sasl, secret_reveal(sasl->terms.secret));
	sasl_respond(sasl, SPAN("\001\001"));
	return SASL_RESPOND;
}

/* Behind the gs2-header: "host=...", "port=...", "auth=..." (RFC 7628 3.1). */
static enum sasl_verdict say_bearer(struct sasl *sasl)
{
	struct text *head = sasl_compose(sasl);

	text_puts(head, "n,a=");
	sasl_put_name(head, sasl->terms.user);
	text_puts(head, ",\001host=");
	text_put(head, sasl->terms.host);
	text_puts(head, "\001port=");
	text_number(head, sasl->terms.port);
	if (head->cut)
		return sasl_break(sasl, SPAN("the user's name is too long"));
	sasl_respond(sasl, text_span(head));
	sasl_respond(sasl, SPAN("\001auth=Bearer "));
	sasl_respond(sasl, secret_reveal(sasl->terms.secret));
	sasl_respond(sasl, SPAN("\001\001"));
	return SASL_RESPOND;
}

/*
 * A token that is not accepted is answered by a challenge with the reason as
 * JSON, which a single 0x01 acknowledges (RFC 7628 3.2.3).
 *
 * see plain.h
 */
enum sasl_verdict oauthbearer_step(struct sasl *sasl, struct span challenge)
{
	(void)challenge;
	if (sasl->step > 1)
		return SASL_BROKEN;
	if (sasl->step == 0)
		return say_bearer(sasl);
	sasl_respond(sasl, SPAN("\001"));
	return SASL_REFUSED;
}
