/*
 * doctor - an account, proved step by step without sending mail.
 */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include "net/settings.h"

/*
 * Goes through every step of the account of that name (NULL: of all): one
 * line each on stdout, and what to do where one fails. Returns 0 when all
 * went well, 1 when a step failed, EX_USAGE when there is no such account.
 */
int doctor_run(struct settings *settings, const char *account);

#endif
