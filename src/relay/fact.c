#include "relay/fact.h"

#include <string.h>

#include "base/ensure.h"

/* What stands before the words of each fact. */
struct fact_head {
	unsigned char level;
	unsigned char high; /* length of the words */
	unsigned char low;
};

/* see fact.h */
void facts_init(struct facts *facts, enum log_level level)
{
	facts->level = level;
	facts->lost = 0;
	facts_clear(facts);
}

/* see fact.h */
bool fact_begin(struct facts *facts, enum log_level level, const char *event)
{
	struct fact_head head = { .level = (unsigned char)level };

	if (level > facts->level)
		return false;
	if (FACTS_OCTETS - facts->len < sizeof(head) + FACT_MAX_OCTETS) {
		facts->lost++;
		return false;
	}
	facts->open = facts->len;
	memcpy(facts->octets + facts->len, &head, sizeof(head));
	text_init(&facts->words, facts->octets + facts->len + sizeof(head),
	    FACT_MAX_OCTETS);
	text_put(&facts->words, SPAN("event="));
	text_puts(&facts->words, event);
	return true;
}

static void put_key(struct facts *facts, const char *key)
{
	text_putc(&facts->words, ' ');
	text_puts(&facts->words, key);
	text_putc(&facts->words, '=');
}

/* see fact.h */
void fact_word(struct facts *facts, const char *key, struct span value)
{
	put_key(facts, key);
	text_value(&facts->words, value);
}

/* see fact.h */
void fact_number(struct facts *facts, const char *key, uint64_t value)
{
	put_key(facts, key);
	text_number(&facts->words, value);
}

/* see fact.h */
void fact_end(struct facts *facts)
{
	struct fact_head head;
	size_t len = facts->words.len;

	memcpy(&head, facts->octets + facts->open, sizeof(head));
	head.high = (unsigned char)(len >> 8);
	head.low = (unsigned char)(len & 0xff);
	memcpy(facts->octets + facts->open, &head, sizeof(head));
	facts->len = facts->open + sizeof(head) + len;
}

/* see fact.h */
bool facts_read(const struct facts *facts, size_t *at, enum log_level *level,
    struct span *words)
{
	struct fact_head head;
	size_t len;

	if (*at >= facts->len)
		return false;
	memcpy(&head, facts->octets + *at, sizeof(head));
	len = (size_t)head.high << 8 | head.low;
	ENSURE(*at + sizeof(head) + len <= facts->len);
	*level = head.level;
	*words = span_make(facts->octets + *at + sizeof(head), len);
	*at += sizeof(head) + len;
	return true;
}

/* see fact.h */
void facts_clear(struct facts *facts)
{
	facts->len = 0;
	facts->open = 0;
}
