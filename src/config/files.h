/*
 * files - the files a configuration names, and whether they are fit for use.
 *
 * A password that others on the machine may read is not a secret: such a file
 * is refused, not warned about. The check is made on the open descriptor, so
 * that it is about the file that is read.
 *
 * The readers have the shape described in config/value; paths are relative to
 * the configuration file.
 */
#ifndef CONFIG_FILES_H
#define CONFIG_FILES_H

#include "base/secret.h"
#include <sys/types.h>

#include "config/value.h"

enum { FILES_SECRET_OCTETS = 4096 };

/* Into a const char *: the path of a file that can be read; and one that only
 * its owner may read. */
enum value_verdict files_readable(
    struct reading *reading, struct span value, const void *none, void *field);
enum value_verdict files_private(
    struct reading *reading, struct span value, const void *none, void *field);

/* Reads up to `cap` octets of an open file, however they come; -1 with errno
 * when it fails. */
ssize_t files_read_front(int fd, char *octets, size_t cap);

/* Into a struct secret: the first line of a private file, without its end. */
enum value_verdict files_secret(
    struct reading *reading, struct span value, const void *none, void *field);

#endif
