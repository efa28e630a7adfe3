#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* see base64.h */
size_t base64_length(size_t len)
{
	return (len + 2) / 3 * 4;
}

/* see base64.h */
size_t base64_encode(struct span octets, char *out)
{
	size_t written = 0;

	for (size_t i = 0; i < octets.len; i += 3) {
		size_t left = octets.len - i;
		uint32_t group = 0;

		for (size_t j = 0; j < 3; j++) {
			group <<= 8;
			if (j < left)
				group |= (unsigned char)octets.ptr[i + j];
		}
		out[written++] = alphabet[group >> 18 & 63];
		out[written++] = alphabet[group >> 12 & 63];
		out[written++] = left > 1 ? alphabet[group >> 6 & 63] : '=';
		out[written++] = left > 2 ? alphabet[group & 63] : '=';
	}
	return written;
}

/* The value of one digit, or -1. */
static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* see base64.h */
bool base64_decode(struct span text, char *out, size_t *len)
{
	uint32_t group = 0;
	unsigned bits = 0;
	size_t padding = 0;

	while (text.len > 0 && text.ptr[text.len - 1] == '=') {
		text.len--;
		padding++;
	}
	if (padding > 2 || (padding > 0 && (text.len + padding) % 4 != 0))
		return false;
	*len = 0;
	for (size_t i = 0; i < text.len; i++) {
		int value = digit_value(text.ptr[i]);

		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[(*len)++] = (char)(group >> bits & 0xff);
		}
	}
	return bits < 6 && (group & ((1u << bits) - 1)) == 0;
}
