/*
 * mailbox - the addresses of a header field: "Joe <joe@example.com>, ..."
 * (RFC 5322 3.4), as devices write them.
 *
 * Quoted strings, comments, encoded words, groups and folded lines are read;
 * so are names with an "@" in them and quotes without an end, which are then
 * called broken.
 *
 * Bounds: none of its own; the results are spans into the value.
 */
#ifndef SMTP_MAILBOX_H
#define SMTP_MAILBOX_H

#include "base/text.h"

struct mailbox {
	struct span name;    /* as it came, quotes and folding included; or the
				text of a comment behind a bare address */
	struct span address; /* without brackets; empty when there is none */
	bool is_broken;	     /* the name must not be repeated as it is */
};

/* Reads the next mailbox of a list; false at its end. */
bool mailbox_next(struct span *rest, struct mailbox *mailbox);

/*
 * Appends the display name so that every reader takes it for one: as it came
 * where it was in order, else repaired (an "@" is written out as " at ", and
 * the whole is quoted). Folding becomes blanks. At most `max` octets.
 */
void mailbox_put_name(
    struct text *text, const struct mailbox *mailbox, size_t max);

#endif
