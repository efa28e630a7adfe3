#include "oauth/http.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/ensure.h"

/* see http.h; RFC 3986 2.3 names what may stand as it is */
void http_form(struct text *form, const char *name, struct span value)
{
	static const char digits[] = "0123456789ABCDEF";

	if (form->len > 0)
		text_putc(form, '&');
	text_puts(form, name);
	text_putc(form, '=');
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (is_alpha(c) || is_digit(c) || (c && strchr("-._~", c))) {
			text_putc(form, c);
			continue;
		}
		text_putc(form, '%');
		text_putc(form, digits[(unsigned char)c >> 4]);
		text_putc(form, digits[(unsigned char)c & 15]);
	}
}

/* libcurl hands the body over in pieces; taking less ends the transfer. */
static size_t on_body(char *octets, size_t size, size_t count, void *context)
{
	struct http_answer *answer = context;
	size_t len = size * count;

	if (len > sizeof(answer->body) - answer->len)
		return 0;
	memcpy(answer->body + answer->len, octets, len);
	answer->len += len;
	return len;
}

/* Of the header lines only the server's clock is wanted. */
static size_t on_header(char *octets, size_t size, size_t count, void *context)
{
	struct http_answer *answer = context;
	struct span line = span_make(octets, size * count);
	char date[64];
	struct text text;

	if (!span_starts_nocase(line, SPAN("date:")))
		return line.len;
	text_init(&text, date, sizeof(date));
	text_put(&text, span_trim(span_from(line, 5)));
	answer->date = curl_getdate(text_end(&text), NULL);
	if (answer->date < 0)
		answer->date = 0;
	return line.len;
}

static const char *fault_words(CURLcode code)
{
	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return "the host's name is not known";
	case CURLE_COULDNT_RESOLVE_PROXY:
		return "the proxy's name is not known";
	case CURLE_COULDNT_CONNECT:
		return "cannot be reached";
	case CURLE_OPERATION_TIMEDOUT:
		return "did not answer in time";
	case CURLE_PEER_FAILED_VERIFICATION:
		return "its certificate is not trusted";
	case CURLE_SSL_CONNECT_ERROR:
		return "TLS failed";
	case CURLE_SSL_CACERT_BADFILE:
		return "the trust anchors cannot be used (oauth_ca_file)";
	case CURLE_WRITE_ERROR:
		return "answered more than any answer has";
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		return "closed the connection before the answer was whole";
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return "is no https address";
	default:
		return "could not be asked";
	}
}

static void put_fault(
    struct text *why, const char *url, CURLcode code, const char *detail)
{
	text_puts(why, url);
	text_puts(why, ": ");
	text_puts(why, fault_words(code));
	text_puts(why, " (");
	text_escaped(
	    why, span_of(detail[0] ? detail : curl_easy_strerror(code)), 200);
	text_putc(why, ')');
}

/* Everything that must be so, and not by libcurl's default alone. */
static void set_rules(CURL *curl, const char *ca_file)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTPS);
#endif
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(
	    curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)HTTP_PATIENCE_S);
	if (!ca_file)
		return;
	/* The folder would be trusted beside the file. */
	curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
}

static CURLcode perform(
    CURL *curl, const char *url, struct span form, struct http_answer *answer)
{
	struct curl_slist *headers =
	    curl_slist_append(NULL, "Accept: application/json");
	curl_off_t retry_after = 0;
	CURLcode code;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(
	    curl, CURLOPT_USERAGENT, "smtpseal-oauth/" SMTPSEAL_VERSION);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form.ptr);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)form.len);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
	if (retry_after > 0)
		answer->retry_after_s =
		    retry_after > 86400 ? 86400 : (unsigned)retry_after;
	curl_slist_free_all(headers);
	return code;
}

/* see http.h */
bool http_post(const char *url, const char *ca_file, struct span form,
    struct http_answer *answer, struct text *why)
{
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode code = CURLE_OUT_OF_MEMORY;
	CURL *curl = curl_easy_init();

	answer->status = 0;
	answer->retry_after_s = 0;
	answer->date = 0;
	answer->len = 0;
	if (curl) {
		set_rules(curl, ca_file);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
		code = perform(curl, url, form, answer);
	}
	if (code != CURLE_OK)
		put_fault(why, url, code, detail);
	curl_easy_cleanup(curl);
	return code == CURLE_OK;
}
