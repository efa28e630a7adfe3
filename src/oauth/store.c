#include "oauth/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/secret.h"
#include "config/files.h"

enum {
	FILE_OCTETS = sizeof(struct store) + 1024,
	NAME_OCTETS = 256,
	LOCK_STEP_MS = 20,
};

static const char first_line[] = "smtpseal-oauth 1";
static const char last_line[] = "end";

#define TEXT(name)                                                             \
	{                                                                      \
#name, offsetof(struct store, name),                           \
		    sizeof(((struct store *)0)->name)                          \
	}
#define TIME(name)                                                             \
	{                                                                      \
#name, offsetof(struct store, name), 0                         \
	}

/* clang-format off */
static const struct field {
	const char *name;
	size_t offset;
	size_t size; /* of a text; 0: a number */
} fields[] = {
	TEXT(client_id),
	TEXT(token_url),
	TEXT(scope),
	TEXT(access_token),
	TIME(access_ends),
	TEXT(refresh_token),
	TIME(refresh_ends),
	TIME(login_at),
	TIME(refreshed_at),
	TEXT(error),
	TIME(error_at),
	TIME(retry_at),
	TIME(is_refused),
};
/* clang-format on */

/* ---- content ---- */

/* see store.h */
bool store_set(char *field, size_t size, struct span value)
{
	if (value.len >= size)
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (!is_print(value.ptr[i]))
			return false;
	if (value.len > 0)
		memcpy(field, value.ptr, value.len);
	field[value.len] = '\0';
	return true;
}

static bool read_field(
    struct store *store, const struct field *field, struct span value)
{
	char *at = (char *)store + field->offset;
	uint64_t number;

	if (field->size > 0)
		return store_set(at, field->size, value);
	if (!span_number(value, INT64_MAX, &number))
		return false;
	*(int64_t *)(void *)at = (int64_t)number;
	return true;
}

static bool read_line(struct store *store, struct span line)
{
	size_t blank = span_find(line, ' ');
	struct span name = span_first(line, blank);

	for (size_t i = 0; i < array_len(fields); i++)
		if (span_equal(name, span_of(fields[i].name)))
			return read_field(
			    store, &fields[i], span_from(line, blank + 1));
	return false;
}

/* The next line; false when there is no whole one. */
static bool next_line(struct span *rest, struct span *line)
{
	size_t end = span_find(*rest, '\n');

	if (end == rest->len)
		return false;
	*line = span_first(*rest, end);
	*rest = span_from(*rest, end + 1);
	return true;
}

/* see store.h */
bool store_parse(struct span content, struct store *store, struct text *why)
{
	struct span line;

	memset(store, 0, sizeof(*store));
	if (!next_line(&content, &line) ||
	    !span_equal(line, span_of(first_line))) {
		text_puts(why, "is no store of this version");
		return false;
	}
	while (next_line(&content, &line)) {
		if (span_equal(line, span_of(last_line)) && content.len == 0)
			return true;
		if (!read_line(store, line)) {
			text_puts(why, "is damaged");
			return false;
		}
	}
	text_puts(why, "is not whole");
	return false;
}

/* see store.h */
void store_compose(const struct store *store, struct text *content)
{
	text_puts(content, first_line);
	text_putc(content, '\n');
	for (size_t i = 0; i < array_len(fields); i++) {
		const char *at = (const char *)store + fields[i].offset;
		int64_t number = 0;

		if (fields[i].size == 0)
			memcpy(&number, at, sizeof(number));
		if (fields[i].size > 0 ? *at == '\0' : number <= 0)
			continue;
		text_puts(content, fields[i].name);
		text_putc(content, ' ');
		if (fields[i].size > 0)
			text_puts(content, at);
		else
			text_number(content, (uint64_t)number);
		text_putc(content, '\n');
	}
	text_puts(content, last_line);
	text_putc(content, '\n');
}

/* ---- files ---- */

/* One account's files. */
struct place {
	int folder;
	char file[NAME_OCTETS];
	char fresh[NAME_OCTETS]; /* under which it is written */
	char lock[NAME_OCTETS];
};

static void put_name(struct text *why, const char *directory, const char *name)
{
	text_puts(why, directory);
	text_putc(why, '/');
	text_puts(why, name);
	text_puts(why, ": ");
}

/* Words a system call's fault; always false. */
static bool fault(
    struct text *why, const char *directory, const char *name, int error)
{
	put_name(why, directory, name);
	text_puts(why, strerror(error));
	return false;
}

/* Opens the folder; makes its last part, if asked and missing. When it is
 * missing and not asked for, errno is ENOENT and there are no words. */
static bool open_place(struct place *place, const char *directory,
    const char *account, bool makes, struct text *why)
{
	snprintf(place->file, NAME_OCTETS, "%s.oauth", account);
	snprintf(place->fresh, NAME_OCTETS, "%s.oauth.new", account);
	snprintf(place->lock, NAME_OCTETS, "%s.oauth.lock", account);
	if (makes && mkdir(directory, 0700) < 0 && errno != EEXIST)
		return fault(why, directory, "", errno);
	place->folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->folder >= 0 || (errno == ENOENT && !makes))
		return place->folder >= 0;
	return fault(why, directory, "", errno);
}

/* Run by root, as with `doctor`, a file is made for the daemon's user. */
static bool give_away(int folder, int fd)
{
	struct stat info;

	if (geteuid() != 0)
		return true;
	return fstat(folder, &info) == 0 &&
	       fchown(fd, info.st_uid, info.st_gid) == 0;
}

static bool write_whole(int fd, struct span octets)
{
	while (octets.len > 0) {
		ssize_t len = write(fd, octets.ptr, octets.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return false;
		octets = span_from(octets, (size_t)len);
	}
	return true;
}

/* Is the open file one that may be believed? */
static bool is_fit(int fd, struct text *why)
{
	struct stat info;

	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
		text_puts(why, "is not a file");
		return false;
	}
	if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		text_puts(why,
		    "is open to group or others; make it the owner's alone: "
		    "chmod 600");
		return false;
	}
	return true;
}

static bool read_open(int fd, struct store *store, struct text *why)
{
	char *octets = malloc(FILE_OCTETS);
	bool is_good = false;
	ssize_t len;

	if (!octets) {
		text_puts(why, "out of memory");
		return false;
	}
	if (is_fit(fd, why)) {
		len = files_read_front(fd, octets, FILE_OCTETS);
		if (len < 0)
			text_puts(why, strerror(errno));
		else
			is_good = store_parse(
			    span_make(octets, (size_t)len), store, why);
	}
	wipe(octets, FILE_OCTETS);
	free(octets);
	return is_good;
}

static enum store_verdict read_place(const struct place *place,
    const char *directory, struct store *store, struct text *why)
{
	int fd = openat(place->folder, place->file,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct text words = { 0 };
	char storage[200];
	bool is_good;

	memset(store, 0, sizeof(*store));
	if (fd < 0 && errno == ENOENT)
		return STORE_NONE;
	if (fd < 0) {
		fault(why, directory, place->file, errno);
		return STORE_FAULT;
	}
	text_init(&words, storage, sizeof(storage));
	is_good = read_open(fd, store, &words);
	close(fd);
	if (is_good)
		return STORE_FOUND;
	put_name(why, directory, place->file);
	text_put(why, text_span(&words));
	return STORE_FAULT;
}

/* see store.h */
enum store_verdict store_read(const char *directory, const char *account,
    struct store *store, struct text *why)
{
	enum store_verdict verdict;
	struct place place;

	memset(store, 0, sizeof(*store));
	if (!open_place(&place, directory, account, false, why))
		return errno == ENOENT ? STORE_NONE : STORE_FAULT;
	verdict = read_place(&place, directory, store, why);
	close(place.folder);
	return verdict;
}

/* The whole of it, under the other name, on the disk. */
static bool write_fresh(const struct place *place, const struct store *store)
{
	char *octets = malloc(FILE_OCTETS);
	struct text content;
	bool is_good;
	int fd;

	if (!octets)
		return false;
	text_init(&content, octets, FILE_OCTETS);
	store_compose(store, &content);
	ENSURE(!content.cut);
	/* One may be left of a writer that was killed. */
	unlinkat(place->folder, place->fresh, 0);
	fd = openat(place->folder, place->fresh,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	is_good = fd >= 0 && give_away(place->folder, fd) &&
		  write_whole(fd, text_span(&content)) && fsync(fd) == 0;
	if (fd >= 0 && close(fd) < 0)
		is_good = false;
	wipe(octets, FILE_OCTETS);
	free(octets);
	return is_good;
}

/* Nothing but a store of ours is replaced. */
static bool may_replace(
    const struct place *place, const char *directory, struct text *why)
{
	struct store *old = malloc(sizeof(*old));
	bool may;

	if (!old)
		return fault(why, directory, place->file, ENOMEM);
	may = read_place(place, directory, old, why) != STORE_FAULT;
	wipe(old, sizeof(*old));
	free(old);
	return may;
}

static bool replace(const struct place *place, const char *directory,
    const struct store *store, struct text *why)
{
	int error;

	if (!may_replace(place, directory, why))
		return false;
	if (write_fresh(place, store) &&
	    renameat(place->folder, place->fresh, place->folder, place->file) ==
		0 &&
	    fsync(place->folder) == 0)
		return true;
	error = errno;
	unlinkat(place->folder, place->fresh, 0);
	return fault(why, directory, place->file, error);
}

/* see store.h */
bool store_write(const char *directory, const char *account,
    const struct store *store, struct text *why)
{
	struct place place;
	bool is_good;

	if (!open_place(&place, directory, account, true, why))
		return false;
	is_good = replace(&place, directory, store, why);
	close(place.folder);
	return is_good;
}

/* see store.h */
bool store_remove(const char *directory, const char *account, struct text *why)
{
	struct place place;
	bool is_good = true;

	if (!open_place(&place, directory, account, false, why))
		return errno == ENOENT;
	unlinkat(place.folder, place.fresh, 0);
	if (unlinkat(place.folder, place.file, 0) < 0 && errno != ENOENT)
		is_good = fault(why, directory, place.file, errno);
	else if (fsync(place.folder) < 0)
		is_good = fault(why, directory, "", errno);
	close(place.folder);
	return is_good;
}

/* ---- the lock ---- */

/* flock(2) has no patience of its own. */
static bool wait_lock(int fd, unsigned patience_ms)
{
	static const struct timespec step = { 0, LOCK_STEP_MS * 1000000L };
	unsigned waited = 0;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if ((errno != EWOULDBLOCK && errno != EINTR) ||
		    waited >= patience_ms)
			return false;
		nanosleep(&step, NULL);
		waited += LOCK_STEP_MS;
	}
	return true;
}

/* see store.h */
int store_lock(const char *directory, const char *account, unsigned patience_ms,
    struct text *why)
{
	struct place place;
	int fd;

	if (!open_place(&place, directory, account, true, why))
		return -1;
	fd = openat(place.folder, place.lock,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || !give_away(place.folder, fd)) {
		fault(why, directory, place.lock, errno);
	} else if (!wait_lock(fd, patience_ms)) {
		put_name(why, directory, place.lock);
		text_puts(why, "another process has held it for too long");
	} else {
		close(place.folder);
		return fd;
	}
	if (fd >= 0)
		close(fd);
	close(place.folder);
	return -1;
}
