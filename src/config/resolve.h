/*
 * resolve - from the keys of an account, as written, to what is to be done.
 *
 * Fills in what the preset and the defaults say, and makes sure that the keys
 * fit together: one source of credentials, a mechanism that can use it, and
 * no way for a password to leave without TLS.
 */
#ifndef CONFIG_RESOLVE_H
#define CONFIG_RESOLVE_H

#include "config/account.h"

/* Fills `account`. What does not fit becomes a complaint; the account is then
 * not fit for use, but has its name. */
void resolve_account(struct draft *draft, const struct ini_section *section,
    const struct account_draft *read, struct account_settings *account);

#endif
