#include "relay/foreign.h"

/* A TLS hello, and no TLS is to begin now: what to set the copier to. */
static void put_tls_hint(const struct client *client, struct text *hint)
{
	text_puts(hint, "the device at ");
	text_put(hint, client->peer);
	text_puts(hint, " is set to SSL; set it to ");
	text_puts(hint,
	    client->policy->tls == CLIENT_TLS_STARTTLS ? "STARTTLS" : "none");
	text_puts(hint, ", or tls = implicit here");
}

/* see foreign.h */
void foreign_tell(const struct client *client, enum command_foreign foreign)
{
	struct facts *facts = client->facts;
	char storage[256];
	struct text hint;

	if (!fact_begin(facts, LOG_LEVEL_WARN, "foreign"))
		return;
	text_init(&hint, storage, sizeof(storage));
	fact_word(facts, "client", client->peer);
	if (foreign == COMMAND_FOREIGN_TLS) {
		put_tls_hint(client, &hint);
		fact_word(facts, "protocol", SPAN("tls"));
	} else if (foreign == COMMAND_FOREIGN_PROXY) {
		text_puts(&hint, "a load balancer sends PROXY headers; switch "
				 "them off, or name it in proxy_protocol");
		fact_word(facts, "protocol", SPAN("proxy"));
	} else {
		fact_word(facts, "protocol", SPAN("http-or-proxy"));
	}
	if (hint.len > 0)
		fact_word(facts, "hint", text_span(&hint));
	fact_end(facts);
}
