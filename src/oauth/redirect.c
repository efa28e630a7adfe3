#include "oauth/redirect.h"

#include <string.h>

#include "base/ensure.h"
#include "base/secret.h"

static int digit_of(char c)
{
	c = to_lower(c);
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place of a field; false when it is not well formed. */
static bool decode(struct span value, char *field, size_t size)
{
	char octets[REDIRECT_CODE_OCTETS];
	size_t len = 0;
	bool is_good;

	for (size_t i = 0; i < value.len && len < sizeof(octets); i++) {
		char c = value.ptr[i];

		if (c == '+')
			c = ' ';
		if (c == '%') {
			int high = -1, low = -1;

			if (i + 2 < value.len) {
				high = digit_of(value.ptr[i + 1]);
				low = digit_of(value.ptr[i + 2]);
			}
			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		octets[len++] = c;
	}
	is_good = store_set(field, size, span_make(octets, len));
	wipe(octets, sizeof(octets));
	return is_good;
}

/* see redirect.h */
bool redirect_parse(struct span address, struct redirect *redirect)
{
	const struct {
		const char *name;
		char *field;
		size_t size;
	} fields[] = {
		{ "state", redirect->state, sizeof(redirect->state) },
		{ "code", redirect->code, sizeof(redirect->code) },
		{ "error", redirect->error, sizeof(redirect->error) },
		{ "error_description", redirect->description,
		    sizeof(redirect->description) },
	};
	struct span rest = span_from(address, span_find(address, '?') + 1);
	struct span part;

	memset(redirect, 0, sizeof(*redirect));
	rest = span_first(rest, span_find(rest, ' '));
	rest = span_first(rest, span_find(rest, '#'));
	while (span_split(&rest, '&', &part)) {
		size_t equals = span_find(part, '=');
		struct span name = span_first(part, equals);

		for (size_t i = 0; i < array_len(fields); i++)
			if (span_equal(name, span_of(fields[i].name)) &&
			    !decode(span_from(part, equals + 1),
				fields[i].field, fields[i].size))
				fields[i].field[0] = '\0';
	}
	return redirect->code[0] || redirect->error[0];
}
