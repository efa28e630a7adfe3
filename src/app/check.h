/*
 * check - the configuration and everything it names, judged without running.
 */
#ifndef APP_CHECK_H
#define APP_CHECK_H

#include "net/settings.h"

/*
 * Reads the configuration, and the certificates, secrets and trust anchors it
 * names; every mistake goes to stderr, one a line. Returns the settings, or
 * NULL with an exit code of sysexits.h in `*code`.
 */
struct settings *check_read(const char *file, int *code);

/* `smtpseal check`: says "FILE: ok" as well. Returns the exit code. */
int check_run(const char *file);

#endif
