#include "config/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Opens a regular file and gives its descriptor, or -1 and the words. Without
 * O_NONBLOCK a named pipe would stop the whole start.
 */
static int open_file(struct reading *reading, const char *path, bool is_private)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;

	if (fd < 0) {
		value_bad(
		    reading, "%s cannot be read: %s", path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
		value_bad(reading, "%s is not a file", path);
	else if (is_private && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		value_bad(reading,
		    "%s is open to group or others (mode %04o); make it the "
		    "owner's alone: chmod 600",
		    path, (unsigned)info.st_mode & 07777);
	else
		return fd;
	close(fd);
	return -1;
}

static enum value_verdict check(struct reading *reading, struct span value,
    bool is_private, const char **path)
{
	int fd;

	value_path(reading, value, NULL, path);
	fd = open_file(reading, *path, is_private);
	if (fd < 0)
		return VALUE_BAD;
	close(fd);
	return VALUE_GOOD;
}

/* see files.h */
enum value_verdict files_readable(
    struct reading *reading, struct span value, const void *none, void *field)
{
	(void)none;
	return check(reading, value, false, field);
}

/* see files.h */
enum value_verdict files_private(
    struct reading *reading, struct span value, const void *none, void *field)
{
	(void)none;
	return check(reading, value, true, field);
}

/* see files.h */
ssize_t files_read_front(int fd, char *octets, size_t cap)
{
	size_t len = 0;

	while (len < cap) {
		ssize_t got = read(fd, octets + len, cap - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

/* The first line as a secret, if it can be one. */
static enum value_verdict take_line(struct reading *reading, const char *path,
    struct span octets, struct secret *secret)
{
	struct span line = span_first(octets, span_find(octets, '\n'));

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (line.len > FILES_SECRET_OCTETS)
		return value_bad(reading,
		    "the first line of %s is longer than %d octets", path,
		    FILES_SECRET_OCTETS);
	if (line.len == 0)
		return value_bad(
		    reading, "the first line of %s is empty", path);
	if (span_find(line, '\0') < line.len)
		return value_bad(
		    reading, "the first line of %s holds a NUL", path);
	if (span_starts_nocase(line, SPAN("\xef\xbb\xbf")))
		return value_bad(reading,
		    "%s begins with a byte order mark, which is not part of "
		    "any password",
		    path);
	secret->hidden = arena_string(reading->arena, line);
	secret->len = line.len;
	return VALUE_GOOD;
}

/* see files.h */
enum value_verdict files_secret(
    struct reading *reading, struct span value, const void *none, void *field)
{
	char octets[FILES_SECRET_OCTETS + 2];
	enum value_verdict verdict;
	const char *path;
	ssize_t len;
	int fd;

	(void)none;
	value_path(reading, value, NULL, &path);
	fd = open_file(reading, path, true);
	if (fd < 0)
		return VALUE_BAD;
	len = files_read_front(fd, octets, sizeof(octets));
	if (len < 0)
		verdict = value_bad(
		    reading, "%s cannot be read: %s", path, strerror(errno));
	else
		verdict = take_line(
		    reading, path, span_make(octets, (size_t)len), field);
	wipe(octets, sizeof(octets));
	close(fd);
	return verdict;
}
