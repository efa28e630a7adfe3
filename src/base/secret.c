#include "base/secret.h"

#include <string.h>

/* see secret.h */
struct span secret_reveal(const struct secret *secret)
{
	return span_make(secret->hidden, secret->len);
}

/* see secret.h */
void wipe(void *memory, size_t len)
{
	if (len == 0)
		return;
	memset(memory, 0, len);
	/* The compiler must assume that somebody looks at the memory. */
	__asm__ __volatile__("" : : "r"(memory) : "memory");
}

/* see secret.h */
void secret_wipe(struct secret *secret)
{
	wipe(secret->hidden, secret->len);
	*secret = (struct secret){ 0 };
}

/* see secret.h */
bool secret_equal(struct span a, struct span b)
{
	unsigned char differs = a.len != b.len;

	for (size_t i = 0; i < a.len && b.len > 0; i++)
		differs |= (unsigned char)(a.ptr[i] ^ b.ptr[i % b.len]);
	return differs == 0;
}
