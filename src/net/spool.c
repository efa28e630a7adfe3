#include "net/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/ensure.h"

enum { NAME_CHANCE = 8, FILL_OCTETS = 4096 };

/* ---- the file ---- */

/* A new file that only we can open, and then nobody; negative without one. */
static int open_nameless(const char *folder)
{
	unsigned char chance[NAME_CHANCE] = { 0 };
	char path[4096];
	struct text text;
	int fd;

	(void)getentropy(chance, sizeof(chance));
	text_init(&text, path, sizeof(path));
	text_puts(&text, folder);
	text_puts(&text, "/.smtpseal-");
	for (size_t i = 0; i < sizeof(chance); i++)
		text_putc(&text, (char)('a' + chance[i] % 26));
	text_end(&text);
	if (text.cut) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    S_IRUSR | S_IWUSR);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* Where neither file system nor libc can reserve room (jffs2 with musl), it is
 * taken by being written to. */
static int fill(int fd, size_t from, size_t to)
{
	static const char zeros[FILL_OCTETS];

	while (from < to) {
		size_t len =
		    to - from < sizeof(zeros) ? to - from : sizeof(zeros);
		ssize_t written = pwrite(fd, zeros, len, (off_t)from);

		if (written < 0 && errno != EINTR)
			return errno;
		if (written > 0)
			from += (size_t)written;
	}
	return 0;
}

/* Makes the file `to` octets large, all of them on the disk. Returns an errno,
 * as posix_fallocate does. */
static int reserve(int fd, size_t from, size_t to)
{
	int error;

	do {
		error = posix_fallocate(fd, (off_t)from, (off_t)(to - from));
	} while (error == EINTR);
	return error == EOPNOTSUPP || error == EINVAL ? fill(fd, from, to)
						      : error;
}

/* The file grows, and is seen in one piece again. The piece before stays until
 * there is a new one: the content in it must not be lost by trying. */
static int stretch(struct spool *spool, size_t size)
{
	int error = reserve(spool->fd, spool->size, size);
	void *map;

	if (error != 0)
		return error;
	map =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, spool->fd, 0);
	if (map == MAP_FAILED)
		return errno;
	if (spool->map)
		munmap(spool->map, spool->size);
	spool->map = map;
	spool->size = size;
	return 0;
}

/* A first file in this folder. */
static int begin_in(struct spool *spool, const char *folder)
{
	int error;

	spool->folder = folder;
	spool->fd = open_nameless(folder);
	if (spool->fd < 0)
		return errno;
	error = stretch(spool, SPOOL_FIRST_OCTETS);
	if (error != 0)
		close(spool->fd);
	return error;
}

static int begin(struct spool *spool, const char *folder)
{
	const char *folders[] = { folder, getenv("TMPDIR"), "/var/tmp",
		"/tmp" };
	int error = ENOENT;

	for (size_t i = 0; i < array_len(folders) && error != 0; i++)
		if (folders[i] && folders[i][0])
			error = begin_in(spool, folders[i]);
	return error;
}

/* ---- for a session ---- */

static size_t next_size(size_t size)
{
	return size + (size < SPOOL_STEP_OCTETS ? size : SPOOL_STEP_OCTETS);
}

static void tell(struct spool *spool, struct facts *facts, int error)
{
	if (!fact_begin(facts, failure_level(FAIL_NO_ROOM), "failed"))
		return;
	fact_word(facts, "failure", failure_name(FAIL_NO_ROOM));
	fact_word(facts, "folder", span_of(spool->folder));
	fact_number(facts, "size", spool->size);
	fact_word(facts, "detail", span_of(strerror(error)));
	fact_word(facts, "hint", failure_hint(FAIL_NO_ROOM));
	fact_end(facts);
}

/* More room, with what is held at its front; or an errno. */
static int grow(struct spool *spool, struct span held, const char *folder)
{
	int error;

	if (spool->map) {
		ENSURE(held.ptr == spool->map);
		return stretch(spool, next_size(spool->size));
	}
	error = begin(spool, folder);
	if (error != 0)
		return error;
	ENSURE(held.len < spool->size);
	memcpy(spool->map, held.ptr, held.len);
	return 0;
}

/* see spool.h */
void spool_serve(struct spool *spool, struct session *session,
    const struct loan *loan, const char *folder)
{
	int error = EFBIG;

	if (spool->size < SPOOL_MOST_OCTETS)
		error = grow(spool, session_held(session), folder);
	if (error == 0) {
		session_more_room(session, spool->map, spool->size);
		return;
	}
	if (spool->size < SPOOL_MOST_OCTETS) {
		tell(spool, session->facts, error);
		session_no_room(session, FAIL_NO_ROOM, loan);
	} else {
		session_no_room(session, FAIL_TOO_LARGE, loan);
	}
	spool_close(spool);
}

/* see spool.h */
void spool_close(struct spool *spool)
{
	if (!spool->map)
		return;
	munmap(spool->map, spool->size);
	close(spool->fd);
	*spool = (struct spool){ 0 };
}
