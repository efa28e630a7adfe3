#include "config/complaints.h"

#include <stdarg.h>
#include <string.h>

enum { COMPLAINT_OCTETS = 600 };

/* see complaints.h */
void complaints_init(struct complaints *complaints, const char *file)
{
	*complaints = (struct complaints){ 0 };
	complaints->file = arena_string(&complaints->arena, span_of(file));
}

/* see complaints.h */
void complaints_finish(struct complaints *complaints)
{
	arena_free(&complaints->arena);
	*complaints = (struct complaints){ 0 };
}

/* Makes room for one behind all those of the same and of earlier lines. */
static struct complaint *place_for(struct complaints *complaints, unsigned line)
{
	struct complaint *place;

	complaints->list = arena_grow(&complaints->arena, complaints->list,
	    &complaints->count, sizeof(*complaints->list));
	place = complaints->list + complaints->count - 1;
	while (place > complaints->list && place[-1].line > line) {
		place[0] = place[-1];
		place--;
	}
	return place;
}

/* see complaints.h */
void complain(struct complaints *complaints, unsigned line, const char *key,
    const char *format, ...)
{
	struct complaint *place = place_for(complaints, line);
	char text[COMPLAINT_OCTETS];
	size_t len;
	va_list args;

	snprintf(text, sizeof(text), "%s: ", key);
	len = strlen(text);
	va_start(args, format);
	vsnprintf(text + len, sizeof(text) - len, format, args);
	va_end(args);
	place->line = line;
	place->text = arena_string(&complaints->arena, span_of(text));
}

/* see complaints.h */
void complain_unreadable(struct complaints *complaints, int error)
{
	complaints->unreadable = error;
}

/* see complaints.h */
void complaints_print(const struct complaints *complaints, FILE *out)
{
	if (complaints->unreadable)
		fprintf(out, "%s: cannot be read: %s\n", complaints->file,
		    strerror(complaints->unreadable));
	for (size_t i = 0; i < complaints->count; i++)
		fprintf(out, "%s:%u: %s\n", complaints->file,
		    complaints->list[i].line, complaints->list[i].text);
}
