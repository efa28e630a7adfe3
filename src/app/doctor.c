#include "app/doctor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/steps.h"
#include "base/ensure.h"
#include "net/pool.h"

/* One account under examination. */
struct patient {
	struct link_keeper keeper;
	enum pop_stage pop_shown; /* up to this one */
	size_t shown;		  /* so many steps were printed */
	bool has_failed;
	bool is_done;
	bool may_renew; /* it failed by a token that may be stale */
};

static struct patient *patient_of(const struct link *link)
{
	return container_of(link->keeper, struct patient, keeper);
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
	patient->may_renew = link->upstream.failure == FAIL_AUTH_REFUSED &&
			     link->account->renew_command &&
			     !link->credential.renews;
	patient->is_done = true;
	upstream_quit(&link->upstream);
	link_pump(link);
	link_close(link);
}

/* Would the server take mail from the account's sender? */
static void ask_sender(struct link *link)
{
	static const struct mail_parameters none;
	char storage[PATH_MAX_OCTETS];
	struct text path;
	struct span sender = steps_sender(link);

	if (!is_address(sender)) {
		steps_note(
		    "--", "sender", SPAN("not asked: user is no mail address"));
		finish(link, false);
		return;
	}
	text_init(&path, storage, sizeof(storage));
	text_putc(&path, '<');
	text_put(&path, sender);
	text_putc(&path, '>');
	upstream_mail(&link->upstream, text_span(&path), &none);
}

static void hear_sender(struct link *link)
{
	const struct reply *reply = upstream_answer(&link->upstream);

	if (!reply)
		return;
	upstream_heard(&link->upstream);
	if (reply_class(reply) == 2) {
		steps_passed(link, STAGE_MAIL);
		upstream_reset(&link->upstream);
		return;
	}
	steps_refused(link, reply);
	finish(link, true);
}

/* The stages of the login by POP3 that were passed since the last turn. */
static void show_pop(const struct link *link)
{
	struct patient *patient = patient_of(link);
	enum pop_stage now;

	if (!link->poplink)
		return;
	now = link->poplink->pop.stage;
	if (now == POP_LOST)
		now = link->poplink->pop.failed_in;
	while (patient->pop_shown < now && patient->pop_shown < POP_QUIT)
		steps_pop_passed(link, patient->pop_shown++);
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

	show_pop(link);
	if (now == STAGE_POP)
		return;
	if (now > STAGE_READY)
		now = STAGE_READY;
	while (order[patient->shown] != now &&
	       order[patient->shown] != STAGE_READY) {
		enum stage passed = order[patient->shown++];

		if (passed >= STAGE_CREDENTIAL &&
		    link->account->policy.mechanisms == 0)
			continue;
		steps_passed(link, passed);
	}
}

/* What comes next, now that nothing moves by itself. */
static void go_on(struct link *link)
{
	struct upstream *upstream = &link->upstream;

	if (upstream_answer(upstream)) {
		hear_sender(link);
	} else if (upstream->stage == STAGE_LOST) {
		steps_failed(link);
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

	if (!holddown_path(
		settings->state_directory, account->name, path, sizeof(path)))
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return; /* not the daemon's machine, or not its user */
	(void)futimens(fd, NULL);
	close(fd);
}

static bool make_contexts(
    struct contexts *contexts, const struct account_settings *account)
{
	char storage[600];
	struct text why;

	text_init(&why, storage, sizeof(storage));
	if (contexts_make(contexts, account, &why))
		return true;
	steps_note("FAILED", "files", text_span(&why));
	return false;
}

static const char *const security_words[] = {
	[UPSTREAM_STARTTLS] = "STARTTLS",
	[UPSTREAM_IMPLICIT] = "TLS at once",
	[UPSTREAM_PLAIN] = "no TLS",
};

/* One connection, from its beginning to its end. */
static void connect_once(struct patient *patient, struct loop *loop,
    const struct account_settings *account, const struct contexts *contexts)
{
	struct link *link;

	*patient = (struct patient){
		.keeper = { on_buried },
		.has_failed = true,
		.may_renew = patient->may_renew,
	};
	link = link_new(loop, &patient->keeper, account, contexts, &link_owner);
	if (!link)
		return;
	link->credential.renews = patient->may_renew;
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

static void introduce(const struct account_settings *account)
{
	const struct upstream_policy *policy = &account->policy;

	printf("account %s: %s port %u, %s", account->name, account->host,
	    policy->port, security_words[policy->security]);
	if (account->pop_host)
		printf(", behind a login by POP3 at %s port %u",
		    account->pop_host, policy->pop_port);
	printf("\n");
}

static bool examine(
    const struct settings *settings, const struct account_settings *account)
{
	struct patient patient = { .has_failed = true };
	struct loop *loop = calloc(1, sizeof(*loop));
	struct contexts contexts;
	bool has_contexts = make_contexts(&contexts, account);

	introduce(account);
	if (loop && has_contexts && loop_init(loop, LOG_LEVEL_ERROR) == 0) {
		connect_once(&patient, loop, account, &contexts);
		if (patient.may_renew) {
			printf("  once more, with a new token:\n");
			connect_once(&patient, loop, account, &contexts);
		}
		loop_finish(loop);
	}
	contexts_drop(&contexts);
	free(loop);
	if (patient.has_failed) {
		printf("  account %s cannot be used as it is\n", account->name);
	} else {
		printf(
		    "  account %s is ready; no mail was sent\n", account->name);
		leave_word(settings, account);
	}
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
		if (found++ > 0)
			printf("\n");
		well += examine(settings, each);
	}
	if (found == 0) {
		fprintf(
		    stderr, "smtpseal: there is no [account %s]\n", account);
		return EX_USAGE;
	}
	return well == found ? 0 : 1;
}
