/*
 * body - a message's content, read off the wire.
 *
 * The end is CRLF "." CRLF and nothing else; a bare LF is content. Under
 * --strict what no client of ours may send is noted, once a kind and message.
 * The script's orders at STAGE_BODY are obeyed on the way.
 *
 * Borrows: the talk and its message, which has begun.
 * Bounds:  what exceeds --size is read, counted and thrown away.
 */
#ifndef PROVIDER_BODY_H
#define PROVIDER_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order;
struct talk;

struct body {
	struct talk *talk;
	const struct order *order; /* to be obeyed `left` octets from here */
	uint64_t left;
	uint64_t line; /* octets of the line so far */
	char before;   /* the octet before what comes next */
	bool at_start; /* of a line */
	bool ended;
	unsigned noted; /* bits: kinds of violations */
};

void body_begin(struct body *body, struct talk *talk);

/* Reads to the end of data. False when the connection or the talk is over. */
bool body_read(struct body *body);

/* Reads exactly `octets`, as BDAT sends them, checked but not unstuffed. */
bool body_read_chunk(struct body *body, uint64_t octets);

/* The reply that refuses the body, or NULL when nothing is wrong with it. */
const char *body_refusal(const struct body *body);

#endif
