#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "config/account.h"
#include "config/device.h"
#include "config/ini.h"
#include "config/limits.h"
#include "config/listen.h"
#include "config/section.h"
#include "config/suggest.h"

/* May a section of this kind have a name? */
enum naming { NEVER_NAMED, MAYBE_NAMED, ALWAYS_NAMED };

/* In the order they are read: devices name accounts. */
/* clang-format off */
static const struct kind {
	const char *name;
	enum naming naming;
	void (*read)(struct draft *, const struct ini_section *);
	void (*finish)(struct draft *); /* after all of the kind, or NULL */
} kinds[] = {
	{ "limits",  NEVER_NAMED,  limits_read,       NULL },
	{ "log",     NEVER_NAMED,  limits_read_log,   NULL },
	{ "state",   NEVER_NAMED,  limits_read_state, NULL },
	{ "listen",  MAYBE_NAMED,  listen_read,       listen_finish },
	{ "account", MAYBE_NAMED,  account_read,      NULL },
	{ "device",  ALWAYS_NAMED, device_read,       device_finish },
};
/* clang-format on */

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < array_len(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* "[kind]" or "[kind name]", for a complaint. */
static const char *heading(
    const struct ini_section *section, char *out, size_t room)
{
	snprintf(out, room, "[%s%s%s]", section->kind,
	    section->name[0] ? " " : "", section->name);
	return out;
}

static void complain_kind(
    struct complaints *complaints, const struct ini_section *section)
{
	struct suggestion near = suggestion_for(span_of(section->kind));
	char shown[2 * INI_NAME_OCTETS + 4];

	for (size_t i = 0; i < array_len(kinds); i++)
		suggestion_offer(&near, kinds[i].name);
	heading(section, shown, sizeof(shown));
	if (near.best)
		complain(complaints, section->line, shown,
		    "there is no such section; did you mean [%s]?", near.best);
	else
		complain(complaints, section->line, shown,
		    "there is no such section");
}

/* The nameless account goes by the name "default". */
static const char *true_name(const struct ini_section *section)
{
	if (strcmp(section->kind, "account") == 0 && section->name[0] == '\0')
		return "default";
	return section->name;
}

/* The same section, written earlier in the file; NULL when there is none. */
static const struct ini_section *find_twin(
    const struct ini *ini, const struct ini_section *section)
{
	const struct ini_section *other;

	for (other = ini->sections; other < section; other++)
		if (strcmp(other->kind, section->kind) == 0 &&
		    strcmp(true_name(other), true_name(section)) == 0)
			return other;
	return NULL;
}

/* Are the headings ones that may stand there, each once? */
static void check_headings(struct complaints *complaints, const struct ini *ini)
{
	for (size_t i = 0; i < ini->section_count; i++) {
		const struct ini_section *section = &ini->sections[i];
		const struct kind *kind = find_kind(section->kind);
		const struct ini_section *twin = find_twin(ini, section);
		char shown[2 * INI_NAME_OCTETS + 4];

		heading(section, shown, sizeof(shown));
		if (!kind)
			complain_kind(complaints, section);
		else if (twin)
			complain(complaints, section->line, shown,
			    "it begins in line %u already", twin->line);
		else if (kind->naming == NEVER_NAMED && section->name[0])
			complain(complaints, section->line, shown,
			    "[%s] takes no name", kind->name);
		else if (kind->naming == ALWAYS_NAMED && !section->name[0])
			complain(complaints, section->line, shown,
			    "it needs a name, such as [%s copier]", kind->name);
	}
}

static void read_sections(struct draft *draft, const struct ini *ini)
{
	for (size_t i = 0; i < array_len(kinds); i++) {
		for (size_t j = 0; j < ini->section_count; j++)
			if (strcmp(ini->sections[j].kind, kinds[i].name) == 0)
				kinds[i].read(draft, &ini->sections[j]);
		if (kinds[i].finish)
			kinds[i].finish(draft);
	}
	if (draft->settings->account_count == 0)
		complain(draft->complaints, 1, "[account]",
		    "missing; there must be at least one");
}

/* Opens it for reading and tells its mode; NULL with errno. */
static FILE *open_file(const char *path, mode_t *mode)
{
	FILE *file = NULL;
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &info) == 0) {
		*mode = info.st_mode;
		file = fdopen(fd, "r");
	}
	if (!file) {
		error = errno;
		close(fd);
		errno = error;
	}
	return file;
}

/* "/etc/smtpseal/" of "/etc/smtpseal/smtpseal.ini". */
static const char *folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;

	return arena_string(arena, span_make(path, len));
}

static void read_all(FILE *file, struct draft *draft)
{
	struct ini ini;

	limits_defaults(draft->settings);
	if (!ini_read(file, draft->reading.arena, &ini, draft->complaints)) {
		complain_unreadable(draft->complaints, errno ? errno : EIO);
		return;
	}
	check_headings(draft->complaints, &ini);
	read_sections(draft, &ini);
}

/* see config.h */
struct settings *config_draft(const char *path, struct complaints *complaints)
{
	struct draft draft = { .complaints = complaints };
	mode_t mode = 0;
	FILE *file = open_file(path, &mode);

	if (!file) {
		complain_unreadable(complaints, errno);
		return NULL;
	}
	draft.settings = settings_new();
	draft.settings->file =
	    arena_string(&draft.settings->arena, span_of(path));
	draft.reading.arena = &draft.settings->arena;
	draft.reading.directory = folder_of(draft.reading.arena, path);
	draft.is_private = (mode & (S_IRWXG | S_IRWXO)) == 0;
	read_all(file, &draft);
	fclose(file);
	if (!complaints->unreadable)
		return draft.settings;
	settings_drop(draft.settings);
	return NULL;
}

/* see config.h */
struct settings *config_read(const char *path, struct complaints *complaints)
{
	struct settings *settings = config_draft(path, complaints);

	if (complaints->count == 0)
		return settings;
	settings_drop(settings);
	return NULL;
}
