#include "relay/receipts.h"

/* see receipts.h */
void receipts_remember(struct receipts *receipts, uint64_t digest, uint64_t now)
{
	struct receipt *oldest = &receipts->list[0];

	for (size_t i = 1; i < RECEIPTS_MOST; i++)
		if (receipts->list[i].until < oldest->until)
			oldest = &receipts->list[i];
	*oldest = (struct receipt){ digest, now + RECEIPTS_MS };
}

/* see receipts.h */
bool receipts_take(struct receipts *receipts, uint64_t digest, uint64_t now)
{
	for (size_t i = 0; i < RECEIPTS_MOST; i++) {
		struct receipt *receipt = &receipts->list[i];

		if (receipt->digest != digest || now >= receipt->until)
			continue;
		receipt->until = 0;
		return true;
	}
	return false;
}
