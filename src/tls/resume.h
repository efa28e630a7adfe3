/*
 * resume - a session to come back to (RFC 5246 7.3): the next connection to
 * the same server spares a round trip, and both sides their arithmetic.
 *
 * Whoever resumes shows no certificate, but knows what only the server that
 * showed it then can know. So the session belongs to what was trusted, and is
 * forgotten with it, or after RESUME_SECONDS: a certificate may have ended by
 * then.
 *
 * Owns: one session, which holds a secret; wiped when it is forgotten.
 */
#ifndef TLS_RESUME_H
#define TLS_RESUME_H

#include "base/span.h"

enum { RESUME_SECONDS = 3600 };

struct resume;
struct br_ssl_client_context_;

/* Empty; NULL without memory. */
struct resume *resume_new(void);
void resume_free(struct resume *resume);

/* Keeps the session of an open connection at `now` (seconds since 1970), if
 * its server named it; one that was resumed itself is not kept longer. */
void resume_keep(struct resume *resume,
    const struct br_ssl_client_context_ *client, int64_t now);

/* Gives it to a connection not begun yet; false when there is none, or none
 * any more. */
bool resume_offer(
    struct resume *resume, struct br_ssl_client_context_ *client, int64_t now);

void resume_forget(struct resume *resume);

#endif
