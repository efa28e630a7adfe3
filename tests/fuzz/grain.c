#include "fuzz/grain.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

/* see grain.h */
void grain_init(struct grain *grain, const uint8_t *data, size_t size)
{
	*grain = (struct grain){ 0 };
	if (size == 0)
		return;
	grain->state = data[0];
	grain->rest = span_make((const char *)data + 1, size - 1);
}

/* Octet by octet, all at once, or of lengths that change from piece to piece,
 * short ones more often. */
static size_t next_length(struct grain *grain)
{
	unsigned seed = grain->state & 0xff;
	unsigned high;

	if (seed < 2)
		return seed == 0 ? grain->rest.len : 1;
	grain->state = (grain->state * 1103515245u + 12345u) << 8 | seed;
	high = grain->state >> 16;
	return 1 + high % (high & 0x8000 ? 4 : 1u << (2 + seed % 10));
}

/* see grain.h */
bool grain_next(struct grain *grain, struct span keep, struct span *piece)
{
	struct span cut;
	char *joined;

	if (grain->rest.len == 0)
		return false;
	cut = span_first(grain->rest, next_length(grain));
	grain->rest = span_from(grain->rest, cut.len);
	joined = malloc(keep.len + cut.len);
	ENSURE(joined);
	if (keep.len > 0)
		memcpy(joined, keep.ptr, keep.len);
	memcpy(joined + keep.len, cut.ptr, cut.len);
	free(grain->piece);
	grain->piece = joined;
	*piece = span_make(joined, keep.len + cut.len);
	return true;
}

/* see grain.h */
void grain_finish(struct grain *grain)
{
	free(grain->piece);
	grain->piece = NULL;
}

/* see grain.h */
void digest_add(uint64_t *digest, struct span octets)
{
	digest_number(digest, octets.len);
	for (size_t i = 0; i < octets.len; i++)
		*digest = (*digest ^ (unsigned char)octets.ptr[i]) *
			  UINT64_C(0x100000001b3);
}

/* see grain.h */
void digest_number(uint64_t *digest, uint64_t number)
{
	*digest = (*digest ^ number) * UINT64_C(0x9e3779b97f4a7c15);
	*digest ^= *digest >> 29;
}
