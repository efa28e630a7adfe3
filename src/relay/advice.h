/*
 * advice - what the known refusals of providers mean, and what to do.
 *
 * Providers say things like "535 5.7.139 Authentication unsuccessful,
 * SmtpClientAuthentication is disabled for the Tenant". This room knows the
 * ones that owners of copiers meet, and says them in plain words.
 */
#ifndef RELAY_ADVICE_H
#define RELAY_ADVICE_H

#include "relay/policy.h"
#include "smtp/reply.h"

/* Advice for a refusal of one who logged in, or tried to, by such an
 * identity; an empty span when nothing special is known. */
struct span advice_for(
    const struct reply *reply, enum upstream_identity identity);

#endif
