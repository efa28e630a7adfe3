/*
 * rewrite - a message's header section, as the provider wants it.
 *
 * Providers refuse a From that is not the mailbox logged in to, and messages
 * without Date, Message-ID or From. This room looks at the header section
 * while it lies in `hold`, before the provider's DATA begins, and makes a list
 * of edits; content then leaves with the edits in their places. What needs no
 * edit passes octet for octet, and nothing behind the section is looked at.
 *
 * put:   rewrite_plan
 * peek:  rewrite_peek; took: rewrite_took
 *
 * Borrows: storage for the new text, with the loan.
 * Bounds:  REWRITE_EDITS edits, the storage; a section that does not fit into
 *          `hold`, or into REWRITE_SECTION_OCTETS, passes untouched, and is
 *          told: whoever holds all must not be made to look at all.
 */
#ifndef RELAY_REWRITE_H
#define RELAY_REWRITE_H

#include "base/text.h"
#include "relay/policy.h"
#include "smtp/address.h"

enum {
	REWRITE_EDITS = 16,
	REWRITE_TEXT_OCTETS = 4096, /* the least the storage must hold */
	REWRITE_SECTION_OCTETS = 1 << 20,
};

struct rewrite_policy {
	struct span sender; /* "" or the address that From becomes */
	enum reply_to reply_to;
	struct span reply_address; /* for REPLY_TO_ADDRESS */
	enum signed_mode is_signed;
	bool completes; /* missing fields are added */
};

/* What only the world knows, as words. */
struct rewrite_world {
	struct span date; /* "Sat, 21 Nov 2026 10:15:08 +0000" */
	struct span id;	  /* "<unique@host>" */
	struct span from; /* the envelope's sender, "" when null */
};

enum rewrite_verdict {
	REWRITE_READY,
	REWRITE_TWO_FROMS, /* which one is meant? refuse */
	REWRITE_SIGNED,	   /* signed, and the policy says refuse */
};

struct edit {
	uint32_t at;	  /* place in the content, which lies in `hold` */
	uint32_t len;	  /* octets of it left out */
	uint32_t text_at; /* new octets instead */
	uint32_t text_len;
};

struct rewrite {
	struct text text; /* all new octets, one after the other */
	struct edit edits[REWRITE_EDITS];
	size_t count;
	size_t next;	  /* edit not yet passed */
	size_t text_sent; /* of its text */
	uint64_t at;	  /* content passed so far */
	bool is_planned;
	bool was_signed;   /* From changed although there is a signature */
	bool is_untouched; /* the section was too large to be looked at */
};

/* Nothing planned yet. */
void rewrite_init(struct rewrite *rewrite, char *storage, size_t size);

/*
 * Looks at the content's beginning, as much of it as there is; `is_whole` says
 * that there is no more. Called once.
 */
enum rewrite_verdict rewrite_plan(struct rewrite *rewrite,
    const struct rewrite_policy *policy, const struct rewrite_world *world,
    struct span content, bool is_whole);

/* Octets of content that are left out here: dropped before anything is
 * shown. Called before each rewrite_peek. */
size_t rewrite_skip(struct rewrite *rewrite);

/*
 * What leaves next: a piece of `content`, whose front is the first octet not
 * yet passed, or new text. Empty when more content is needed, or there is no
 * more.
 */
struct span rewrite_peek(const struct rewrite *rewrite, struct span content);

/* So much of what was shown has left; returns how much of `content` is passed
 * by that: all of it, or nothing when it was new text. */
size_t rewrite_took(struct rewrite *rewrite, size_t len);

/* Octets that the edits add; negative when they leave out more. */
int64_t rewrite_growth(const struct rewrite *rewrite);

#endif
