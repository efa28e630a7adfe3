/*
 * content - what a device sends behind DATA, on its way into `hold`: what is
 * wrong with it, its digest, and where it ends.
 *
 * For session alone; what leaves `hold` is `sending`'s matter.
 */
#ifndef RELAY_CONTENT_H
#define RELAY_CONTENT_H

#include "relay/session.h"

/*
 * Takes content, as much as there is room for, or all of it when the outcome
 * is known already; session->is_whole says that its end was read. True when
 * any was taken.
 */
bool content_put(struct session *session, struct span *in);

#endif
