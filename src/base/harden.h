/*
 * harden - what every program that holds secrets does first: no core dumps,
 * no debugger of the same user, new files for the owner alone.
 *
 * Not part of the pure core: it calls the system.
 */
#ifndef BASE_HARDEN_H
#define BASE_HARDEN_H

/* Call it before any secret is read. What the system does not offer is left
 * out. */
void harden_process(void);

#endif
