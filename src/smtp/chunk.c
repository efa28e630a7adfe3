#include "smtp/chunk.h"

#include "base/ensure.h"
#include "base/text.h"

/* see chunk.h */
void chunk_init(struct chunk *chunk)
{
	*chunk = (struct chunk){ .lines = { .keeps_dots = true } };
}

/* see chunk.h */
void chunk_count(struct chunk *next, struct span content)
{
	next->content += content.len;
	next->octets += stuffing_length(&next->lines, content);
}

/* see chunk.h */
void chunk_begin(struct chunk *chunk, const struct chunk *next, bool is_last,
    struct buf *out)
{
	char storage[CHUNK_COMMAND_OCTETS];
	struct text command;

	ENSURE(chunk_is_over(chunk));
	chunk->content = next->content;
	chunk->octets = next->octets;
	chunk->is_last = is_last;
	text_init(&command, storage, sizeof(storage));
	text_puts(&command, "BDAT ");
	text_number(&command, chunk->octets);
	text_puts(&command, is_last ? " LAST\r\n" : "\r\n");
	ENSURE(!command.cut);
	buf_put(out, text_span(&command));
}

/* see chunk.h */
void chunk_put(struct chunk *chunk, struct span *content, struct buf *out)
{
	uint64_t most =
	    chunk->content < content->len ? chunk->content : content->len;
	struct span rest = span_first(*content, (size_t)most);
	size_t before = buf_len(out);
	size_t used = rest.len;
	size_t put;

	stuffing_put(&chunk->lines, &rest, out);
	used -= rest.len;
	put = buf_len(out) - before;
	/* The number that was said is kept to, or nothing leaves. */
	ENSURE(put <= chunk->octets);
	chunk->content -= used;
	chunk->octets -= put;
	ENSURE(chunk->content > 0 || chunk->octets == 0);
	*content = span_from(*content, used);
}

/* see chunk.h */
bool chunk_is_over(const struct chunk *chunk)
{
	return chunk->content == 0;
}
