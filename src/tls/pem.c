#include "tls/pem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/ensure.h"

/* The file's size, or 0 with words in `why`. */
static size_t size_of(FILE *stream, const char *file, struct text *why)
{
	struct stat about;
	const char *fault = NULL;

	if (fstat(fileno(stream), &about) != 0)
		fault = strerror(errno);
	else if (!S_ISREG(about.st_mode))
		fault = "is not a file";
	else if (about.st_size == 0)
		fault = "is empty";
	else if (about.st_size > PEM_MAX_OCTETS)
		fault = "is too large";
	if (!fault)
		return (size_t)about.st_size;
	text_puts(why, file);
	text_puts(why, ": ");
	text_puts(why, fault);
	return 0;
}

/* see pem.h */
bool pem_open(struct pem *pem, const char *file, struct text *why)
{
	FILE *stream = fopen(file, "rb");
	size_t size;
	char *octets;

	*pem = (struct pem){ .file = file };
	if (!stream) {
		text_puts(why, file);
		text_puts(why, ": ");
		text_puts(why, strerror(errno));
		return false;
	}
	/* A buffer of stdio's would keep a copy of a key. */
	setvbuf(stream, NULL, _IONBF, 0);
	size = size_of(stream, file, why);
	if (size > 0) {
		octets = arena_alloc(&pem->arena, size);
		pem->rest = span_make(octets, fread(octets, 1, size, stream));
	}
	fclose(stream);
	if (size > 0 && span_starts_nocase(pem->rest, SPAN("\xef\xbb\xbf")))
		pem->rest = span_from(pem->rest, 3);
	return size > 0;
}

/* The next line without what is invisible at its ends. */
static bool take_line(struct pem *pem, struct span *line)
{
	size_t end = span_find(pem->rest, '\n');

	if (pem->rest.len == 0)
		return false;
	*line = span_first(pem->rest, end);
	pem->rest = span_from(pem->rest, end + 1);
	pem->line++;
	while (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	*line = span_trim(*line);
	return true;
}

/* Is it "-----BEGIN label-----" (or END)? */
static bool is_mark(struct span line, struct span mark, struct span *label)
{
	static const struct span dashes = SPAN("-----");

	if (line.len < mark.len + dashes.len ||
	    !span_equal(span_first(line, mark.len), mark) ||
	    !span_equal(span_from(line, line.len - dashes.len), dashes))
		return false;
	*label = span_from(line, mark.len);
	label->len -= dashes.len;
	return true;
}

static bool is_encrypting(struct span line)
{
	return span_starts_nocase(line, SPAN("Proc-Type:")) &&
	       span_find(line, 'E') < line.len;
}

/*
 * Moves the object's base64 together, on its own place: what is decoded never
 * gets ahead of what is read. False when the file ends before the object.
 */
static bool gather(struct pem *pem, struct pem_object *object, char *to)
{
	struct span line, label;
	char *at = to;

	while (take_line(pem, &line)) {
		if (is_mark(line, SPAN("-----END "), &label)) {
			object->der = span_make(to, (size_t)(at - to));
			return span_equal(label, object->label);
		}
		if (is_encrypting(line))
			object->is_encrypted = true;
		if (line.len == 0 || span_find(line, ':') < line.len)
			continue;
		memmove(at, line.ptr, line.len);
		at += line.len;
	}
	return false;
}

static enum pem_verdict broken(const struct pem *pem,
    const struct pem_object *object, const char *fault, struct text *why)
{
	text_puts(why, pem->file);
	text_puts(why, ": line ");
	text_number(why, object->line);
	text_puts(why, ": what begins here ");
	text_puts(why, fault);
	return PEM_BROKEN;
}

static bool is_encrypted_label(struct span label)
{
	return span_starts_nocase(label, SPAN("ENCRYPTED "));
}

/* see pem.h */
enum pem_verdict pem_next(
    struct pem *pem, struct pem_object *object, struct text *why)
{
	struct span line;
	char *place;

	*object = (struct pem_object){ 0 };
	do {
		if (!take_line(pem, &line))
			return PEM_END;
	} while (!is_mark(line, SPAN("-----BEGIN "), &object->label));
	object->line = pem->line;
	object->is_encrypted = is_encrypted_label(object->label);
	/* The octets are the arena's, so they may be written to. */
	place = (char *)(uintptr_t)pem->rest.ptr;
	if (!gather(pem, object, place))
		return broken(pem, object, "has no END line", why);
	if (!base64_decode(object->der, place, &object->der.len))
		return broken(pem, object, "is not base64", why);
	return PEM_OBJECT;
}

/* see pem.h */
void pem_close(struct pem *pem)
{
	arena_free(&pem->arena);
	*pem = (struct pem){ 0 };
}
