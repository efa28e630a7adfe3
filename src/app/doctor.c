#include "app/doctor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/ensure.h"
#include "net/pool.h"
#include "relay/advice.h"

/* One account under examination. */
struct patient {
	struct link_keeper keeper;
	const struct settings *settings;
	size_t shown; /* so many steps were printed */
	bool has_failed;
	bool is_done;
};

static struct patient *patient_of(const struct link *link)
{
	return container_of(link->keeper, struct patient, keeper);
}

/* ---- printing ---- */

static void print_step(
    const char *mark, const char *step, struct span words)
{
	printf("  %-6s  %-11s  %.*s\n", mark, step, (int)words.len, words.ptr);
}

static void print_advice(struct span advice)
{
	if (advice.len > 0)
		printf("          what to do:  %.*s\n", (int)advice.len,
		    advice.ptr);
}

static void put_peer(const struct link *link, struct text *text)
{
	struct sockaddr_storage address;
	int len = sizeof(address);
	char name[64] = "?";

	if (link->stream.handle && uv_tcp_getpeername(
		(const uv_tcp_t *)link->stream.handle,
		(struct sockaddr *)&address, &len) == 0) {
		if (address.ss_family == AF_INET6)
			uv_ip6_name((struct sockaddr_in6 *)&address, name,
			    sizeof(name));
		else
			uv_ip4_name((struct sockaddr_in *)&address, name,
			    sizeof(name));
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
	text_puts(text, tls_suite(link->tls));
	text_puts(text, "; certificate: ");
	tls_describe(link->tls, text);
}

static void put_ehlo_tls(const struct link *link, struct text *text)
{
	const struct ehlo *offers = &link->upstream.offers;

	text_puts(text, "the server offers logins: ");
	text_put(text, offers->auth_len > 0 ? ehlo_auth(offers) : SPAN("none"));
	if (offers->max_size > 0) {
		text_puts(text, "; messages up to ");
		text_number(text, offers->max_size);
		text_puts(text, " octets");
	}
}

static void put_auth(const struct link *link, struct text *text)
{
	text_puts(text, "logged in as ");
	text_put(text, link->account->policy.user);
	text_puts(text, " by ");
	text_put(text, sasl_name(login_mechanism(&link->upstream.login)));
}

static void put_mail(const struct link *link, struct text *text)
{
	text_puts(text, "the server takes mail from ");
	text_put(text, link->account->policy.user);
}

/* The stages a person should see, and what is said when one is passed. */
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
	[STAGE_CREDENTIAL] = { "credential", NULL },
	[STAGE_AUTH]      = { "login",       put_auth },
	[STAGE_MAIL]      = { "sender",      put_mail },
};

static void print_passed(const struct link *link, enum stage stage)
{
	char storage[600];
	struct text text;

	if (!steps[stage].put)
		return;
	text_init(&text, storage, sizeof(storage));
	steps[stage].put(link, &text);
	print_step("ok", steps[stage].name, text_span(&text));
}

/* For a person: quotes stay quotes, but nothing moves the cursor. */
static void put_readable(struct text *text, struct span words)
{
	for (size_t i = 0; i < words.len; i++)
		text_putc(text,
		    words.ptr[i] >= ' ' && words.ptr[i] <= '~' ? words.ptr[i]
							       : '?');
}

/* What certificate it was that did not pass. */
static void print_certificate(const struct link *link)
{
	char storage[LINK_PORTRAIT_OCTETS];
	struct span words = link_portray(link, storage, sizeof(storage));

	if (words.len > 0 && link->upstream.failed_in == STAGE_HANDSHAKE)
		printf("          certificate:  %.*s\n", (int)words.len,
		    words.ptr);
}

static void print_failed(const struct link *link)
{
	const struct upstream *upstream = &link->upstream;
	char storage[600];
	struct text text;
	const char *name = steps[upstream->failed_in].name;

	text_init(&text, storage, sizeof(storage));
	text_put(&text, link->account->policy.host);
	text_puts(&text, " port ");
	text_number(&text, link->account->policy.port);
	text_puts(&text, ": ");
	put_readable(&text, text_span(&upstream->detail));
	print_step("FAILED", name ? name : "connection", text_span(&text));
	print_certificate(link);
	print_advice(upstream->advice.len > 0 ? upstream->advice
					      : failure_hint(upstream->failure));
}

/* ---- the examination ---- */

static bool is_address(struct span user)
{
	struct address address;

	return address_read(user, &address) == ADDRESS_READY &&
	    address.domain.len > 0;
}

static void finish(struct link *link, bool has_failed)
{
	struct patient *patient = patient_of(link);

	patient->has_failed = has_failed;
	patient->is_done = true;
	upstream_quit(&link->upstream);
	link_pump(link);
	link_close(link);
}

/* Would the server take mail from the mailbox itself? */
static void ask_sender(struct link *link)
{
	static const struct mail_parameters none;
	char storage[PATH_MAX_OCTETS];
	struct text path;
	struct span user = link->account->policy.user;

	if (!is_address(user)) {
		print_step("--", "sender",
		    SPAN("not asked: user is no mail address"));
		finish(link, false);
		return;
	}
	text_init(&path, storage, sizeof(storage));
	text_putc(&path, '<');
	text_put(&path, user);
	text_putc(&path, '>');
	upstream_mail(&link->upstream, text_span(&path), &none);
}

static void hear_sender(struct link *link)
{
	const struct reply *reply = upstream_answer(&link->upstream);
	char storage[REPLY_SAID_OCTETS];
	struct text text;

	if (!reply)
		return;
	upstream_heard(&link->upstream);
	if (reply_class(reply) == 2) {
		print_passed(link, STAGE_MAIL);
		upstream_reset(&link->upstream);
		return;
	}
	text_init(&text, storage, sizeof(storage));
	reply_put(&text, reply);
	print_step("FAILED", "sender", text_span(&text));
	print_advice(advice_for(reply));
	finish(link, true);
}

/* The stages that were passed since the last turn, in their order. */
static void show_progress(const struct link *link)
{
	static const enum stage starttls[] = { STAGE_DIAL, STAGE_GREETING,
		STAGE_EHLO, STAGE_STARTTLS, STAGE_HANDSHAKE, STAGE_EHLO_TLS,
		STAGE_CREDENTIAL, STAGE_AUTH, STAGE_READY };
	static const enum stage implicit[] = { STAGE_DIAL, STAGE_HANDSHAKE,
		STAGE_GREETING, STAGE_EHLO_TLS, STAGE_CREDENTIAL, STAGE_AUTH,
		STAGE_READY };
	static const enum stage plain[] = { STAGE_DIAL, STAGE_GREETING,
		STAGE_EHLO_TLS, STAGE_CREDENTIAL, STAGE_AUTH, STAGE_READY };
	static const enum stage *const orders[] = {
		[UPSTREAM_STARTTLS] = starttls,
		[UPSTREAM_IMPLICIT] = implicit,
		[UPSTREAM_PLAIN] = plain,
	};
	struct patient *patient = patient_of(link);
	const enum stage *order = orders[link->account->policy.security];
	const struct upstream *upstream = &link->upstream;
	enum stage now = upstream->stage == STAGE_LOST ? upstream->failed_in
						       : upstream->stage;

	if (now > STAGE_READY)
		now = STAGE_READY;
	while (order[patient->shown] != now &&
	    order[patient->shown] != STAGE_READY) {
		enum stage passed = order[patient->shown++];

		if (passed == STAGE_AUTH && link->account->policy.mechanisms == 0)
			continue;
		print_passed(link, passed);
	}
}

/* What comes next, now that nothing moves by itself. */
static void go_on(struct link *link)
{
	struct upstream *upstream = &link->upstream;

	if (upstream_answer(upstream)) {
		hear_sender(link);
	} else if (upstream->stage == STAGE_LOST) {
		print_failed(link);
		finish(link, true);
	} else if (upstream_is_ready(upstream)) {
		if (upstream->transactions > 0)
			finish(link, false); /* the RSET was answered */
		else
			ask_sender(link);
	}
}

static void on_turn(struct link *link)
{
	struct patient *patient = patient_of(link);

	while (!patient->is_done) {
		enum stage before = link->upstream.stage;

		link_pump(link);
		facts_clear(&link->loop->facts);
		show_progress(link);
		go_on(link);
		if (link->upstream.stage == before)
			break;
	}
	link_rest(link);
}

static const struct link_owner link_owner = { on_turn };

static void on_buried(struct link_keeper *keeper)
{
	(void)keeper; /* the loop ends by itself then */
}

/* A daemon that holds the account down looks at this file's date. */
static void leave_word(
    const struct settings *settings, const struct account_settings *account)
{
	char path[1024];
	int fd;

	if (!pool_word_path(settings, account, path, sizeof(path)))
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return; /* not the daemon's machine, or not its user */
	(void)futimens(fd, NULL);
	close(fd);
}

static struct tls_context *make_context(
    const struct account_settings *account)
{
	char storage[600];
	struct text why;
	struct tls_context *context;

	text_init(&why, storage, sizeof(storage));
	context = tls_context_new(&account->tls, &why);
	if (!context)
		print_step("FAILED", "files", text_span(&why));
	return context;
}

static bool examine(
    const struct settings *settings, const struct account_settings *account)
{
	struct patient patient = { .keeper = { on_buried },
		.settings = settings, .has_failed = true };
	struct loop *loop = calloc(1, sizeof(*loop));
	struct tls_context *context = make_context(account);

	printf("account %s: %s port %u\n", account->name, account->host,
	    account->policy.port);
	if (loop && context && loop_init(loop, LOG_LEVEL_ERROR) == 0) {
		if (link_new(loop, &patient.keeper, account, context,
			&link_owner))
			uv_run(&loop->uv, UV_RUN_DEFAULT);
		loop_finish(loop);
	}
	if (context)
		tls_context_drop(context);
	free(loop);
	if (!patient.has_failed)
		leave_word(settings, account);
	return !patient.has_failed;
}

/* see doctor.h */
int doctor_run(struct settings *settings, const char *account)
{
	size_t found = 0;
	size_t well = 0;

	for (size_t i = 0; i < settings->account_count; i++) {
		const struct account_settings *each = &settings->accounts[i];

		if (account && strcmp(account, each->name) != 0)
			continue;
		found++;
		well += examine(settings, each);
	}
	if (found == 0) {
		fprintf(stderr, "smtpseal: there is no [account %s]\n", account);
		return EX_USAGE;
	}
	return well == found ? 0 : 1;
}
