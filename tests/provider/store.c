#include "provider/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long highest(DIR *dir)
{
	unsigned long last = 0;
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		unsigned long number = strtoul(entry->d_name, NULL, 10);

		if (entry->d_name[0] != '.' && number > last)
			last = number;
	}
	return last;
}

/* see store.h */
bool store_open(struct store *store, const char *dir, bool sum)
{
	DIR *listing;

	store->dir = dir;
	store->sum = sum;
	if (!dir)
		return true;
	if (mkdir(dir, 0777) != 0 && errno != EEXIST)
		return false;
	listing = opendir(dir);
	if (!listing)
		return false;
	store->last = highest(listing);
	return closedir(listing) == 0;
}

static void complain(struct message *message, const char *path)
{
	if (!message->failed)
		fprintf(stderr, "provider: %s: %s\n", path, strerror(errno));
	message->failed = true;
}

/* see store.h */
void message_begin(
    struct message *message, struct store *store, unsigned number)
{
	message->store = store;
	message->octets = 0;
	message->failed = false;
	message->hex[0] = '\0';
	message->file = NULL;
	message->sum = store->sum ? EVP_MD_CTX_new() : NULL;
	if (message->sum)
		EVP_DigestInit_ex(message->sum, EVP_sha256(), NULL);
	if (!store->dir)
		return;
	(void)snprintf(message->path, sizeof(message->path), "%s/.%u.part",
	    store->dir, number);
	message->file = fopen(message->path, "w");
	if (!message->file)
		complain(message, message->path);
	else
		(void)setvbuf(message->file, message->buffer, _IOFBF,
		    sizeof(message->buffer));
}

/* see store.h */
void message_put(struct message *message, const char *octets, size_t len)
{
	message->octets += len;
	if (message->sum)
		EVP_DigestUpdate(message->sum, octets, len);
	if (message->file && len > 0 &&
	    fwrite(octets, 1, len, message->file) != len)
		complain(message, message->path);
}

static void finish_sum(struct message *message)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!message->sum)
		return;
	EVP_DigestFinal_ex(message->sum, digest, &len);
	EVP_MD_CTX_free(message->sum);
	message->sum = NULL;
	for (unsigned i = 0; i < len; i++)
		(void)snprintf(message->hex + 2 * i, 3, "%02x", digest[i]);
}

static void finish_file(struct message *message)
{
	if (message->file && fclose(message->file) != 0)
		complain(message, message->path);
	message->file = NULL;
}

static unsigned long next_number(struct store *store)
{
	unsigned long number;

	pthread_mutex_lock(&store->lock);
	number = ++store->last;
	pthread_mutex_unlock(&store->lock);
	return number;
}

/* The envelope as NNNN.txt, then the message as NNNN.eml. */
static void keep(struct message *message, unsigned long number,
    const char *envelope, size_t len)
{
	const char *dir = message->store->dir;
	char path[STORE_PATH_OCTETS];
	char part[STORE_PATH_OCTETS + 8];
	FILE *file;
	bool good;

	(void)snprintf(part, sizeof(part), "%s.txt", message->path);
	(void)snprintf(path, sizeof(path), "%s/%04lu.txt", dir, number);
	file = fopen(part, "w");
	good = file && fwrite(envelope, 1, len, file) == len;
	if (file && fclose(file) != 0)
		good = false;
	if (!good || rename(part, path) != 0)
		complain(message, path);
	(void)snprintf(path, sizeof(path), "%s/%04lu.eml", dir, number);
	if (!message->failed && rename(message->path, path) != 0)
		complain(message, path);
}

/* see store.h */
unsigned long message_commit(
    struct message *message, const char *envelope, size_t len)
{
	unsigned long number = 0;

	finish_sum(message);
	finish_file(message);
	if (!message->failed) {
		number = next_number(message->store);
		if (message->store->dir)
			keep(message, number, envelope, len);
	}
	if (message->failed && message->store->dir)
		(void)unlink(message->path);
	return message->failed ? 0 : number;
}

/* see store.h */
void message_drop(struct message *message)
{
	finish_sum(message);
	finish_file(message);
	if (message->store->dir)
		(void)unlink(message->path);
}
