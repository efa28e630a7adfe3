/*
 * hint - what the known refusals of authorisation servers mean, and what to
 * do: for those whose cause is in the words, not in the error's name.
 */
#ifndef OAUTH_HINT_H
#define OAUTH_HINT_H

#include "base/span.h"

/* Advice for an error_description (RFC 6749 5.2); NULL when nothing special
 * is known. Of several codes the first counts. */
const char *hint_for(struct span description);

#endif
