/*
 * PROXY headers, and addresses as they are written: what is read is within
 * what came, and a header that is whole does not change with what follows.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/ensure.h"
#include "fuzz/grain.h"
#include "smtp/proxy.h"

/* The system's own reader takes the same addresses for the same. */
static void check_address(struct span text)
{
	char string[64];
	unsigned char v4[4];
	struct ip want = { 0 };
	struct ip got;
	bool is_good = true;

	if (text.len >= sizeof(string) || span_find(text, '\0') < text.len)
		return;
	if (text.len > 0)
		memcpy(string, text.ptr, text.len);
	string[text.len] = '\0';
	if (inet_pton(AF_INET, string, v4) == 1)
		want = ip_from_v4(v4);
	else
		is_good = inet_pton(AF_INET6, string, &want) == 1;
	/* "01.2.3.4" is one of ours, and harmless. */
	if (is_good)
		ENSURE(ip_read(text, &got) &&
		       memcmp(&got, &want, sizeof(got)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_make((const char *)data, size);
	struct proxy proxy;
	struct proxy again;

	check_address(in);
	if (proxy_read(in, &proxy) != PROXY_READY)
		return 0;
	ENSURE(proxy.used > 0 && proxy.used <= in.len);
	ENSURE(proxy_read(span_first(in, proxy.used), &again) == PROXY_READY);
	ENSURE(memcmp(&proxy.ip, &again.ip, sizeof(proxy.ip)) == 0);
	ENSURE(
	    proxy_read(span_first(in, proxy.used - 1), &again) == PROXY_MORE);
	return 0;
}
