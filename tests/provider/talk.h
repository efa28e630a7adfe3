/*
 * talk - the conversation with one client, from greeting to the end.
 *
 * Three files speak here: talk.c has the loop and the table of verbs, mail.c
 * the transaction, login.c the mechanisms. All they say goes through `say`
 * or `act` (act.h), where the script may interfere.
 *
 * Owns:    the wire and the message in progress.
 * Borrows: the world, which outlives every talk.
 * Bounds:  TALK_ENVELOPE_OCTETS of MAIL and RCPT commands a message.
 */
#ifndef PROVIDER_TALK_H
#define PROVIDER_TALK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "provider/body.h"
#include "provider/options.h"
#include "provider/record.h"
#include "provider/script.h"
#include "provider/store.h"
#include "provider/tls.h"
#include "provider/wire.h"

enum { TALK_ENVELOPE_OCTETS = 64 * 1024, TALK_EHLO_OCTETS = 32 * 1024 };

/* What all connections share. */
struct world {
	struct options options;
	struct script script;
	struct record record;
	struct store store;
	SSL_CTX *tls;
	atomic_bool stop;
};

struct talk {
	struct world *world;
	unsigned number; /* of the connection, from 1 */
	bool over;
	bool reset;   /* and it shall end with RST */
	bool greeted; /* EHLO or HELO was answered */
	bool logged_in;
	bool has_mail;
	bool chunked; /* a BDAT was accepted: `message` is in progress */
	bool rested;  /* a message ended and nothing was heard since */
	unsigned recipients;
	unsigned heard[STAGE_COUNT];
	size_t envelope_len;
	char ehlo[TALK_EHLO_OCTETS]; /* our last reply to EHLO */
	char envelope[TALK_ENVELOPE_OCTETS];
	struct body body;
	struct message message;
	struct wire wire;
};

/* Serves the connection `fd` to its end and closes it. `refused`: with 421,
 * since there are too many. */
void talk_serve(struct talk *talk, struct world *world, int fd, unsigned number,
    bool refused);

/* For the files of this room only. */

/* Did our last EHLO reply offer `keyword`? (`AUTH=` counts as AUTH.) */
bool talk_offered(const struct talk *talk, const char *keyword);

/*
 * Under --strict notes what the client did wrong and is true, so that it is
 * refused; else false, and it goes through.
 */
bool talk_wrong(struct talk *talk, const char *what);

/* Forgets the transaction. */
void talk_forget(struct talk *talk);

/* The handlers of single verbs; `words` is what follows the verb, NUL ended. */
void mail_on_mail(struct talk *talk, char *words);
void mail_on_rcpt(struct talk *talk, char *words);
void mail_on_data(struct talk *talk, char *words);
void mail_on_bdat(struct talk *talk, char *words);
void login_on_auth(struct talk *talk, char *words);

#endif
