#include "net/holddown.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

/* see holddown.h */
bool holddown_path(
    const char *directory, const char *account, char *path, size_t size)
{
	int len = snprintf(path, size, "%s/%s.proved", directory, account);

	return len > 0 && (size_t)len < size;
}

/* see holddown.h */
void holddown_begin(struct holddown *holddown, uint64_t now)
{
	holddown->length_ms *= 2;
	if (holddown->length_ms < HOLDDOWN_MS)
		holddown->length_ms = HOLDDOWN_MS;
	if (holddown->length_ms > HOLDDOWN_MAX_MS)
		holddown->length_ms = HOLDDOWN_MAX_MS;
	holddown->until = now + holddown->length_ms;
	holddown->since = (int64_t)time(NULL);
}

/* Has `doctor` logged in since it began? */
static bool is_proved(
    const struct holddown *holddown, const char *directory, const char *account)
{
	char path[1024];
	struct stat info;

	return holddown_path(directory, account, path, sizeof(path)) &&
	       stat(path, &info) == 0 && info.st_mtime >= holddown->since;
}

/* see holddown.h */
bool holddown_stands(struct holddown *holddown, uint64_t now,
    const char *directory, const char *account)
{
	if (now >= holddown->until)
		return false;
	if (is_proved(holddown, directory, account))
		holddown->until = 0;
	return holddown->until > 0;
}

/* see holddown.h */
void holddown_end(struct holddown *holddown)
{
	*holddown = (struct holddown){ 0 };
}
