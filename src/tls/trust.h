/*
 * trust - trust anchors from PEM files.
 *
 * The system's bundle is looked for where the systems keep it (Debian, Fedora,
 * Alpine, OpenWrt, macOS, the BSDs). Files with CRLF, a byte order mark,
 * trailing blanks or no last newline are read as well; certificates BearSSL
 * cannot use (RSA over 4096 bits, Ed25519 ...) and weak ones (RSA below 2048)
 * are left out and counted. A file cut off in the middle is an error, and so
 * is no usable anchor at all: nothing could ever be verified.
 *
 * Owns:   the anchors; counted, because a reload may drop them while
 *         handshakes still use them.
 */
#ifndef TLS_TRUST_H
#define TLS_TRUST_H

#include "base/text.h"

struct trust;

/*
 * Reads the anchors of `file`, or of the system's bundle when it is NULL. One
 * hold is the caller's. NULL when there are none: `why` then says what is
 * wrong and names the file, or the places looked at.
 */
struct trust *trust_load(const char *file, struct text *why);

struct trust *trust_hold(struct trust *trust);
void trust_drop(struct trust *trust);

/* The file read; how many anchors it gave; how many had to be left out. */
const char *trust_file(const struct trust *trust);
size_t trust_count(const struct trust *trust);
size_t trust_skipped(const struct trust *trust);

/* The anchors as BearSSL wants them, for `verify`: an array of
 * br_x509_trust_anchor, a type whose name cannot be declared ahead. */
const void *trust_anchors(const struct trust *trust);

#endif
