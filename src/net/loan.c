#include "net/loan.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	ENVELOPE_PATH_OCTETS = 96, /* on the average */
	ENVELOPE_MAX_OCTETS = 32768,
	ID_OCTETS = 128,
	ID_HOST_OCTETS = 64,
};

static size_t envelope_size(const struct client_policy *policy)
{
	size_t size = 2 * (PATH_MAX_OCTETS + 1) +
		      (size_t)policy->recipients * ENVELOPE_PATH_OCTETS;

	return size < ENVELOPE_MAX_OCTETS ? size : ENVELOPE_MAX_OCTETS;
}

/* The time, our number and chance: no other message has it. */
static struct span make_id(
    char *storage, int64_t now, uint64_t number, struct span host)
{
	unsigned char chance[8] = { 0 };
	struct text text;

	(void)getentropy(chance, sizeof(chance));
	text_init(&text, storage, ID_OCTETS);
	text_putc(&text, '<');
	text_number(&text, (uint64_t)now);
	text_putc(&text, '.');
	text_number(&text, number);
	text_putc(&text, '.');
	for (size_t i = 0; i < sizeof(chance); i++)
		text_putc(&text, (char)('a' + chance[i] % 26));
	text_putc(&text, '@');
	text_put(&text, span_first(host, ID_HOST_OCTETS));
	text_putc(&text, '>');
	return text_span(&text);
}

/* see loan.h */
bool loan_take(struct loan *loan, const struct client_policy *policy,
    struct receipts *receipts, uint64_t number)
{
	size_t envelope = envelope_size(policy);
	char *block;

	if (loan->envelope)
		return true;
	block =
	    malloc(envelope + REWRITE_TEXT_OCTETS + ID_OCTETS + policy->hold);
	if (!block)
		return false;
	*loan = (struct loan){
		.envelope = block,
		.envelope_size = envelope,
		.fields = block + envelope,
		.fields_size = REWRITE_TEXT_OCTETS,
		.hold = block + envelope + REWRITE_TEXT_OCTETS + ID_OCTETS,
		.hold_size = policy->hold,
		.time = (int64_t)time(NULL),
		.receipts = receipts,
	};
	loan->id = make_id(block + envelope + REWRITE_TEXT_OCTETS, loan->time,
	    number, policy->hello);
	return true;
}

/* see loan.h */
void loan_return(struct loan *loan)
{
	free(loan->envelope);
	*loan = (struct loan){ 0 };
}
