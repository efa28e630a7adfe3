#include "relay/upstream.h"

#include "base/ensure.h"
#include "relay/auth.h"
#include "relay/stage.h"

/* Content that is ready but does not move (RFC 5321 4.5.3.2.5). */
enum { BODY_PATIENCE_MS = 180 * 1000 };

/* see upstream.h */
void upstream_lose(
    struct upstream *upstream, enum failure failure, struct span detail)
{
	stage_lose(upstream, failure, detail);
}

/* see upstream.h */
void upstream_credential(
    struct upstream *upstream, const struct secret *secret, struct span nonce)
{
	const struct upstream_policy *policy = upstream->policy;
	const struct sasl_terms terms = { policy->user, secret, nonce,
		policy->host, policy->port, SPAN("smtp") };

	if (upstream->stage != STAGE_CREDENTIAL)
		return;
	if (login_begin(&upstream->login, auth_mechanisms(upstream), &terms))
		stage_enter(upstream, STAGE_AUTH);
	else
		stage_lose(upstream, FAIL_AUTH_METHOD,
		    SPAN("user or password has characters beyond ASCII"));
}

/* see upstream.h */
void upstream_init(struct upstream *upstream,
    const struct upstream_policy *policy, struct facts *facts, uint64_t now,
    char *out, size_t out_size)
{
	ENSURE(out_size >= UPSTREAM_OUT_OCTETS);
	*upstream = (struct upstream){
		.policy = policy,
		.facts = facts,
		.now = now,
		.began = now,
		.answered = STAGE_DIAL,
	};
	reply_reader_init(&upstream->reader);
	text_init(&upstream->detail, upstream->detail_storage,
	    sizeof(upstream->detail_storage));
	buf_init(&upstream->out, out, out_size);
	stage_enter(
	    upstream, policy->pop_host.len > 0 ? STAGE_POP : STAGE_DIAL);
}

/* see upstream.h */
void upstream_admitted(struct upstream *upstream)
{
	if (upstream->stage == STAGE_POP)
		stage_enter(upstream, STAGE_DIAL);
}

/* see upstream.h */
void upstream_finish(struct upstream *upstream)
{
	auth_end(upstream);
}

/* see upstream.h */
void upstream_connected(struct upstream *upstream, struct span address)
{
	struct text hello;

	if (upstream->stage != STAGE_DIAL)
		return;
	text_init(&hello, upstream->hello, sizeof(upstream->hello));
	text_put(&hello, address);
	text_end(&hello);
	stage_enter(upstream, upstream->policy->security == UPSTREAM_IMPLICIT
				  ? STAGE_HANDSHAKE
				  : STAGE_GREETING);
}

/* see upstream.h */
void upstream_secured(struct upstream *upstream)
{
	if (upstream->stage != STAGE_HANDSHAKE)
		return;
	upstream->is_secure = true;
	stage_enter(upstream, upstream->policy->security == UPSTREAM_IMPLICIT
				  ? STAGE_GREETING
				  : STAGE_EHLO_TLS);
}

/* see upstream.h */
void upstream_closed(struct upstream *upstream)
{
	upstream_lose(upstream,
	    upstream->stage == STAGE_GREETING ? FAIL_GREETING : FAIL_CLOSED,
	    SPAN("the provider closed the connection"));
}

/* see upstream.h */
void upstream_tick(struct upstream *upstream, uint64_t now)
{
	upstream->now = now;
	if (upstream->deadline == 0 || now < upstream->deadline)
		return;
	if (upstream->stage == STAGE_CREDENTIAL)
		upstream_lose(upstream, FAIL_CREDENTIAL,
		    SPAN("the command took too long"));
	else
		upstream_lose(
		    upstream, FAIL_TIMEOUT, SPAN("no answer in time"));
}

/* see upstream.h */
uint64_t upstream_deadline(const struct upstream *upstream)
{
	return upstream->deadline;
}

/* see upstream.h */
bool upstream_is_sending(const struct upstream *upstream)
{
	return upstream->stage == STAGE_BODY ||
	       upstream->stage == STAGE_CHUNKS ||
	       upstream->stage == STAGE_CHUNK;
}

static bool is_ending(const struct upstream *upstream)
{
	return upstream->stage == STAGE_DOT || upstream->stage == STAGE_LAST;
}

/*
 * May an answer come now? Not when none is awaited, and not while the command
 * it would answer has not even left. Content is another matter: a provider
 * may refuse it early.
 */
static bool may_hear(const struct upstream *upstream)
{
	if (!stage_hears(upstream) || upstream->answered != STAGE_DIAL)
		return false;
	return upstream_is_sending(upstream) || is_ending(upstream) ||
	       buf_len(&upstream->out) == 0;
}

/* Is an answer that begins now before its time? An acceptance then is none,
 * whenever it is complete. */
static bool is_too_early(const struct upstream *upstream)
{
	if (upstream_is_sending(upstream))
		return upstream->owed == 0;
	return is_ending(upstream) && !upstream->is_end_out;
}

/*
 * In a body the provider has to move when content waits, when it owes an
 * answer to a chunk, or when it has begun one. Content that leaves is not a
 * provider that stalls; and when there is none, it is the device that is
 * waited for.
 */
static void await_body(struct upstream *upstream, bool has_moved)
{
	bool has_begun = reply_is_begun(&upstream->reader);

	if (buf_len(&upstream->out) == 0 && !has_begun && upstream->owed == 0)
		upstream->deadline = 0;
	else if (upstream->deadline == 0 || (has_moved && !has_begun))
		upstream->deadline = upstream->now + BODY_PATIENCE_MS;
}

/* see upstream.h */
size_t upstream_put(struct upstream *upstream, struct span in)
{
	struct span rest = in;

	/* The second answer of a pair waits for the first to be heard. */
	while (rest.len > 0 && upstream->stage != STAGE_LOST &&
	       upstream->answered != STAGE_PAIR) {
		if (upstream->stage == STAGE_HANDSHAKE) {
			upstream_lose(upstream, FAIL_STARTTLS_INJECTED,
			    SPAN("octets behind the answer to STARTTLS"));
			break;
		}
		if (!may_hear(upstream)) {
			upstream_lose(upstream, FAIL_MALFORMED,
			    SPAN("an answer to nothing that was asked"));
			break;
		}
		if (!reply_is_begun(&upstream->reader))
			upstream->is_early = is_too_early(upstream);
		switch (reply_read(&upstream->reader, &rest)) {
		case REPLY_MORE:
			if (upstream_is_sending(upstream))
				await_body(upstream, false);
			break;
		case REPLY_READY:
			stage_hear(upstream, &upstream->reader.reply);
			if (upstream_is_sending(upstream))
				await_body(upstream, true);
			break;
		case REPLY_MALFORMED:
			upstream_lose(upstream, FAIL_MALFORMED,
			    SPAN("not an SMTP reply"));
			break;
		}
	}
	return upstream->stage == STAGE_LOST ? in.len : in.len - rest.len;
}

/* see upstream.h */
struct span upstream_peek(const struct upstream *upstream)
{
	return buf_peek(&upstream->out);
}

/* see upstream.h */
void upstream_lend(struct upstream *upstream, char *out, size_t out_size)
{
	ENSURE(buf_len(&upstream->out) == 0);
	ENSURE(out_size >= UPSTREAM_OUT_OCTETS);
	buf_init(&upstream->out, out, out_size);
}

/* Has a chunk left, all of it? Then its answer is owed. */
static void end_chunk(struct upstream *upstream)
{
	if (upstream->stage != STAGE_CHUNK || buf_len(&upstream->out) > 0 ||
	    !chunk_is_over(&upstream->chunk))
		return;
	if (upstream->chunk.is_last) {
		stage_enter(upstream, STAGE_LAST);
		return;
	}
	upstream->owed++;
	upstream->has_chunks = true;
	stage_enter(upstream, STAGE_CHUNKS);
}

/* see upstream.h */
void upstream_took(struct upstream *upstream, size_t len)
{
	buf_took(&upstream->out, len);
	login_pour(&upstream->login, &upstream->out);
	end_chunk(upstream);
	if (upstream_is_sending(upstream))
		await_body(upstream, len > 0);
	else if (is_ending(upstream) && len > 0)
		stage_await(upstream);
	if (is_ending(upstream) && buf_len(&upstream->out) == 0)
		upstream->is_end_out = true;
}

/* see upstream.h */
bool upstream_is_ready(const struct upstream *upstream)
{
	return upstream->stage == STAGE_READY &&
	       upstream->answered == STAGE_DIAL;
}

/* see upstream.h */
bool upstream_is_warm(const struct upstream *upstream)
{
	return upstream->transactions > 0 || upstream->has_idled;
}

/* see upstream.h */
bool upstream_is_coming(const struct upstream *upstream)
{
	return upstream->stage < STAGE_READY || upstream->stage == STAGE_RSET ||
	       upstream->stage == STAGE_DROP;
}

/* see upstream.h */
bool upstream_takes_rcpt(const struct upstream *upstream)
{
	if (upstream->stage == STAGE_MAIL)
		return upstream->offers.pipelining;
	return upstream->stage == STAGE_OPEN &&
	       upstream->answered == STAGE_DIAL;
}

/* see upstream.h */
void upstream_mail(struct upstream *upstream, struct span path,
    const struct mail_parameters *parameters)
{
	char storage[PATH_MAX_OCTETS + 64];
	struct text line;

	ENSURE(upstream_is_ready(upstream));
	text_init(&line, storage, sizeof(storage));
	text_put(&line, SPAN("MAIL FROM:"));
	text_put(&line, path);
	if (upstream->offers.size && parameters->size > 0) {
		text_put(&line, SPAN(" SIZE="));
		text_number(&line, parameters->size);
	}
	if (upstream->offers.eight_bit && parameters->is_eight_bit)
		text_put(&line, SPAN(" BODY=8BITMIME"));
	ENSURE(!line.cut);
	stage_enter(upstream, STAGE_MAIL);
	stage_say(upstream, text_span(&line));
}

/* see upstream.h */
void upstream_rcpt(struct upstream *upstream, struct span path)
{
	char storage[PATH_MAX_OCTETS + 16];
	struct text line;

	ENSURE(upstream_takes_rcpt(upstream));
	text_init(&line, storage, sizeof(storage));
	text_put(&line, SPAN("RCPT TO:"));
	text_put(&line, path);
	ENSURE(!line.cut);
	stage_enter(
	    upstream, upstream->stage == STAGE_MAIL ? STAGE_PAIR : STAGE_RCPT);
	stage_say(upstream, text_span(&line));
}

/* see upstream.h */
void upstream_data(struct upstream *upstream)
{
	bool takes_chunks = upstream->policy->chunking &&
			    upstream->offers.chunking &&
			    !upstream->avoids_chunks;

	ENSURE(upstream->stage == STAGE_OPEN);
	upstream->stuffing = (struct stuffing){ 0 };
	chunk_init(&upstream->chunk);
	upstream->owed = 0;
	upstream->has_chunks = false;
	upstream->is_end_out = false;
	stage_enter(upstream, takes_chunks ? STAGE_CHUNKS : STAGE_DATA);
}

/* see upstream.h */
bool upstream_takes_chunk(const struct upstream *upstream, bool is_last)
{
	unsigned most = upstream->offers.pipelining ? UPSTREAM_CHUNKS : 1;

	/* Half an answer is no answer to what was not said yet. */
	return upstream->stage == STAGE_CHUNKS &&
	       !reply_is_begun(&upstream->reader) &&
	       upstream->owed < (is_last ? 1 : most);
}

/* see upstream.h */
void upstream_chunk(
    struct upstream *upstream, const struct chunk *next, bool is_last)
{
	ENSURE(upstream_takes_chunk(upstream, is_last));
	chunk_begin(&upstream->chunk, next, is_last, &upstream->out);
	stage_enter(upstream, STAGE_CHUNK);
	await_body(upstream, false);
}

/* see upstream.h */
size_t upstream_body(struct upstream *upstream, struct span content)
{
	struct span rest = content;

	if (upstream->stage == STAGE_CHUNK) {
		chunk_put(&upstream->chunk, &rest, &upstream->out);
	} else {
		ENSURE(upstream->stage == STAGE_BODY);
		stuffing_put(&upstream->stuffing, &rest, &upstream->out);
	}
	await_body(upstream, false);
	return content.len - rest.len;
}

/* see upstream.h */
bool upstream_dot(struct upstream *upstream)
{
	ENSURE(upstream->stage == STAGE_BODY);
	/* Half an answer is no answer to what was not said yet. */
	if (buf_room(&upstream->out) < STUFFING_END_OCTETS ||
	    reply_is_begun(&upstream->reader))
		return false;
	stuffing_end(&upstream->stuffing, &upstream->out);
	stage_enter(upstream, STAGE_DOT);
	return true;
}

/* see upstream.h */
void upstream_reset(struct upstream *upstream)
{
	ENSURE(upstream->stage == STAGE_OPEN);
	stage_enter(upstream, STAGE_RSET);
}

/* see upstream.h */
void upstream_quit(struct upstream *upstream)
{
	if (upstream->stage == STAGE_READY)
		stage_enter(upstream, STAGE_QUIT);
}

/* see upstream.h */
const struct reply *upstream_answer(const struct upstream *upstream)
{
	return upstream->answered == STAGE_DIAL ? NULL
						: &upstream->reader.reply;
}

/* see upstream.h */
void upstream_heard(struct upstream *upstream)
{
	upstream->answered = STAGE_DIAL;
}
