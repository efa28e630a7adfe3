/*
 * pem - the objects of a PEM file, one after the other.
 *
 * Read by lines and forgiving about them: CRLF, blanks at either end, a byte
 * order mark and a missing last newline do not matter, nor does text between
 * the objects. What stands inside an object must be right.
 *
 * Owns:   the file's octets; wiped by pem_close, as they may hold a key.
 * Bounds: PEM_MAX_OCTETS a file.
 * Faults: PEM_BROKEN is final.
 */
#ifndef TLS_PEM_H
#define TLS_PEM_H

#include "base/arena.h"
#include "base/span.h"
#include "base/text.h"

enum { PEM_MAX_OCTETS = 8 * 1024 * 1024 };

struct pem {
	struct arena arena;
	const char *file;
	struct span rest;
	unsigned line; /* of the last line taken */
};

struct pem_object {
	struct span label; /* "CERTIFICATE", "RSA PRIVATE KEY" */
	struct span der;   /* lives until pem_close */
	bool is_encrypted; /* by a passphrase; `der` is then of no use */
	unsigned line;	   /* of its BEGIN */
};

enum pem_verdict {
	PEM_OBJECT, /* *object is the next one */
	PEM_END,    /* there are no more */
	PEM_BROKEN, /* an object is cut off or is no base64; `why` says so */
};

/* Reads `file`, which must outlive `pem`. False when it cannot be read: `why`
 * names it. */
bool pem_open(struct pem *pem, const char *file, struct text *why);

enum pem_verdict pem_next(
    struct pem *pem, struct pem_object *object, struct text *why);

void pem_close(struct pem *pem);

#endif
