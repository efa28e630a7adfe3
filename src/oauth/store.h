/*
 * store - the tokens of an account, one file each, in the state directory.
 *
 * The file is text: a line that says what it is, one line a field, and a last
 * line that says that it is whole. Whatever else lies under the name, half a
 * file or somebody else's, is an error in words and is never replaced.
 *
 * A file is written under another name, synced, renamed, and its folder is
 * synced: whoever reads sees the old one or the new one, also behind a crash.
 * Readers need no lock; writers hold the account's, a file beside it that
 * stays.
 *
 * Owns:   nothing between calls but a lock's descriptor, which ends it.
 * Bounds: the fields' sizes below; the file is as large as they are.
 * Faults: words in `why`, without any field's value.
 */
#ifndef OAUTH_STORE_H
#define OAUTH_STORE_H

#include "base/span.h"
#include "base/text.h"

enum {
	STORE_TOKEN_OCTETS = 16384,
	STORE_TEXT_OCTETS = 1024,
};

/* Texts end with a NUL and are printable ASCII; empty: not known. Times are
 * seconds since 1970; 0: not known. */
struct store {
	char client_id[STORE_TEXT_OCTETS]; /* who got the tokens, and where */
	char token_url[STORE_TEXT_OCTETS];
	char scope[STORE_TEXT_OCTETS]; /* as granted */
	char access_token[STORE_TOKEN_OCTETS];
	char refresh_token[STORE_TOKEN_OCTETS];
	int64_t access_ends;
	int64_t refresh_ends;
	int64_t login_at;
	int64_t refreshed_at;
	char error[STORE_TEXT_OCTETS]; /* the last one, until a success */
	int64_t error_at;
	int64_t retry_at;   /* do not ask before */
	int64_t is_refused; /* the refresh token was: only a login helps */
};

enum store_verdict {
	STORE_FOUND,
	STORE_NONE,  /* there is no file */
	STORE_FAULT, /* `why` says it */
};

/* Reads the account's file. What is not in it is zeroed. */
enum store_verdict store_read(const char *directory, const char *account,
    struct store *store, struct text *why);

/* Replaces the file, or makes it; the lock must be held. */
bool store_write(const char *directory, const char *account,
    const struct store *store, struct text *why);

/* Removes the file, and what a writer that was killed left behind. That there
 * is none is no fault. */
bool store_remove(const char *directory, const char *account, struct text *why);

/* Takes the account's lock, and waits for it so long. The descriptor, whose
 * closing gives it back, or -1. The folder is made when it is missing. */
int store_lock(const char *directory, const char *account, unsigned patience_ms,
    struct text *why);

/* A field's value, if it can be one: printable ASCII, and not too long. */
bool store_set(char *field, size_t size, struct span value);

/* A file's content to fields, and back; for the tests. */
bool store_parse(struct span content, struct store *store, struct text *why);
void store_compose(const struct store *store, struct text *content);

#endif
