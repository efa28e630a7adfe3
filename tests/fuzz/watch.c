#include "fuzz/watch.h"

#include "base/ensure.h"

/* see watch.h */
void watch_init(struct watch *watch, const struct session *session,
    const struct upstream *upstream, const struct upstream_policy *policy)
{
	*watch = (struct watch){
		.session = session,
		.upstream = upstream,
		.policy = policy,
	};
}

/* see watch.h */
void watch_link(struct watch *watch)
{
	watch->provider = (struct watch_provider){ 0 };
}

/* ---- commands to the provider ---- */

static bool starts(struct span line, struct span prefix)
{
	return span_equal(span_first(line, prefix.len), prefix);
}

static bool is_response(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!is_alpha(line.ptr[i]) && !is_digit(line.ptr[i]) &&
		    line.ptr[i] != '+' && line.ptr[i] != '/' &&
		    line.ptr[i] != '=')
			return span_equal(line, SPAN("*"));
	return true;
}

static void judge_auth(struct watch *watch, struct span line)
{
	struct span rest = span_from(line, 5);
	enum sasl_mechanism mechanism = sasl_find(span_word(&rest));

	ENSURE(mechanism < SASL_MECHANISM_COUNT);
	ENSURE(watch->policy->mechanisms & SASL_BIT(mechanism));
	ENSURE(watch->upstream->is_secure || !sasl_needs_tls(mechanism));
	ENSURE(!watch->provider.has_said_mail);
	watch->provider.has_said_auth = true;
}

/* A response: nothing else is said in this stage but the command itself. */
static void judge_response(struct watch *watch, struct span line)
{
	ENSURE(watch->provider.has_said_auth);
	ENSURE(is_response(line));
}

static void judge_path(struct watch *watch, struct span line)
{
	ENSURE(watch->upstream->is_secure ||
	       watch->policy->security == UPSTREAM_PLAIN);
	ENSURE(watch->provider.has_said_auth || watch->policy->mechanisms == 0);
	ENSURE(span_find(line, '>') < line.len);
}

static void judge_mail(struct watch *watch, struct span line)
{
	judge_path(watch, line);
	watch->provider.has_said_mail = true;
}

static void judge_rcpt(struct watch *watch, struct span line)
{
	judge_path(watch, line);
	ENSURE(watch->provider.has_said_mail);
	ENSURE(watch->upstream->stage == STAGE_RCPT ||
	       watch->upstream->offers.pipelining);
}

static void judge_data(struct watch *watch, struct span line)
{
	struct watch_provider *provider = &watch->provider;

	ENSURE(line.len == 4);
	ENSURE(provider->has_said_mail);
	/* Nothing is ever said again after content went out. */
	ENSURE(!watch->has_content_left);
	provider->has_said_data = true;
	provider->has_said_mail = false;
	provider->has_ended = false;
	provider->is_accepted = false;
	provider->line_octets = 0;
	provider->last = '\n';
}

static void end_last_chunk(struct watch *watch)
{
	struct watch_provider *provider = &watch->provider;

	/* All that was promised, and of that whole lines. */
	ENSURE(provider->last == '\n');
	provider->has_ended = true;
	provider->has_said_mail = false;
	provider->has_said_bdat = false;
}

static void begin_bdat(struct watch *watch)
{
	struct watch_provider *provider = &watch->provider;

	ENSURE(watch->policy->chunking && watch->upstream->offers.chunking);
	/* Nothing is ever said again after content went out. */
	ENSURE(!watch->has_content_left);
	provider->has_said_bdat = true;
	provider->has_ended = false;
	provider->is_accepted = false;
	provider->last = '\n';
	provider->chunks = 0;
	provider->answers = 0;
}

/* LAST only behind the device's own end, and when nothing else is owed. */
static void judge_bdat(struct watch *watch, struct span line)
{
	struct watch_provider *provider = &watch->provider;
	struct span rest = span_from(line, 5);
	unsigned owed;

	ENSURE(provider->has_said_mail);
	if (!provider->has_said_bdat)
		begin_bdat(watch);
	ENSURE(
	    span_number(span_word(&rest), UINT32_MAX, &provider->chunk_left));
	provider->is_last_chunk = rest.len > 0;
	ENSURE(provider->answers <= provider->chunks);
	owed = provider->chunks++ - provider->answers;
	watch->has_content_left = true;
	if (!provider->is_last_chunk) {
		ENSURE(provider->chunk_left > 0);
		ENSURE(owed < (watch->upstream->offers.pipelining
				      ? (unsigned)UPSTREAM_CHUNKS
				      : 1));
		return;
	}
	ENSURE(span_equal(span_trim(rest), SPAN("LAST")));
	ENSURE(watch->session->is_whole && owed == 0);
	if (provider->chunk_left == 0)
		end_last_chunk(watch);
}

static void judge_ehlo(struct watch *watch, struct span line)
{
	(void)line;
	ENSURE(!watch->provider.has_said_auth);
}

static void judge_rset(struct watch *watch, struct span line)
{
	ENSURE(line.len == 4);
	ENSURE(!watch->session->upstream);
	watch->provider.has_said_mail = false;
	watch->provider.has_said_bdat = false;
}

static void judge_bare(struct watch *watch, struct span line)
{
	(void)watch;
	ENSURE(span_find(line, ' ') == line.len);
}

static const struct command_row {
	const char *begins;
	void (*judge)(struct watch *, struct span line);
} commands[] = {
	{ "AUTH ", judge_auth },
	{ "EHLO ", judge_ehlo },
	{ "MAIL FROM:<", judge_mail },
	{ "RCPT TO:<", judge_rcpt },
	{ "DATA", judge_data },
	{ "BDAT ", judge_bdat },
	{ "RSET", judge_rset },
	{ "STARTTLS", judge_bare },
	{ "QUIT", judge_bare },
};

static void judge_command(struct watch *watch, struct span line)
{
	bool is_login = watch->upstream->stage == STAGE_AUTH;

	ENSURE(is_login || line.len <= 510);
	for (size_t i = 0; i < line.len; i++)
		ENSURE(is_print(line.ptr[i]));
	for (size_t i = 0; i < array_len(commands); i++)
		if (starts(line, span_of(commands[i].begins))) {
			commands[i].judge(watch, line);
			return;
		}
	ENSURE(is_login);
	judge_response(watch, line);
}

static void watch_command(struct watch *watch, char c)
{
	struct watch_provider *provider = &watch->provider;

	if (c != '\n') {
		ENSURE(provider->len < sizeof(provider->line));
		provider->line[provider->len++] = c;
		return;
	}
	ENSURE(provider->len > 0 && provider->line[provider->len - 1] == '\r');
	judge_command(watch, span_make(provider->line, provider->len - 1));
	provider->len = 0;
}

/* Canonical lines, dots or not. */
static void watch_chunk(struct watch *watch, char c)
{
	struct watch_provider *provider = &watch->provider;

	ENSURE(c != '\0');
	ENSURE((provider->last == '\r') == (c == '\n'));
	provider->last = c;
	if (--provider->chunk_left == 0 && provider->is_last_chunk)
		end_last_chunk(watch);
}

static void watch_commands(struct watch *watch, struct span octets)
{
	for (size_t i = 0; i < octets.len; i++)
		if (watch->provider.chunk_left > 0)
			watch_chunk(watch, octets.ptr[i]);
		else
			watch_command(watch, octets.ptr[i]);
}

/* ---- content to the provider ---- */

static void end_content_line(struct watch *watch)
{
	struct watch_provider *provider = &watch->provider;

	/* A dot alone ends the content, and only when the device said so. */
	if (provider->has_begun_dot && provider->line_octets == 2) {
		ENSURE(watch->session->is_whole);
		provider->has_ended = true;
	}
	provider->line_octets = 0;
}

static void watch_content(struct watch *watch, struct span octets)
{
	struct watch_provider *provider = &watch->provider;

	for (size_t i = 0; i < octets.len; i++) {
		char c = octets.ptr[i];

		ENSURE(provider->has_said_data && !provider->has_ended);
		ENSURE(c != '\0');
		ENSURE((provider->last == '\r') == (c == '\n'));
		if (provider->line_octets == 0)
			provider->has_begun_dot = c == '.';
		else if (provider->line_octets == 1 && provider->has_begun_dot)
			ENSURE(c == '.' || c == '\r');
		provider->last = c;
		if (c == '\n')
			end_content_line(watch);
		else
			provider->line_octets++;
	}
	watch->has_content_left = watch->has_content_left || octets.len > 0;
}

/* see watch.h */
void watch_said(struct watch *watch, struct span octets)
{
	enum stage stage = watch->upstream->stage;

	if (stage == STAGE_BODY || stage == STAGE_DOT)
		watch_content(watch, octets);
	else
		watch_commands(watch, octets);
}

/* ---- answers of the provider ---- */

/* A line was said: is the reply whole, and an acceptance of what we ended? */
static void end_answer_line(struct watch *watch)
{
	struct watch_provider *provider = &watch->provider;

	if (provider->code_len < 3 ||
	    (provider->code_len > 3 && provider->code[3] == '-'))
		return;
	provider->answers++;
	if (provider->code[0] == '2' && provider->is_behind) {
		watch->acceptances += !provider->is_accepted;
		provider->is_accepted = true;
	}
	provider->is_begun = false;
}

/* see watch.h */
void watch_answered(struct watch *watch, struct span octets)
{
	struct watch_provider *provider = &watch->provider;

	for (size_t i = 0; i < octets.len; i++) {
		char c = octets.ptr[i];

		if (!provider->is_begun)
			provider->is_behind = provider->has_ended;
		provider->is_begun = true;
		if (c != '\n') {
			if (provider->code_len < sizeof(provider->code))
				provider->code[provider->code_len++] = c;
			continue;
		}
		end_answer_line(watch);
		provider->code_len = 0;
	}
}

/* ---- what the device hears ---- */

static void judge_heard(struct watch *watch, struct span line)
{
	ENSURE(line.len >= 4 && line.len <= CLIENT_REPLY_OCTETS - 2);
	for (size_t i = 0; i < line.len; i++)
		ENSURE(is_print(line.ptr[i]));
	if (watch->is_dot_awaited && line.ptr[0] == '2') {
		ENSURE(watch->acceptances > 0);
		watch->acceptances--;
	}
	watch->is_dot_awaited = starts(line, SPAN("354 "));
}

/* see watch.h */
void watch_heard(struct watch *watch, struct span octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		char c = octets.ptr[i];

		if (c != '\n') {
			ENSURE(watch->heard_len < sizeof(watch->heard));
			watch->heard[watch->heard_len++] = c;
			continue;
		}
		ENSURE(watch->heard_len > 0 &&
		       watch->heard[watch->heard_len - 1] == '\r');
		judge_heard(
		    watch, span_make(watch->heard, watch->heard_len - 1));
		watch->heard_len = 0;
	}
}

/* see watch.h */
void watch_gone(struct watch *watch)
{
	watch->heard_len = 0;
	watch->is_dot_awaited = false;
	watch->acceptances = 0;
}

/* see watch.h */
void watch_phase(struct watch *watch)
{
	const struct session *session = watch->session;

	ENSURE(!session->policy->holds_all || session->is_whole ||
	       session->phase < PHASE_COLLECT || !session->upstream);
	if (session->phase < PHASE_COLLECT)
		watch->has_content_left = false;
}

/* see watch.h */
void watch_unheard(struct watch *watch)
{
	watch->acceptances++;
}
