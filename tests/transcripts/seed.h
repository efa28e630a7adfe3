/*
 * seed - a transcript as a program for fuzz_session (fuzz/program.h), so that
 * the fuzzer begins where the transcripts are.
 *
 * Bounds: what does not fit into `show->program` is left out.
 */
#ifndef TRANSCRIPTS_SEED_H
#define TRANSCRIPTS_SEED_H

#include "fuzz/program.h"
#include "transcripts/show.h"

/* The settings stand: the head is written. */
void seed_begin(struct show *show);

/* The EHLO of a warm connection had these keywords. */
void seed_offers(struct show *show, struct span keywords);

/* A step; one with an octet; one with what is said. */
void seed_step(struct show *show, enum program_step step);
void seed_step_with(struct show *show, enum program_step step, unsigned octet);
void seed_say(struct show *show, enum program_step step, struct span said);

/* Writes the program to FOLDER/NAME, NAME being that of the transcript. */
bool seed_save(const struct show *show, const char *folder);

#endif
