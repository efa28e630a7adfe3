#include "tls/words.h"

#include <bearssl.h>
#include <time.h>

#include "base/ensure.h"

/* Alerts that mean the two sides share no version or no cipher suite, RFC
 * 5246 7.2.2. Servers use either for both, so nothing finer can be told. */
enum {
	ALERT_HANDSHAKE_FAILURE = 40,
	ALERT_PROTOCOL_VERSION = 70,
	ALERT_INSUFFICIENT_SECURITY = 71,
};

/* clang-format off */
static const struct error_row {
	int error;
	enum tls_fault fault;
	const char *words;
} errors[] = {
	{ 0,                               TLS_FAULT_PROTOCOL,  "the peer ended the handshake" },
	{ BR_ERR_BAD_PARAM,                TLS_FAULT_PROTOCOL,  "a parameter was refused" },
	{ BR_ERR_BAD_STATE,                TLS_FAULT_PROTOCOL,  "out of order" },
	{ BR_ERR_UNSUPPORTED_VERSION,      TLS_FAULT_VERSION,   "the peer chose another version of TLS" },
	{ BR_ERR_BAD_VERSION,              TLS_FAULT_PROTOCOL,  "a record of another version of TLS" },
	{ BR_ERR_BAD_LENGTH,               TLS_FAULT_PROTOCOL,  "a record of a wrong length" },
	{ BR_ERR_TOO_LARGE,                TLS_FAULT_PROTOCOL,  "a record or message too large" },
	{ BR_ERR_BAD_MAC,                  TLS_FAULT_PROTOCOL,  "a record that was changed on its way" },
	{ BR_ERR_NO_RANDOM,                TLS_FAULT_PROTOCOL,  "this machine gave no random octets" },
	{ BR_ERR_UNKNOWN_TYPE,             TLS_FAULT_PROTOCOL,  "a record of an unknown type" },
	{ BR_ERR_UNEXPECTED,               TLS_FAULT_PROTOCOL,  "a message out of its turn" },
	{ BR_ERR_BAD_CCS,                  TLS_FAULT_PROTOCOL,  "a wrong ChangeCipherSpec" },
	{ BR_ERR_BAD_ALERT,                TLS_FAULT_PROTOCOL,  "a wrong alert" },
	{ BR_ERR_BAD_HANDSHAKE,            TLS_FAULT_PROTOCOL,  "a handshake message that cannot be read" },
	{ BR_ERR_OVERSIZED_ID,             TLS_FAULT_PROTOCOL,  "a session id too long" },
	{ BR_ERR_BAD_CIPHER_SUITE,         TLS_FAULT_VERSION,   "the peer chose a cipher suite that was not offered" },
	{ BR_ERR_BAD_COMPRESSION,          TLS_FAULT_PROTOCOL,  "the peer chose compression" },
	{ BR_ERR_BAD_FRAGLEN,              TLS_FAULT_PROTOCOL,  "a wrong fragment length" },
	{ BR_ERR_BAD_SECRENEG,             TLS_FAULT_PROTOCOL,  "a wrong answer about renegotiation" },
	{ BR_ERR_EXTRA_EXTENSION,          TLS_FAULT_PROTOCOL,  "an extension nobody asked for" },
	{ BR_ERR_BAD_SNI,                  TLS_FAULT_PROTOCOL,  "a wrong answer about the server's name" },
	{ BR_ERR_BAD_HELLO_DONE,           TLS_FAULT_PROTOCOL,  "a wrong ServerHelloDone" },
	{ BR_ERR_LIMIT_EXCEEDED,           TLS_FAULT_PROTOCOL,  "the server's key is too large (RSA over 4096 bits)" },
	{ BR_ERR_BAD_FINISHED,             TLS_FAULT_PROTOCOL,  "a wrong Finished: the handshake was changed on its way" },
	{ BR_ERR_RESUME_MISMATCH,          TLS_FAULT_PROTOCOL,  "a session resumed with other parameters" },
	{ BR_ERR_INVALID_ALGORITHM,        TLS_FAULT_VERSION,   "no signature algorithm or curve in common" },
	{ BR_ERR_BAD_SIGNATURE,            TLS_FAULT_PROTOCOL,  "the server's signature is wrong" },
	{ BR_ERR_WRONG_KEY_USAGE,          TLS_FAULT_USAGE,     "the certificate's key must not be used for this cipher suite" },
	{ BR_ERR_X509_EMPTY_CHAIN,         TLS_FAULT_CHAIN,     "the server sent no certificate" },
	{ BR_ERR_X509_UNSUPPORTED,         TLS_FAULT_CHAIN,     "a kind of key or signature that cannot be checked" },
	{ BR_ERR_X509_LIMIT_EXCEEDED,      TLS_FAULT_CHAIN,     "a key or signature too large (RSA over 4096 bits)" },
	{ BR_ERR_X509_WRONG_KEY_TYPE,      TLS_FAULT_CHAIN,     "a key of another kind than its signature" },
	{ BR_ERR_X509_BAD_SIGNATURE,       TLS_FAULT_UNTRUSTED, "a signature is wrong" },
	{ BR_ERR_X509_TIME_UNKNOWN,        TLS_FAULT_DATES,     "the time is not known" },
	{ BR_ERR_X509_EXPIRED,             TLS_FAULT_DATES,     "outside of its dates" },
	{ BR_ERR_X509_DN_MISMATCH,         TLS_FAULT_CHAIN,     "the certificates do not follow each other: each must be issued by the next" },
	{ BR_ERR_X509_BAD_SERVER_NAME,     TLS_FAULT_NAME,      "it is for other names" },
	{ BR_ERR_X509_CRITICAL_EXTENSION,  TLS_FAULT_CHAIN,     "it has a critical extension that cannot be checked" },
	{ BR_ERR_X509_NOT_CA,              TLS_FAULT_CHAIN,     "an issuer is no certificate authority, or must not have another below it" },
	{ BR_ERR_X509_FORBIDDEN_KEY_USAGE, TLS_FAULT_CHAIN,     "an issuer's key must not sign certificates" },
	{ BR_ERR_X509_WEAK_PUBLIC_KEY,     TLS_FAULT_WEAK,      "an RSA key below 2048 bits" },
	{ BR_ERR_X509_NOT_TRUSTED,         TLS_FAULT_UNTRUSTED, "no trust anchor vouches for it" },
};
/* clang-format on */

static const struct alert_row {
	int alert;
	const char *words;
} alerts[] = {
	{ 10, "unexpected message" },
	{ 20, "bad record MAC" },
	{ 22, "record overflow" },
	{ ALERT_HANDSHAKE_FAILURE, "handshake failure" },
	{ 42, "bad certificate" },
	{ 43, "unsupported certificate" },
	{ 44, "certificate revoked" },
	{ 45, "certificate expired" },
	{ 46, "certificate unknown" },
	{ 47, "illegal parameter" },
	{ 48, "unknown CA" },
	{ 49, "access denied" },
	{ 50, "decode error" },
	{ 51, "decrypt error" },
	{ ALERT_PROTOCOL_VERSION, "protocol version" },
	{ ALERT_INSUFFICIENT_SECURITY, "insufficient security" },
	{ 80, "internal error" },
	{ 86, "inappropriate fallback" },
	{ 90, "user cancelled" },
	{ 100, "no renegotiation" },
	{ 109, "missing extension" },
	{ 110, "unsupported extension" },
	{ 112, "unrecognized name" },
	{ 113, "bad certificate status response" },
	{ 116, "certificate required" },
	{ 120, "no application protocol" },
};

/* BearSSL's other numbers from 32 to 63 all say that a certificate cannot be
 * read. */
static const struct error_row unreadable = { 0, TLS_FAULT_CHAIN,
	"a certificate that cannot be read" };

static const struct error_row *find_error(int error)
{
	for (size_t i = 0; i < array_len(errors); i++)
		if (errors[i].error == error)
			return &errors[i];
	if (error > BR_ERR_X509_OK && error <= BR_ERR_X509_NOT_TRUSTED)
		return &unreadable;
	return NULL;
}

/* see words.h */
bool words_is_alert(int error)
{
	return error >= BR_ERR_RECV_FATAL_ALERT &&
	       error < BR_ERR_SEND_FATAL_ALERT;
}

/* see words.h */
enum tls_fault words_fault(int error)
{
	const struct error_row *row = find_error(error);
	int alert = error % BR_ERR_RECV_FATAL_ALERT;

	if (row)
		return row->fault;
	if (error < BR_ERR_RECV_FATAL_ALERT)
		return TLS_FAULT_PROTOCOL;
	/* Which of the two sides saw it first does not matter. */
	if (alert == ALERT_HANDSHAKE_FAILURE ||
	    alert == ALERT_PROTOCOL_VERSION ||
	    alert == ALERT_INSUFFICIENT_SECURITY)
		return TLS_FAULT_VERSION;
	return words_is_alert(error) ? TLS_FAULT_ALERT : TLS_FAULT_PROTOCOL;
}

static void put_alert(struct text *text, int alert)
{
	text_puts(text, "alert ");
	text_number(text, (uint64_t)alert);
	for (size_t i = 0; i < array_len(alerts); i++) {
		if (alerts[i].alert != alert)
			continue;
		text_puts(text, " (");
		text_puts(text, alerts[i].words);
		text_puts(text, ")");
	}
}

/* see words.h */
void words_put_error(struct text *text, int error)
{
	const struct error_row *row = find_error(error);

	if (row) {
		text_puts(text, row->words);
	} else if (error >= BR_ERR_RECV_FATAL_ALERT) {
		put_alert(text, error % BR_ERR_RECV_FATAL_ALERT);
	} else {
		text_puts(text, "error ");
		text_number(text, (uint64_t)error);
		text_puts(text, " of the TLS library");
	}
}

/* see words.h */
void words_put_date(struct text *text, int64_t seconds)
{
	time_t at = (time_t)seconds;
	char date[32];
	struct tm parts;

	if (gmtime_r(&at, &parts) &&
	    strftime(date, sizeof(date), "%Y-%m-%d", &parts) > 0)
		text_puts(text, date);
	else
		text_puts(text, "a day out of reach");
}
