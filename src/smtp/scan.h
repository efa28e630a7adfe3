/*
 * scan - looks over much content at once.
 *
 * Nearly all content is lines as they should be. To find that out of many
 * octets together costs a fraction of looking at each line; whoever asks looks
 * himself at what is left.
 */
#ifndef SMTP_SCAN_H
#define SMTP_SCAN_H

#include "base/span.h"

enum {
	SCAN_BLOCK_OCTETS = 128,
	SCAN_MAX_OCTETS = 2048, /* looked over at once, whatever is found */
};

/*
 * Length of a front that passes as it is when it is read from a device: each
 * CR has its LF and each LF its CR, no NUL, and no line that begins with a
 * dot. `text` begins within a line, and so much of it ends within one. It may
 * be shorter than it could be; of a block or less it is 0.
 */
size_t scan_clean(struct span text);

/* Length of the front up to and with the first LF that a dot follows, or
 * all. */
size_t scan_undotted(struct span text);

#endif
