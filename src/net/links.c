#include "net/links.h"

/* see links.h */
void links_add(struct links *links, struct link *link)
{
	link->previous = NULL;
	link->next = links->first;
	if (links->first)
		links->first->previous = link;
	links->first = link;
}

/* see links.h */
void links_remove(struct links *links, struct link *link)
{
	if (link->next)
		link->next->previous = link->previous;
	if (link->previous)
		link->previous->next = link->next;
	else
		links->first = link->next;
}

/* see links.h */
unsigned links_count(
    const struct links *links, bool (*is_so)(const struct link *))
{
	unsigned count = 0;

	for (const struct link *link = links->first; link; link = link->next)
		count += is_so(link);
	return count;
}

/* see links.h */
bool links_any(const struct links *links, bool (*is_so)(const struct link *))
{
	const struct link *link = links->first;

	while (link && !is_so(link))
		link = link->next;
	return link;
}

/* see links.h */
struct link *links_freshest(const struct links *links)
{
	struct link *best = NULL;

	for (struct link *link = links->first; link; link = link->next)
		if (links_is_idle(link) &&
		    (!best || link->idle_since > best->idle_since))
			best = link;
	return best;
}

/* see links.h */
bool links_is_unready(const struct link *link)
{
	return !link->lessee && link->upstream.stage < STAGE_READY;
}

/* see links.h */
bool links_is_coming(const struct link *link)
{
	return !link->lessee && upstream_is_coming(&link->upstream);
}

/* see links.h */
bool links_is_idle(const struct link *link)
{
	return !link->lessee && upstream_is_ready(&link->upstream) &&
	       !link_is_stale(link);
}

/* see links.h */
bool links_is_at_pop(const struct link *link)
{
	return link->upstream.stage == STAGE_POP;
}

/* see links.h */
bool links_is_staying(const struct link *link)
{
	return link->upstream.stage != STAGE_QUIT;
}
