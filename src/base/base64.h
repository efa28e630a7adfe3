/*
 * base64 - RFC 4648 section 4, over spans.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/span.h"

/* Octets that `len` octets take when encoded, padding included. */
size_t base64_length(size_t len);

/*
 * Encodes `octets` to `out`, which has room for base64_length(octets.len).
 * Returns the number of octets written. Pieces of three octets (but the last)
 * may be encoded one after the other.
 */
size_t base64_encode(struct span octets, char *out);

/*
 * Decodes `text` to `out`, which has room for text.len / 4 * 3 + 3 octets.
 * Padding may be missing, as some devices forget it. False when anything else
 * is wrong: a foreign octet, an impossible length, bits behind the end.
 */
bool base64_decode(struct span text, char *out, size_t *len);

#endif
