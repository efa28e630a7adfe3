#include "net/queue.h"

/* see queue.h */
void queue_join(struct queue *queue, struct waiter *waiter)
{
	waiter->queue = queue;
	waiter->next = NULL;
	waiter->previous = queue->last;
	if (queue->last)
		queue->last->next = waiter;
	else
		queue->first = waiter;
	queue->last = waiter;
	queue->count++;
}

/* see queue.h */
void queue_leave(struct waiter *waiter)
{
	struct queue *queue = waiter->queue;

	if (!queue)
		return;
	if (waiter->next)
		waiter->next->previous = waiter->previous;
	else
		queue->last = waiter->previous;
	if (waiter->previous)
		waiter->previous->next = waiter->next;
	else
		queue->first = waiter->next;
	waiter->queue = NULL;
	queue->count--;
}
