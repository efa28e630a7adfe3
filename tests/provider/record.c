#include "provider/record.h"

#include <stdarg.h>
#include <string.h>

/* see record.h */
bool record_open(struct record *record, const char *path)
{
	record->log = strcmp(path, "-") == 0 ? stderr : fopen(path, "a");
	if (!record->log)
		return false;
	/* By line, so that whoever waits for a reply finds its line there. */
	return setvbuf(record->log, NULL, _IOLBF, 1 << 15) == 0;
}

/* Holds the lock of `log`, so that lines of two threads do not mix. */
static void put_escaped(FILE *log, const char *text, size_t len)
{
	if (len > RECORD_MAX_LINE)
		len = RECORD_MAX_LINE;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c > '~')
			fprintf(log, "\\x%02x", c);
		else
			putc_unlocked((int)c, log);
	}
}

static void put_line(
    FILE *log, unsigned number, const char *what, const char *text, size_t len)
{
	flockfile(log);
	fprintf(log, "%u %s ", number, what);
	put_escaped(log, text, len);
	putc_unlocked('\n', log);
	funlockfile(log);
}

/* see record.h */
void record_said(struct record *record, unsigned number, char who,
    const char *text, size_t len)
{
	char what[] = { who, '\0' };

	while (record->log && len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;
		size_t used = end ? line + 1 : line;

		if (end && line > 0 && text[line - 1] == '\r')
			line--;
		put_line(record->log, number, what, text, line);
		text += used;
		len -= used;
	}
}

/* see record.h */
void record_note(
    struct record *record, unsigned number, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!record->log)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put_line(record->log, number, "N", text, strlen(text));
}

/* see record.h */
void record_violation(
    struct record *record, unsigned number, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	atomic_fetch_add(&record->violations, 1);
	if (record->log && record->log != stderr)
		put_line(record->log, number, "VIOLATION", text, strlen(text));
	put_line(stderr, number, "VIOLATION", text, strlen(text));
}
