#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"

enum { LINE_MAX_OCTETS = 2048 };

static enum log_level max_level = LOG_LEVEL_INFO;
static enum log_target sink = LOG_TARGET_STDERR;

/* clang-format off */
static const struct level_row {
	const char *name;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARN]  = { "warn",  LOG_WARNING },
	[LOG_LEVEL_INFO]  = { "info",  LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
	[LOG_LEVEL_TRACE] = { "trace", LOG_DEBUG },
};
/* clang-format on */
static_assert(array_len(levels) == LOG_LEVEL_COUNT, "every level has its row");

/* see log.h */
const char *log_level_name(enum log_level level)
{
	return levels[level].name;
}

/* see log.h */
void log_open(enum log_level level, enum log_target target)
{
	max_level = level;
	if (target == LOG_TARGET_SYSLOG && sink != target)
		openlog("smtpseal", LOG_PID, LOG_MAIL);
	sink = target;
}

/* see log.h */
bool log_wants(enum log_level level)
{
	return level <= max_level;
}

static void put_time(struct text *line)
{
	struct timespec now;
	struct tm utc;
	char stamp[40];
	int len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	len = snprintf(stamp, sizeof(stamp),
	    "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", utc.tm_year + 1900,
	    utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
	    now.tv_nsec / 1000000);
	text_put(line, span_make(stamp, (size_t)len));
}

static void put_words(struct text *line, struct span id, struct span words)
{
	if (id.len > 0) {
		text_put(line, id);
		text_putc(line, ' ');
	}
	text_put(line, words);
}

static void write_stderr(
    enum log_level level, struct span id, struct span words)
{
	char storage[LINE_MAX_OCTETS + 1];
	struct text line;
	ssize_t written;

	text_init(&line, storage, LINE_MAX_OCTETS);
	put_time(&line);
	text_putc(&line, ' ');
	text_puts(&line, levels[level].name);
	text_putc(&line, ' ');
	put_words(&line, id, words);
	storage[line.len++] = '\n';
	/* A full pipe or a closed stderr must not stop the relay. */
	written = write(STDERR_FILENO, storage, line.len);
	(void)written;
}

/* see log.h */
void log_line(enum log_level level, struct span id, struct span words)
{
	char storage[LINE_MAX_OCTETS];
	struct text line;

	if (!log_wants(level))
		return;
	if (sink == LOG_TARGET_STDERR) {
		write_stderr(level, id, words);
		return;
	}
	text_init(&line, storage, sizeof(storage));
	put_words(&line, id, words);
	syslog(levels[level].priority, "%s", text_end(&line));
}

/* see log.h */
void log_event(enum log_level level, const char *format, ...)
{
	char words[LINE_MAX_OCTETS];
	va_list args;
	int len;

	if (!log_wants(level))
		return;
	va_start(args, format);
	len = vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	if (len < 0)
		return;
	if ((size_t)len >= sizeof(words))
		len = sizeof(words) - 1;
	log_line(level, (struct span){ 0 }, span_make(words, (size_t)len));
}
