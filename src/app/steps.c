#include "app/steps.h"

#include <stdio.h>

#include "app/lines.h"
#include "relay/advice.h"

/* Large enough for a stranger's words and ours around them. */
enum { WORDS_OCTETS = 900 };

/* see steps.h */
void steps_note(const char *mark, const char *step, struct span words)
{
	printf("  %-6s  %-11s  %.*s\n", mark, step, (int)words.len, words.ptr);
}

/* For a person: quotes stay quotes, but nothing moves the cursor. */
static void put_readable(struct text *text, struct span words)
{
	for (size_t i = 0; i < words.len; i++)
		text_putc(text, words.ptr[i] >= ' ' && words.ptr[i] <= '~'
				    ? words.ptr[i]
				    : '?');
}

/* More about a step that failed, below it. */
static void print_more(const char *what, struct span words)
{
	char storage[LINK_PORTRAIT_OCTETS];
	struct text text;

	if (words.len == 0)
		return;
	text_init(&text, storage, sizeof(storage));
	put_readable(&text, words);
	printf("          %-11s  %.*s\n", what, (int)text.len, text.ptr);
}

static void print_advice(struct span advice)
{
	print_more("what to do:", advice);
}

static void put_peer(const struct link *link, struct text *text)
{
	struct sockaddr_storage address;
	int len = sizeof(address);
	char name[64] = "?";

	if (link->channel.stream.handle &&
	    uv_tcp_getpeername((const uv_tcp_t *)link->channel.stream.handle,
		(struct sockaddr *)&address, &len) == 0) {
		if (address.ss_family == AF_INET6)
			uv_ip6_name((struct sockaddr_in6 *)&address, name,
			    sizeof(name));
		else
			uv_ip4_name(
			    (struct sockaddr_in *)&address, name, sizeof(name));
	}
	text_puts(text, "connected to ");
	text_puts(text, name);
	text_puts(text, " port ");
	text_number(text, link->account->policy.port);
}

static void put_greeting(const struct link *link, struct text *text)
{
	(void)link;
	text_puts(text, "the server greets");
}

static void put_ehlo(const struct link *link, struct text *text)
{
	(void)link;
	text_puts(text, "the server offers STARTTLS");
}

static void put_starttls(const struct link *link, struct text *text)
{
	(void)link;
	text_puts(text, "the server is ready for TLS");
}

static void put_tls(const struct link *link, struct text *text)
{
	text_puts(text, tls_version(link->channel.tls));
	text_putc(text, ' ');
	text_puts(text, tls_suite(link->channel.tls));
	text_puts(text, "; certificate: ");
	tls_describe(link->channel.tls, text);
}

static void put_ehlo_tls(const struct link *link, struct text *text)
{
	const struct ehlo *offers = &link->upstream.offers;

	text_puts(text, "the server offers logins: ");
	text_put(text, offers->auth_len > 0 ? ehlo_auth(offers) : SPAN("none"));
	if (offers->max_size > 0) {
		text_puts(text, "; messages up to ");
		text_number(text, (offers->max_size + 500000) / 1000000);
		text_puts(text, " MB");
	}
}

/* What the token is for shows in the lines below. */
static void put_credential(const struct link *link, struct text *text)
{
	const struct account_settings *account = link->account;

	if (account->source != CREDENTIAL_COMMAND)
		return;
	text_puts(text, account->policy.identity == IDENTITY_PASSWORD
			    ? "the command printed a password"
			    : "a token was obtained");
}

/* What smtpseal-oauth says of a login, below its step. */
static void explain_token(const struct link *link)
{
	if (link->account->status_command)
		lines_print(link->account->status_command, "        ");
}

static void put_auth(const struct link *link, struct text *text)
{
	text_puts(text, "logged in");
	if (link->account->policy.user.len > 0)
		text_puts(text, " as ");
	text_put(text, link->account->policy.user);
	text_puts(text, " by ");
	text_put(text, sasl_name(login_mechanism(&link->upstream.login)));
}

static void put_mail(const struct link *link, struct text *text)
{
	text_puts(text, "the server takes mail from ");
	text_put(text, steps_sender(link));
}

/* The stages a person should see, and what is said when one is passed. */
/* clang-format off */
static const struct step_row {
	const char *name;
	void (*put)(const struct link *, struct text *);
} steps[STAGE_COUNT] = {
	[STAGE_DIAL]      = { "connect",     put_peer },
	[STAGE_GREETING]  = { "greeting",    put_greeting },
	[STAGE_EHLO]      = { "STARTTLS",    put_ehlo },
	[STAGE_STARTTLS]  = { "STARTTLS",    put_starttls },
	[STAGE_HANDSHAKE] = { "TLS",         put_tls },
	[STAGE_EHLO_TLS]  = { "EHLO",        put_ehlo_tls },
	[STAGE_CREDENTIAL] = { "credential", put_credential },
	[STAGE_AUTH]      = { "login",       put_auth },
	[STAGE_MAIL]      = { "sender",      put_mail },
};
/* clang-format on */

/* see steps.h */
struct span steps_sender(const struct link *link)
{
	const struct upstream_policy *policy = &link->account->policy;

	return policy->sender.len > 0 ? policy->sender : policy->user;
}

/* see steps.h */
void steps_passed(const struct link *link, enum stage stage)
{
	char storage[WORDS_OCTETS];
	struct text text;

	if (!steps[stage].put)
		return;
	text_init(&text, storage, sizeof(storage));
	steps[stage].put(link, &text);
	if (text.len > 0)
		steps_note("ok", steps[stage].name, text_span(&text));
	if (stage == STAGE_CREDENTIAL)
		explain_token(link);
}

/* What certificate it was that did not pass. */
static void print_certificate(const struct link *link)
{
	char storage[LINK_PORTRAIT_OCTETS];

	if (link->upstream.failed_in == STAGE_HANDSHAKE)
		print_more("certificate:",
		    link_portray(link, storage, sizeof(storage)));
}

static void put_server(
    struct text *text, const struct account_settings *account)
{
	text_puts(text, account->host);
	text_puts(text, " port ");
	text_number(text, account->policy.port);
	text_putc(text, ' ');
}

/* see steps.h */
void steps_failed(const struct link *link)
{
	const struct upstream *upstream = &link->upstream;
	char storage[WORDS_OCTETS];
	struct text text;
	const char *name = steps[upstream->failed_in].name;

	text_init(&text, storage, sizeof(storage));
	put_server(&text, link->account);
	text_put(&text, failure_words(upstream->failure));
	steps_note("FAILED", name ? name : "connection", text_span(&text));
	print_more(
	    upstream->failure == FAIL_NO_MECHANISM ? "it offers:" : "why:",
	    text_span(&upstream->detail));
	print_certificate(link);
	if (upstream->failed_in == STAGE_CREDENTIAL)
		explain_token(link);
	print_advice(upstream->advice.len > 0
			 ? upstream->advice
			 : failure_hint(upstream->failure));
}

/* see steps.h */
void steps_refused(const struct link *link, const struct reply *reply)
{
	char storage[WORDS_OCTETS];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	put_server(&text, link->account);
	text_puts(&text, "takes no mail from ");
	text_put(&text, steps_sender(link));
	steps_note("FAILED", "sender", text_span(&text));
	text_init(&text, storage, sizeof(storage));
	reply_put(&text, reply);
	print_more("why:", text_span(&text));
	print_advice(advice_for(reply, link->account->policy.identity));
}
