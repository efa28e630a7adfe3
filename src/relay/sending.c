#include "relay/sending.h"

#include "smtp/date.h"

/* see sending.h */
struct span sending_sender(
    const struct session *session, struct span path, char *storage)
{
	struct span sender = session->rewriting.sender;
	struct text text;

	if (sender.len == 0 || span_equal(path, SPAN("<>")))
		return path;
	text_init(&text, storage, PATH_MAX_OCTETS);
	text_putc(&text, '<');
	text_put(&text, sender);
	text_putc(&text, '>');
	return text_span(&text);
}

/* What the plan has to say to the operator. */
static void tell_plan(struct session *session)
{
	const struct rewrite *rewrite = &session->rewrite;
	struct facts *facts = session->facts;

	if (rewrite->was_signed &&
	    fact_begin(facts, LOG_LEVEL_WARN, "signature-broken")) {
		fact_word(facts, "hint",
		    SPAN("From was changed in a message "
			 "with a DKIM-Signature; see signed in [account]"));
		fact_end(facts);
	}
	if (rewrite->is_untouched && session->rewriting.sender.len > 0 &&
	    fact_begin(facts, LOG_LEVEL_WARN, "header-untouched")) {
		fact_word(facts, "hint",
		    SPAN("the header section is too large to be "
			 "rewritten; raise hold in [device], to 1M at most"));
		fact_end(facts);
	}
}

/* see sending.h */
enum failure sending_plan(struct session *session)
{
	char date[64];
	char storage[PATH_MAX_OCTETS];
	size_t cursor = 0;
	struct span path = sending_sender(
	    session, envelope_path(&session->envelope, &cursor), storage);
	struct text text;
	struct rewrite_world world;

	if (session->rewrite.is_planned)
		return FAIL_NONE;
	text_init(&text, date, sizeof(date));
	date_put(&text, session->time);
	world = (struct rewrite_world){
		.date = text_span(&text),
		.id = session->id,
		.from = span_first(span_from(path, 1), path.len - 2),
	};
	switch (rewrite_plan(&session->rewrite, &session->rewriting, &world,
	    buf_peek(&session->hold), session->is_whole)) {
	case REWRITE_READY:
		break;
	case REWRITE_TWO_FROMS:
		return FAIL_TWO_FROMS;
	case REWRITE_SIGNED:
		return FAIL_SIGNED;
	}
	tell_plan(session);
	return FAIL_NONE;
}

/* see sending.h */
struct span sending_peek(struct session *session)
{
	buf_took(&session->hold, rewrite_skip(&session->rewrite));
	return rewrite_peek(&session->rewrite, buf_peek(&session->hold));
}

/* see sending.h */
void sending_took(struct session *session, size_t len)
{
	buf_took(&session->hold, rewrite_took(&session->rewrite, len));
}

/* see sending.h */
struct chunk sending_count(struct session *session, bool *is_all)
{
	struct rewrite rewrite;
	struct chunk next = session->upstream->chunk;
	struct span held;
	struct span piece;
	size_t room = SENDING_CHUNK_OCTETS;

	/* What is left out here makes room, even if nothing else leaves. */
	(void)sending_peek(session);
	rewrite = session->rewrite;
	held = buf_peek(&session->hold);
	while ((piece = rewrite_peek(&rewrite, held)).len > 0 && room > 0) {
		piece = span_first(piece, room);
		room -= piece.len;
		chunk_count(&next, piece);
		held = span_from(held, rewrite_took(&rewrite, piece.len));
		held = span_from(held, rewrite_skip(&rewrite));
	}
	*is_all = piece.len == 0;
	return next;
}
