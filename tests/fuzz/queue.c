#include "fuzz/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

/* see queue.h */
struct span queue_peek(const struct queue *queue)
{
	return span_make(queue->octets, queue->len);
}

static void set_both(struct queue *queue, struct span one, struct span other)
{
	char *joined = malloc(one.len + other.len);

	ENSURE(joined);
	if (one.len > 0)
		memcpy(joined, one.ptr, one.len);
	if (other.len > 0)
		memcpy(joined + one.len, other.ptr, other.len);
	free(queue->octets);
	*queue = (struct queue){ joined, one.len + other.len };
}

/* see queue.h */
void queue_set(struct queue *queue, struct span octets)
{
	set_both(queue, octets, SPAN(""));
}

/* see queue.h */
void queue_put(struct queue *queue, struct span octets)
{
	set_both(queue, queue_peek(queue), octets);
}

/* see queue.h */
void queue_took(struct queue *queue, size_t used)
{
	ENSURE(used <= queue->len);
	if (used > 0)
		queue_set(queue, span_from(queue_peek(queue), used));
}

/* see queue.h */
void queue_free(struct queue *queue)
{
	free(queue->octets);
	*queue = (struct queue){ 0 };
}
