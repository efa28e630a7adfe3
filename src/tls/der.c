#include "tls/der.h"

enum {
	LONG_TAG = 0x1f,
	LONG_LENGTH = 0x80,
	MAX_LENGTH_OCTETS = 4,
};

static unsigned char octet_at(struct span octets, size_t at)
{
	return (unsigned char)octets.ptr[at];
}

/* Reads the length that begins at `*at` and moves `*at` behind it. */
static bool take_length(struct span octets, size_t *at, size_t *len)
{
	unsigned char first;
	size_t more;

	if (*at >= octets.len)
		return false;
	first = octet_at(octets, (*at)++);
	if (first < LONG_LENGTH) {
		*len = first;
		return true;
	}
	more = first - LONG_LENGTH;
	if (more == 0 || more > MAX_LENGTH_OCTETS || more > octets.len - *at)
		return false;
	*len = 0;
	while (more-- > 0)
		*len = *len << 8 | octet_at(octets, (*at)++);
	return true;
}

/* see der.h */
bool der_take(struct span *rest, struct der *element)
{
	size_t at = 1;
	size_t len;

	if (rest->len == 0 || (octet_at(*rest, 0) & LONG_TAG) == LONG_TAG)
		return false;
	if (!take_length(*rest, &at, &len) || len > rest->len - at)
		return false;
	element->tag = octet_at(*rest, 0);
	element->whole = span_first(*rest, at + len);
	element->content = span_from(element->whole, at);
	*rest = span_from(*rest, at + len);
	return true;
}

/* see der.h */
bool der_take_tag(struct span *rest, unsigned char tag, struct span *content)
{
	struct span before = *rest;
	struct der element;

	if (!der_take(rest, &element))
		return false;
	if (element.tag != tag) {
		*rest = before;
		return false;
	}
	*content = element.content;
	return true;
}
