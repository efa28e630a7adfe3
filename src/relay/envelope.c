#include "relay/envelope.h"

#include "base/ensure.h"

/* see envelope.h */
void envelope_init(struct envelope *envelope, char *storage, size_t size)
{
	*envelope = (struct envelope){ 0 };
	text_init(&envelope->paths, storage, size);
}

/* see envelope.h */
bool envelope_add(struct envelope *envelope, const struct address *address)
{
	struct text *paths = &envelope->paths;

	if (paths->cap - paths->len < PATH_MAX_OCTETS + 1)
		return false;
	address_put_path(paths, address);
	text_putc(paths, '\n');
	envelope->count++;
	return true;
}

/* see envelope.h */
void envelope_mark(struct envelope *envelope)
{
	envelope->mark = envelope->paths.len;
	envelope->mark_count = envelope->count;
}

/* see envelope.h */
void envelope_take_back(struct envelope *envelope)
{
	envelope->paths.len = envelope->mark;
	envelope->count = envelope->mark_count;
}

/* see envelope.h */
size_t envelope_end(const struct envelope *envelope)
{
	return envelope->paths.len;
}

/* see envelope.h */
struct span envelope_path(const struct envelope *envelope, size_t *cursor)
{
	struct span rest = span_from(text_span(&envelope->paths), *cursor);
	size_t len = span_find(rest, '\n');

	ENSURE(len < rest.len);
	*cursor += len + 1;
	return span_first(rest, len);
}

/* see envelope.h */
struct span envelope_sender(const struct envelope *envelope)
{
	size_t cursor = 0;
	struct span path = envelope_path(envelope, &cursor);

	return span_first(span_from(path, 1), path.len - 2);
}
