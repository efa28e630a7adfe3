#include "relay/pop.h"

#include "base/ensure.h"
#include "relay/echo.h"

/* An answer's status line (RFC 1939 3, RFC 2449 8). */
struct answer {
	bool is_good;	  /* +OK, and not -ERR */
	struct span code; /* of "[IN-USE]"; empty: none */
	struct span line; /* all of it */
};

static void enter(struct pop *pop, enum pop_stage next);

/* ---- what can be done about it ---- */

/* clang-format off */
static const struct advice_row {
	enum failure failure;
	const char *advice;
} advices[] = {
	{ FAIL_RESOLVE,
		"check the spelling of pop_host and this machine's DNS servers" },
	{ FAIL_CONNECT,
		"check pop_host and pop_port, and that a firewall or the internet provider lets port 995 out" },
	{ FAIL_TIMEOUT,
		"check pop_host and pop_port: the port must be one that speaks TLS at once, usually 995" },
	{ FAIL_TLS_HANDSHAKE,
		"run smtpseal doctor; check pop_host and pop_port" },
	{ FAIL_TLS_NOT_TLS,
		"set pop_port to a port that speaks TLS at once, usually 995; STLS is not used" },
	{ FAIL_TLS_NAME,
		"set pop_host to a name the certificate carries" },
	{ FAIL_TLS_PIN,
		"pin_sha256 is for the POP server, too: ask the provider for its key, and list it as well" },
	{ FAIL_AUTH_REFUSED,
		"check user and password, and that the provider allows POP3 for this mailbox; most want an app password made for this purpose" },
	{ FAIL_AUTH_LATER,
		"try again in some minutes: another program may have the mailbox open, or look into it too often; if it stays so, ask the provider" },
	{ FAIL_AUTH_METHOD,
		"give the mailbox a password of at most 248 octets; or set auth to a login by SMTP, if the provider has one" },
	{ FAIL_CLOSED,
		"try again; if it stays so, the provider may know why" },
};
/* clang-format on */

/* see pop.h */
struct span pop_advice(enum failure failure)
{
	for (size_t i = 0; i < array_len(advices); i++)
		if (advices[i].failure == failure)
			return span_of(advices[i].advice);
	return (struct span){ 0 };
}

/* ---- losing ---- */

/* see pop.h */
void pop_lose(struct pop *pop, enum failure failure, struct span detail)
{
	if (pop->stage == POP_LOST || pop->stage == POP_OVER)
		return;
	if (pop->stage == POP_QUIT) {
		enter(pop, POP_OVER);
		return;
	}
	pop->failure = failure;
	pop->failed_in = pop->stage;
	pop->advice = pop_advice(failure);
	text_put(&pop->detail, detail);
	enter(pop, POP_LOST);
}

/* The server's words are the detail, unless they repeat the password. */
static enum pop_stage lost_by_answer(
    struct pop *pop, enum failure failure, struct span line)
{
	if (echo_holds(pop->secret, line))
		line = SPAN(
		    "its words are left out, as they may hold the password");
	pop_lose(pop, failure, line);
	return POP_LOST;
}

/* ---- saying ---- */

/* May it stand in a command, behind "USER "? Nothing that could be read as a
 * second one. */
static bool is_sayable(struct span word)
{
	return word.len > 0 && word.len <= POP_WORD_OCTETS &&
	       span_find(word, '\r') == word.len &&
	       span_find(word, '\n') == word.len &&
	       span_find(word, '\0') == word.len;
}

static void say(struct pop *pop, struct span verb, struct span word)
{
	ENSURE(is_sayable(word));
	buf_put(&pop->out, verb);
	buf_put(&pop->out, word);
	buf_put(&pop->out, SPAN("\r\n"));
}

static void say_user(struct pop *pop)
{
	say(pop, SPAN("USER "), pop->policy->user);
}

static void say_pass(struct pop *pop)
{
	say(pop, SPAN("PASS "), secret_reveal(pop->secret));
}

static void say_quit(struct pop *pop)
{
	buf_put(&pop->out, SPAN("QUIT\r\n"));
}

/* ---- what each answer means ---- */

static enum pop_stage on_greeting(struct pop *pop, const struct answer *answer)
{
	return answer->is_good
		   ? POP_CREDENTIAL
		   : lost_by_answer(pop, FAIL_GREETING, answer->line);
}

/*
 * Is it the mailbox or the system that cannot be had now, and not the login
 * that is wrong? RFC 2449 8.1 and RFC 3206 have codes for that, RFC 1939 7 has
 * words only.
 */
static bool is_temporary(const struct answer *answer)
{
	static const char *const codes[] = { "IN-USE", "LOGIN-DELAY",
		"SYS/TEMP", "SYS/PERM" };

	for (size_t i = 0; i < array_len(codes); i++)
		if (span_equal_nocase(answer->code, span_of(codes[i])))
			return true;
	return answer->code.len == 0 &&
	       span_holds_nocase(answer->line, SPAN("maildrop")) &&
	       span_holds_nocase(answer->line, SPAN("lock"));
}

static enum pop_stage refuse(struct pop *pop, const struct answer *answer)
{
	return lost_by_answer(pop,
	    is_temporary(answer) ? FAIL_AUTH_LATER : FAIL_AUTH_REFUSED,
	    answer->line);
}

static enum pop_stage on_user(struct pop *pop, const struct answer *answer)
{
	return answer->is_good ? POP_PASS : refuse(pop, answer);
}

static enum pop_stage on_pass(struct pop *pop, const struct answer *answer)
{
	const struct upstream_policy *policy = pop->policy;

	if (!answer->is_good)
		return refuse(pop, answer);
	if (fact_begin(pop->facts, LOG_LEVEL_DEBUG, "pop-login")) {
		fact_word(pop->facts, "account", policy->account);
		fact_word(pop->facts, "host", policy->pop_host);
		fact_number(pop->facts, "port", policy->pop_port);
		fact_number(pop->facts, "after_ms", pop->now - pop->began);
		fact_end(pop->facts);
	}
	return POP_QUIT;
}

static enum pop_stage on_quit(struct pop *pop, const struct answer *answer)
{
	(void)pop;
	(void)answer; /* whatever it says: we have left */
	return POP_OVER;
}

/* ---- the conversation, one row a stage ---- */

/* clang-format off */
static const struct pop_row {
	const char *name;
	void (*say)(struct pop *);
	enum pop_stage (*hear)(struct pop *, const struct answer *);
	unsigned patience_s;
	unsigned wants;
} stages[] = {
	[POP_DIAL]       = { "pop-dial",       NULL,     NULL,        30, 0 },
	[POP_HANDSHAKE]  = { "pop-handshake",  NULL,     NULL,        30, POP_WANTS_TLS },
	[POP_GREETING]   = { "pop-greeting",   NULL,     on_greeting, 30, 0 },
	[POP_CREDENTIAL] = { "pop-credential", NULL,     NULL,        60, POP_WANTS_CREDENTIAL },
	[POP_USER]       = { "pop-user",       say_user, on_user,     60, 0 },
	[POP_PASS]       = { "pop-pass",       say_pass, on_pass,     60, 0 },
	[POP_QUIT]       = { "pop-quit",       say_quit, on_quit,      5, 0 },
	[POP_OVER]       = { "pop-over",       NULL,     NULL,         0, POP_WANTS_CLOSE },
	[POP_LOST]       = { "pop-lost",       NULL,     NULL,         0, POP_WANTS_CLOSE },
};
/* clang-format on */
static_assert(array_len(stages) == POP_STAGE_COUNT, "every stage has its row");

/* Nothing of the login stays. */
static void forget(struct pop *pop)
{
	pop->secret = NULL;
	wipe(pop->out_storage, sizeof(pop->out_storage));
	buf_clear(&pop->out);
	wipe(pop->line, sizeof(pop->line));
	pop->line_len = 0;
}

static void enter(struct pop *pop, enum pop_stage next)
{
	uint64_t patience_ms = 1000 * (uint64_t)stages[next].patience_s;

	pop->stage = next;
	pop->deadline = patience_ms ? pop->now + patience_ms : 0;
	if (next >= POP_QUIT)
		forget(pop);
	if (stages[next].say)
		stages[next].say(pop);
}

/* see pop.h */
struct span pop_stage_name(enum pop_stage stage)
{
	return span_of(stages[stage].name);
}

/* ---- answers out of octets ---- */

/* False when it is neither +OK nor -ERR. */
static bool read_answer(struct span line, struct answer *answer)
{
	struct span rest = line;
	struct span status = span_word(&rest);

	*answer = (struct answer){ .line = line };
	answer->is_good = span_starts_nocase(status, SPAN("+OK"));
	if (!answer->is_good && !span_starts_nocase(status, SPAN("-ERR")))
		return false;
	rest = span_trim_front(rest);
	if (rest.len > 0 && rest.ptr[0] == '[' &&
	    span_find(rest, ']') < rest.len)
		answer->code =
		    span_first(span_from(rest, 1), span_find(rest, ']') - 1);
	return true;
}

static void tell_answer(struct pop *pop, const struct answer *answer)
{
	if (!fact_begin(pop->facts, LOG_LEVEL_TRACE, "pop-reply"))
		return;
	fact_word(pop->facts, "stage", pop_stage_name(pop->stage));
	fact_word(
	    pop->facts, "said", answer->is_good ? SPAN("+OK") : SPAN("-ERR"));
	fact_end(pop->facts);
}

static void hear_line(struct pop *pop)
{
	struct span line = span_make(pop->line, pop->line_len);
	struct answer answer;
	enum pop_stage next;

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	pop->line_len = 0;
	if (!read_answer(line, &answer)) {
		lost_by_answer(pop, FAIL_NO_POP, line);
		return;
	}
	tell_answer(pop, &answer);
	next = stages[pop->stage].hear(pop, &answer);
	if (next != POP_LOST)
		enter(pop, next);
}

/* One octet, in a stage that is not over. */
static void hear_octet(struct pop *pop, char octet)
{
	if (!stages[pop->stage].hear || buf_len(&pop->out) > 0)
		pop_lose(pop, FAIL_NO_POP,
		    SPAN("an answer to nothing that was asked"));
	else if (octet == '\n')
		hear_line(pop);
	else if (pop->line_len < POP_ANSWER_OCTETS - 1)
		pop->line[pop->line_len++] = octet;
	else
		lost_by_answer(
		    pop, FAIL_NO_POP, span_make(pop->line, pop->line_len));
}

/* see pop.h */
size_t pop_put(struct pop *pop, struct span in)
{
	for (size_t i = 0; i < in.len && !(pop_wants(pop) & POP_WANTS_CLOSE);
	     i++)
		hear_octet(pop, in.ptr[i]);
	return in.len;
}

/* see pop.h */
struct span pop_peek(const struct pop *pop)
{
	return buf_peek(&pop->out);
}

/* see pop.h */
void pop_took(struct pop *pop, size_t len)
{
	buf_took(&pop->out, len);
}

/* see pop.h */
unsigned pop_wants(const struct pop *pop)
{
	return stages[pop->stage].wants;
}

/* ---- the world's news ---- */

/* see pop.h */
void pop_init(struct pop *pop, const struct upstream_policy *policy,
    struct facts *facts, uint64_t now)
{
	*pop = (struct pop){
		.policy = policy,
		.facts = facts,
		.now = now,
		.began = now,
	};
	text_init(
	    &pop->detail, pop->detail_storage, sizeof(pop->detail_storage));
	buf_init(&pop->out, pop->out_storage, sizeof(pop->out_storage));
	enter(pop, POP_DIAL);
}

/* see pop.h */
void pop_finish(struct pop *pop)
{
	forget(pop);
}

/* see pop.h */
void pop_connected(struct pop *pop)
{
	if (pop->stage == POP_DIAL)
		enter(pop, POP_HANDSHAKE);
}

/* see pop.h */
void pop_secured(struct pop *pop)
{
	if (pop->stage == POP_HANDSHAKE)
		enter(pop, POP_GREETING);
}

/* see pop.h */
void pop_credential(struct pop *pop, const struct secret *secret)
{
	if (pop->stage != POP_CREDENTIAL)
		return;
	if (!is_sayable(pop->policy->user) ||
	    !is_sayable(secret_reveal(secret))) {
		pop_lose(pop, FAIL_AUTH_METHOD,
		    SPAN("user or password is longer than POP3 can say, or "
			 "holds a line end"));
		return;
	}
	pop->secret = secret;
	enter(pop, POP_USER);
}

/* see pop.h */
void pop_closed(struct pop *pop)
{
	pop_lose(pop, pop->stage == POP_GREETING ? FAIL_GREETING : FAIL_CLOSED,
	    SPAN("the server closed the connection"));
}

/* see pop.h */
void pop_tick(struct pop *pop, uint64_t now)
{
	pop->now = now;
	if (pop->deadline == 0 || now < pop->deadline)
		return;
	if (pop->stage == POP_CREDENTIAL)
		pop_lose(
		    pop, FAIL_CREDENTIAL, SPAN("the command took too long"));
	else
		pop_lose(pop, FAIL_TIMEOUT, SPAN("no answer in time"));
}

/* see pop.h */
uint64_t pop_deadline(const struct pop *pop)
{
	return pop->deadline;
}
