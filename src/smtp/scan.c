#include "smtp/scan.h"

/*
 * Looks at a block, and at the octet behind it: is CR always followed by LF,
 * and nothing else? No branch and a fixed length, so that compilers make
 * vector instructions of it.
 */
static bool is_paired(const char *octets)
{
	unsigned char found = 0;

	for (size_t i = 0; i < SCAN_BLOCK_OCTETS; i++)
		found |= (octets[i] == '\r') ^ (octets[i + 1] == '\n');
	return found == 0;
}

/* see scan.h */
size_t scan_undotted(struct span text)
{
	size_t at = 0;

	for (;; at++) {
		at += span_find(span_from(text, at), '.');
		if (at >= text.len)
			return text.len;
		if (at > 0 && text.ptr[at - 1] == '\n')
			return at;
	}
}

/* see scan.h */
size_t scan_clean(struct span text)
{
	struct span run = span_first(text, 0);

	/* A LF in front has no CR that was seen here. */
	if (text.len == 0 || text.ptr[0] == '\n')
		return 0;
	while (run.len < SCAN_MAX_OCTETS &&
	       text.len - run.len > SCAN_BLOCK_OCTETS &&
	       is_paired(text.ptr + run.len))
		run.len += SCAN_BLOCK_OCTETS;
	run.len = span_find(run, '\0');
	run.len = scan_undotted(run);
	while (run.len > 0 &&
	       (run.ptr[run.len - 1] == '\n' || run.ptr[run.len - 1] == '\r'))
		run.len--;
	return run.len;
}
