#include "app/steps.h"

#include <stdio.h>

#include "app/lines.h"
#include "net/loss.h"
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
	char storage[LOSS_CERTIFICATE_OCTETS];
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

static void put_peer_of(
    const struct channel *channel, unsigned port, struct text *text)
{
	struct sockaddr_storage address;
	int len = sizeof(address);
	char name[64] = "?";

	if (channel->stream.handle &&
	    uv_tcp_getpeername((const uv_tcp_t *)channel->stream.handle,
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
	text_number(text, port);
}

static void put_peer(const struct link *link, struct text *text)
{
	put_peer_of(&link->channel, link->account->policy.port, text);
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

static void put_tls_of(const struct tls *tls, struct text *text)
{
	text_puts(text, tls_version(tls));
	text_putc(text, ' ');
	text_puts(text, tls_suite(tls));
	text_puts(text, "; certificate: ");
	tls_describe(tls, text);
}

static void put_tls(const struct link *link, struct text *text)
{
	put_tls_of(link->channel.tls, text);
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

static void put_pop_peer(const struct link *link, struct text *text)
{
	put_peer_of(
	    &link->poplink->channel, link->account->policy.pop_port, text);
}

static void put_pop_tls(const struct link *link, struct text *text)
{
	put_tls_of(link->poplink->channel.tls, text);
}

static void put_pop_login(const struct link *link, struct text *text)
{
	text_puts(text, "logged in as ");
	text_put(text, link->account->policy.user);
	text_puts(text, " by POP3");
}

/* The stages a person should see, and what is said when one is passed. */
struct step_row {
	const char *name;
	void (*put)(const struct link *, struct text *);
};

/* clang-format off */
static const struct step_row pop_steps[POP_STAGE_COUNT] = {
	[POP_DIAL]        = { "POP connect", put_pop_peer },
	[POP_HANDSHAKE]   = { "POP TLS",     put_pop_tls },
	[POP_GREETING]    = { "POP3",        NULL },
	[POP_CREDENTIAL]  = { "credential",  put_credential },
	[POP_USER]        = { "POP login",   NULL },
	[POP_PASS]        = { "POP login",   put_pop_login },
};

static const struct step_row steps[STAGE_COUNT] = {
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

static void print_passed(const struct link *link, const struct step_row *step)
{
	char storage[WORDS_OCTETS];
	struct text text;

	if (!step->put)
		return;
	text_init(&text, storage, sizeof(storage));
	step->put(link, &text);
	if (text.len > 0)
		steps_note("ok", step->name, text_span(&text));
}

/* see steps.h */
void steps_passed(const struct link *link, enum stage stage)
{
	print_passed(link, &steps[stage]);
	if (stage == STAGE_CREDENTIAL)
		explain_token(link);
}

/* see steps.h */
void steps_pop_passed(const struct link *link, enum pop_stage stage)
{
	print_passed(link, &pop_steps[stage]);
}

/* What certificate it was that did not pass. */
static void print_certificate(const struct link *link)
{
	char storage[LOSS_CERTIFICATE_OCTETS];

	print_more(
	    "certificate:", loss_certificate(link, storage, sizeof(storage)));
}

static void put_server(struct text *text, struct span host, unsigned port)
{
	text_put(text, host);
	text_puts(text, " port ");
	text_number(text, port);
	text_putc(text, ' ');
}

/* see steps.h */
void steps_failed(const struct link *link)
{
	const struct upstream *upstream = &link->upstream;
	char storage[WORDS_OCTETS];
	struct text text;
	struct loss loss = loss_of(link);
	const char *name = loss.is_pop
			       ? pop_steps[link->poplink->pop.failed_in].name
			       : steps[upstream->failed_in].name;

	text_init(&text, storage, sizeof(storage));
	put_server(&text, loss.host, loss.port);
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
	put_server(
	    &text, link->account->policy.host, link->account->policy.port);
	text_puts(&text, "takes no mail from ");
	text_put(&text, steps_sender(link));
	steps_note("FAILED", "sender", text_span(&text));
	text_init(&text, storage, sizeof(storage));
	reply_put(&text, reply);
	print_more("why:", text_span(&text));
	print_advice(advice_for(reply, link->account->policy.identity));
}
