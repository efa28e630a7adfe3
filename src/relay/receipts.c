#include "relay/receipts.h"

static struct receipt *find(struct receipts *receipts, uint64_t digest)
{
	for (size_t i = 0; i < RECEIPTS_MOST; i++)
		if (receipts->list[i].until > 0 &&
		    receipts->list[i].digest == digest)
			return &receipts->list[i];
	return NULL;
}

/* Its place, or the oldest one's. */
static struct receipt *find_place(struct receipts *receipts, uint64_t digest)
{
	struct receipt *place = find(receipts, digest);

	if (place)
		return place;
	place = &receipts->list[0];
	for (size_t i = 1; i < RECEIPTS_MOST; i++)
		if (receipts->list[i].until < place->until)
			place = &receipts->list[i];
	return place;
}

/* see receipts.h */
enum receipts_verdict receipts_look(
    const struct receipts *receipts, uint64_t digest, uint64_t now)
{
	for (size_t i = 0; i < RECEIPTS_MOST; i++) {
		const struct receipt *receipt = &receipts->list[i];

		if (receipt->digest == digest && now < receipt->until)
			return receipt->is_pending ? RECEIPTS_PENDING
						   : RECEIPTS_SENT;
	}
	return RECEIPTS_NONE;
}

/* see receipts.h */
void receipts_left(struct receipts *receipts, uint64_t digest, uint64_t now)
{
	*find_place(receipts, digest) =
	    (struct receipt){ digest, now + RECEIPTS_MS, true };
}

/* see receipts.h */
void receipts_settle(
    struct receipts *receipts, uint64_t digest, bool is_unheard, uint64_t now)
{
	if (is_unheard)
		*find_place(receipts, digest) =
		    (struct receipt){ digest, now + RECEIPTS_MS, false };
	else
		receipts_forget(receipts, digest);
}

/* see receipts.h */
void receipts_forget(struct receipts *receipts, uint64_t digest)
{
	struct receipt *receipt = find(receipts, digest);

	if (receipt)
		receipt->until = 0;
}
