/*
 * store - messages, written to files or only counted.
 *
 * DIR/NNNN.eml is a message's content, octet for octet, dots unstuffed;
 * DIR/NNNN.txt the MAIL and RCPT commands it came with. Numbers are given in
 * the order of acceptance and go on behind what DIR holds already. The .txt
 * is there before the .eml, both are whole when they appear, and they appear
 * before the client hears 250.
 *
 * Owns:   the message's unfinished file.
 * Faults: a disk that fails is told on stderr and refuses the message.
 */
#ifndef PROVIDER_STORE_H
#define PROVIDER_STORE_H

#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { STORE_PATH_OCTETS = 4096, STORE_BUFFER_OCTETS = 64 * 1024 };

struct store {
	const char *dir; /* NULL: only count */
	bool sum;
	pthread_mutex_t lock;
	unsigned long last; /* the last number given */
};

struct message {
	struct store *store;
	FILE *file;
	EVP_MD_CTX *sum;
	uint64_t octets;
	bool failed;
	char hex[2 * EVP_MAX_MD_SIZE + 1]; /* SHA-256, after the commit */
	char path[STORE_PATH_OCTETS];	   /* of the unfinished file */
	char buffer[STORE_BUFFER_OCTETS];
};

/* Makes `dir` if need be and looks for its highest number. */
bool store_open(struct store *store, const char *dir, bool sum);

/* An empty message, to be ended by message_commit or message_drop. `number`
 * is the connection's: it begins one message at a time. */
void message_begin(
    struct message *message, struct store *store, unsigned number);
void message_put(struct message *message, const char *octets, size_t len);

/* Makes it stay, with its envelope. The number it got, 0 if that failed. */
unsigned long message_commit(
    struct message *message, const char *envelope, size_t len);
void message_drop(struct message *message);

#endif
