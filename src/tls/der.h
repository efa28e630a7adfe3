/*
 * der - taking DER apart, one element after the other.
 *
 * Enough of X.690 for certificates and private keys: tags of one octet,
 * definite lengths of at most four octets. Nothing is read outside the span
 * given, whatever the lengths inside it claim.
 *
 * Borrows: the octets; elements are spans into them.
 */
#ifndef TLS_DER_H
#define TLS_DER_H

#include "base/span.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_OID = 0x06,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
};

struct der {
	unsigned char tag;
	struct span whole;   /* with tag and length */
	struct span content; /* without */
};

/* Cuts the first element off `*rest`. False, with `*rest` as it was, when
 * there is none or it does not fit. */
bool der_take(struct span *rest, struct der *element);

/* The same, for an element that must have this tag; gives its content. */
bool der_take_tag(struct span *rest, unsigned char tag, struct span *content);

#endif
