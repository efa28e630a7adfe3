/*
 * scratch - a folder for one test program, with configurations in it.
 *
 * It is the working directory meanwhile, so that relative paths are tried.
 * The secrets' files the configurations name are in it.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <sys/types.h>

#include "config/config.h"

/* An account that is all right, for files about something else. */
#define GOOD "[account]\nhost = h.example\nauth = none\n"

/* The start of one that logs in. */
#define LOGIN "[account]\nhost = h.example\nuser = u\n"

/* base64 of 32 octets */
#define PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* For cmocka_run_group_tests. */
int scratch_begin(void **state);
int scratch_end(void **state);

/* Where it is. */
const char *scratch_folder(void);

/* Writes a file of that name and mode. */
void scratch_write(const char *name, const char *text, mode_t mode);

/* Reads the text as the file a.ini of that mode; the complaints as printed are
 * the caller's to free. */
struct settings *scratch_read(const char *text, mode_t mode, char **printed);

/* The same for a text without mistakes. */
struct settings *scratch_read_good(const char *text);

#endif
