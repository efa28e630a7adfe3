#include "net/loss.h"

/* see loss.h */
struct loss loss_of(const struct link *link)
{
	const struct upstream *upstream = &link->upstream;
	const struct upstream_policy *policy = upstream->policy;
	struct loss loss = {
		.is_pop = upstream->failed_in == STAGE_POP && link->poplink,
		.host = policy->host,
		.port = policy->port,
		.stage = stage_name(upstream->failed_in),
		.is_handshake = upstream->failed_in == STAGE_HANDSHAKE,
	};
	enum pop_stage pop;

	if (!loss.is_pop)
		return loss;
	pop = link->poplink->pop.failed_in;
	loss.host = policy->pop_host;
	loss.port = policy->pop_port;
	loss.stage = pop_stage_name(pop);
	loss.is_handshake = pop == POP_HANDSHAKE;
	return loss;
}

/* see loss.h */
struct span loss_certificate(
    const struct link *link, char *storage, size_t size)
{
	struct loss loss = loss_of(link);
	const struct tls *tls =
	    loss.is_pop ? link->poplink->channel.tls : link->channel.tls;
	struct text words;

	text_init(&words, storage, size);
	if (tls && loss.is_handshake)
		tls_describe(tls, &words);
	return text_span(&words);
}

static void put_words(const struct link *link, struct facts *facts)
{
	const struct upstream *upstream = &link->upstream;
	struct loss loss = loss_of(link);
	char storage[LOSS_CERTIFICATE_OCTETS];
	struct span certificate =
	    loss_certificate(link, storage, sizeof(storage));

	fact_word(facts, "failure", failure_name(upstream->failure));
	fact_word(facts, "stage", loss.stage);
	fact_word(facts, "account", upstream->policy->account);
	fact_word(facts, "host", loss.host);
	fact_number(facts, "port", loss.port);
	fact_word(facts, "detail", text_span(&upstream->detail));
	if (certificate.len > 0)
		fact_word(facts, "certificate", certificate);
}

/* see loss.h */
void loss_tell(const struct link *link, struct facts *facts)
{
	const struct upstream *upstream = &link->upstream;
	struct span hint = upstream->advice.len > 0
			       ? upstream->advice
			       : failure_hint(upstream->failure);
	bool was_idle = upstream->failed_in == STAGE_READY ||
			upstream->failed_in == STAGE_DROP ||
			upstream->failed_in == STAGE_QUIT ||
			upstream->failure == FAIL_CLIENT_GONE;

	if (!fact_begin(facts,
		was_idle ? LOG_LEVEL_DEBUG : failure_level(upstream->failure),
		was_idle ? "upstream-closed" : "failed"))
		return;
	put_words(link, facts);
	if (hint.len > 0 && !was_idle)
		fact_word(facts, "hint", hint);
	fact_end(facts);
}
