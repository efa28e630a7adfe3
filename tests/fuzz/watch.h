/*
 * watch - what a provider and a device of fuzz_session have heard, judged from
 * the octets alone: nothing that the engines believe of themselves is trusted
 * but their stage.
 *
 * Borrows: session and upstream, to look at.
 * Faults:  whatever must not be said traps.
 */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include "relay/session.h"

enum { WATCH_LINE_OCTETS = 40000 };

/* One provider's connection. */
struct watch_provider {
	char line[WATCH_LINE_OCTETS]; /* the command being said */
	size_t len;
	bool has_said_auth;
	bool has_said_mail;
	bool has_said_data; /* its content may come */
	bool has_said_bdat; /* of this transaction some has come */
	uint64_t chunk_left;
	bool is_last_chunk;
	unsigned chunks;    /* that were said, of this transaction */
	unsigned answers;   /* whole ones that came since the first */
	char last;	    /* octet of the content before the next one */
	size_t line_octets; /* of the line of content being said */
	bool has_begun_dot; /* that line begins with a dot */
	bool has_ended;	    /* the end was said */
	char code[4];	    /* of the reply being said */
	size_t code_len;
	bool is_begun;
	bool is_behind; /* that reply began behind the end */
	bool is_accepted;
};

struct watch {
	const struct session *session;
	const struct upstream *upstream;
	const struct upstream_policy *policy;
	struct watch_provider provider;
	bool has_content_left; /* for the message that the device sends */
	char heard[CLIENT_REPLY_OCTETS]; /* the line the device hears */
	size_t heard_len;
	bool is_dot_awaited; /* 354 was said to it */
	/* By a provider, of which the device has not heard yet: by then there
	 * may be another provider. */
	unsigned acceptances;
};

/* The device cannot have heard of the last acceptance: it may hear of it
 * later. */
void watch_unheard(struct watch *watch);

/* Nothing was heard by anybody; by a new provider. */
void watch_init(struct watch *watch, const struct session *session,
    const struct upstream *upstream, const struct upstream_policy *policy);
void watch_link(struct watch *watch);

/* These octets go to the provider now, come from it, go to the device. */
void watch_said(struct watch *watch, struct span octets);
void watch_answered(struct watch *watch, struct span octets);
void watch_heard(struct watch *watch, struct span octets);

/* The device has closed: it hears no more. */
void watch_gone(struct watch *watch);

/* The session has moved: content belongs to the message under way. */
void watch_phase(struct watch *watch);

#endif
