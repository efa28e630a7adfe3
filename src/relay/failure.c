#include "relay/failure.h"

#include "base/ensure.h"

enum blame {
	BLAME_NOBODY,
	BLAME_WAY,   /* the way to the provider: another account may be tried */
	BLAME_LOGIN, /* the login: likewise, and this one is held down */
	BLAME_LINK,  /* the connection, once a message was on it */
	BLAME_CLIENT, /* the device, or our own limits: no host is named */
};

#define TLS_REPLY                                                              \
	"451 4.7.5", "cannot be trusted: its certificate did not pass; "       \
		     "nothing was sent"
#define LINE_REPLY "451 4.4.1", "cannot be reached; nothing was sent"

/* clang-format off */
static const struct failure_row {
	const char *name;
	enum log_level level;
	enum blame blame;
	const char *code;
	const char *words;
	const char *hint;
} failures[] = {
	[FAIL_NONE] = { "none", LOG_LEVEL_DEBUG, BLAME_NOBODY, "250 2.0.0", "OK", "" },
	[FAIL_RESOLVE] = { "resolve", LOG_LEVEL_WARN, BLAME_WAY,
		"451 4.4.1", "is not known to the DNS; nothing was sent",
		"check the spelling of host and this machine's DNS servers" },
	[FAIL_CONNECT] = { "connect", LOG_LEVEL_WARN, BLAME_WAY, LINE_REPLY,
		"check the network and that a firewall or the internet provider lets port 587 or 465 out" },
	[FAIL_TIMEOUT] = { "timeout", LOG_LEVEL_WARN, BLAME_WAY,
		"451 4.4.1", "did not answer in time; nothing was sent",
		"check host, port and tls: a port that speaks TLS at once needs tls = implicit" },
	[FAIL_TLS_HANDSHAKE] = { "tls-handshake", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.5", "could not agree on TLS; nothing was sent",
		"run smtpseal doctor; check port and tls" },
	[FAIL_TLS_VERSION] = { "tls-version", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.5", "has no TLS version or cipher suite in common; nothing was sent",
		"the server must allow TLS 1.2 with ECDHE and AES-GCM or ChaCha20: one that speaks 1.3 only, or nothing newer than 1.1, cannot be used" },
	[FAIL_TLS_NOT_TLS] = { "tls-not-tls", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.5", "does not speak TLS here; nothing was sent",
		"this port wants STARTTLS: set tls = starttls, usually on port 587" },
	[FAIL_TLS_UNTRUSTED] = { "tls-untrusted", LOG_LEVEL_ERROR, BLAME_WAY, TLS_REPLY,
		"install or update ca-certificates; for a server with its own CA set ca_file; a server that forgets to send its issuer's certificate must be mended" },
	[FAIL_TLS_CHAIN] = { "tls-chain", LOG_LEVEL_ERROR, BLAME_WAY, TLS_REPLY,
		"the provider must mend its certificates: the server's own first, then each one's issuer" },
	[FAIL_TLS_NAME] = { "tls-name", LOG_LEVEL_ERROR, BLAME_WAY, TLS_REPLY,
		"set host to a name the certificate carries, or tls_name if the provider tells you to" },
	[FAIL_TLS_DATES] = { "tls-dates", LOG_LEVEL_ERROR, BLAME_WAY, TLS_REPLY,
		"check this machine's clock; if it is right, the provider must renew the certificate" },
	[FAIL_TLS_WEAK] = { "tls-weak", LOG_LEVEL_ERROR, BLAME_WAY, TLS_REPLY,
		"the provider must use a server certificate of today: RSA of 2048 bits or more, SHA-256, for server use" },
	[FAIL_TLS_PIN] = { "tls-pin", LOG_LEVEL_ERROR, BLAME_WAY, TLS_REPLY,
		"the provider's key is not one of pin_sha256: ask the provider whether it was changed before you change the pin" },
	[FAIL_GREETING] = { "greeting", LOG_LEVEL_WARN, BLAME_WAY,
		"451 4.4.1", "does not accept connections now; nothing was sent",
		"try again in some minutes; if it stays so, the provider may not want this network: ask it" },
	[FAIL_NO_POP] = { "no-pop", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.4.1", "does not answer as a POP3 server; nothing was sent",
		"check pop_host and pop_port: something else than a POP3 server seems to listen there" },
	[FAIL_EHLO] = { "ehlo", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.4.1", "refused our EHLO; nothing was sent",
		"set hello in [account] to a host name of yours" },
	[FAIL_NO_STARTTLS] = { "no-starttls", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.4", "offers no STARTTLS, and nothing is sent in the clear",
		"try tls = implicit (port 465); if this port had STARTTLS before, something on the way may be removing it" },
	[FAIL_STARTTLS] = { "starttls", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.4", "refused STARTTLS, and nothing is sent in the clear",
		"try tls = implicit (port 465)" },
	[FAIL_STARTTLS_INJECTED] = { "starttls-injected", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.4", "sent more than its answer to STARTTLS, as an attacker would; nothing was sent",
		"something between here and the provider tampers with the connection; tls = implicit (port 465) is safer" },
	[FAIL_NO_AUTH] = { "no-auth", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.0", "offers no login here; nothing was sent",
		"check the port: submission is 587 or 465, not 25; for a relay that knows you by address set auth = none" },
	[FAIL_NO_MECHANISM] = { "no-mechanism", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.0", "offers no login method that can be used; nothing was sent",
		"set auth to a method that it offers; where it offers XOAUTH2 or OAUTHBEARER only, give a token (oauth_grant or token_command) and no password" },
	[FAIL_CREDENTIAL] = { "credential", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.0", "could not be logged in to: no password or token was to be had; nothing was sent",
		"run password_command or token_command (with oauth_ keys: smtpseal-oauth status) by hand, as the user smtpseal runs as" },
	[FAIL_AUTH_REFUSED] = { "auth-refused", LOG_LEVEL_ERROR, BLAME_LOGIN,
		"451 4.7.0", "refused the login; nothing was sent",
		"check user and password; most providers want an app password made for this purpose" },
	[FAIL_AUTH_LATER] = { "auth-later", LOG_LEVEL_WARN, BLAME_WAY,
		"451 4.7.0", "could not check the login just now; nothing was sent",
		"try again in some minutes; if it stays so, ask the provider" },
	[FAIL_AUTH_METHOD] = { "auth-method", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.0", "could not be logged in to by its login method; nothing was sent",
		"set auth to another method that it offers: plain is as safe where TLS is used" },
	[FAIL_AUTH_IMPOSTOR] = { "auth-impostor", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.7.0", "did not prove that it knows the password; nothing was sent",
		"something may pretend to be the provider: check host, tls and ca_file before you set another auth, which could show it the password" },
	[FAIL_HELD_DOWN] = { "held-down", LOG_LEVEL_INFO, BLAME_WAY,
		"451 4.7.0", "refused the login a moment ago; not tried again yet, so that the mailbox is not locked",
		"mend user or password, then reload (SIGHUP) or run smtpseal doctor" },
	[FAIL_BUSY] = { "busy", LOG_LEVEL_WARN, BLAME_WAY,
		"451 4.3.2", "has all its connections busy; nothing was sent",
		"raise connections in [account], if the provider allows more" },
	[FAIL_NO_MEMORY] = { "no-memory", LOG_LEVEL_ERROR, BLAME_WAY,
		"451 4.3.0", "could not be called: out of memory; nothing was sent",
		"give this machine more memory, or lower connections in [limits]" },
	[FAIL_CLOSED] = { "closed", LOG_LEVEL_WARN, BLAME_LINK,
		"451 4.4.2", "closed the connection before the message was complete; nothing was delivered",
		"try again; if it stays so, [log] level = trace shows what was said before, and the provider may know why" },
	[FAIL_MALFORMED] = { "malformed", LOG_LEVEL_WARN, BLAME_LINK,
		"451 4.4.2", "answered something that is no SMTP; nothing was delivered",
		"check host and port: something else than a mail server seems to listen there" },
	[FAIL_LOST_AFTER_DOT] = { "lost-after-dot", LOG_LEVEL_WARN, BLAME_LINK,
		"451 4.4.2", "was lost before it answered for the message; it may have been delivered",
		"look into the recipient's mailbox before sending the same message again" },
	[FAIL_CHUNKING] = { "chunking", LOG_LEVEL_WARN, BLAME_LINK,
		"451 4.5.1", "offers BDAT and does not know it; nothing was delivered",
		"the next message goes by DATA; set chunking = no in [account], so that none is lost to it after a restart" },
	[FAIL_TOO_LARGE] = { "too-large", LOG_LEVEL_INFO, BLAME_CLIENT,
		"552 5.3.4", "The message is larger than the mail provider takes",
		"scan at a lower resolution, or in several messages" },
	[FAIL_TWO_FROMS] = { "two-froms", LOG_LEVEL_WARN, BLAME_CLIENT,
		"550 5.6.0", "The message has two From fields, and only one can be the sender",
		"set the device to send one From, or sender = keep in [device]" },
	[FAIL_SIGNED] = { "signed", LOG_LEVEL_WARN, BLAME_CLIENT,
		"550 5.7.7", "The message is signed, and changing its sender would break the signature",
		"see signed in [account]" },
	[FAIL_EIGHT_BIT] = { "eight-bit", LOG_LEVEL_WARN, BLAME_CLIENT,
		"554 5.6.1", "The message has 8-bit characters, which this mail provider does not take",
		"set the device to ASCII, quoted-printable or base64" },
	[FAIL_NO_ACCOUNT] = { "no-account", LOG_LEVEL_WARN, BLAME_CLIENT,
		"550 5.7.1", "No mailbox here sends for this sender",
		"add the sender to senders in an [account]" },
	[FAIL_NO_ROOM] = { "no-room", LOG_LEVEL_ERROR, BLAME_CLIENT,
		"452 4.3.1", "No room here to collect the message; nothing was sent",
		"free space in this folder, or set directory in [state] to one with more" },
	[FAIL_TOO_MANY_RECIPIENTS] = { "too-many-recipients", LOG_LEVEL_INFO, BLAME_CLIENT,
		"452 4.5.3", "Too many recipients in one message", "" },
	[FAIL_TOO_SLOW] = { "too-slow", LOG_LEVEL_INFO, BLAME_CLIENT,
		"421 4.4.2", "Nothing complete was heard for too long, closing", "" },
	[FAIL_SHUTTING_DOWN] = { "shutting-down", LOG_LEVEL_INFO, BLAME_CLIENT,
		"421 4.3.2", "The relay is shutting down, try again shortly", "" },
	[FAIL_TOO_MANY] = { "too-many", LOG_LEVEL_WARN, BLAME_CLIENT,
		"421 4.3.2", "Too many connections, try again shortly",
		"raise connections or connections_per_client in [limits]" },
	[FAIL_NOT_ALLOWED] = { "not-allowed", LOG_LEVEL_WARN, BLAME_CLIENT,
		"554 5.7.1", "This address may not use the relay",
		"add the device's address to allow in [listen]" },
	[FAIL_CLIENT_GONE] = { "client-gone", LOG_LEVEL_INFO, BLAME_CLIENT,
		"421 4.4.2", "The device left before the message was complete", "" },
};
/* clang-format on */
static_assert(array_len(failures) == FAIL_COUNT, "every failure has its row");

/* see failure.h */
struct span failure_name(enum failure failure)
{
	return span_of(failures[failure].name);
}

/*
 * What becomes of the message stands behind a semicolon.
 *
 * see failure.h
 */
struct span failure_words(enum failure failure)
{
	struct span words = span_of(failures[failure].words);

	return span_first(words, span_find(words, ';'));
}

/* see failure.h */
enum log_level failure_level(enum failure failure)
{
	return failures[failure].level;
}

/* see failure.h */
struct span failure_hint(enum failure failure)
{
	return span_of(failures[failure].hint);
}

/* see failure.h */
bool failure_permits_next(enum failure failure)
{
	enum blame blame = failures[failure].blame;

	return blame == BLAME_WAY || blame == BLAME_LOGIN ||
	       blame == BLAME_LINK;
}

/* see failure.h */
bool failure_holds_down(enum failure failure)
{
	return failures[failure].blame == BLAME_LOGIN;
}

/* see failure.h */
unsigned failure_code(enum failure failure)
{
	uint64_t code;

	ENSURE(span_number(
	    span_first(span_of(failures[failure].code), 3), 999, &code));
	return (unsigned)code;
}

/* see failure.h */
void failure_put_reply(
    struct text *text, enum failure failure, struct span host)
{
	const struct failure_row *row = &failures[failure];

	text_puts(text, row->code);
	text_putc(text, ' ');
	if (host.len > 0 && row->blame != BLAME_CLIENT &&
	    row->blame != BLAME_NOBODY) {
		text_put(text, host);
		text_putc(text, ' ');
	}
	text_puts(text, row->words);
}
