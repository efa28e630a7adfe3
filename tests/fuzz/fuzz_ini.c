/*
 * Configuration files: whatever stands in one, each thing that was read has
 * its line, is one printable line itself, and what could not be read is
 * complained of.
 */
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "config/ini.h"
#include "fuzz/grain.h"

static void check_string(const char *string, size_t max)
{
	struct span text = span_of(string);

	ENSURE(text.len <= max);
	ENSURE(span_trim(text).len == text.len);
	for (size_t i = 0; i < text.len; i++)
		ENSURE(is_print(text.ptr[i]) || text.ptr[i] == '\t');
}

static void check_section(const struct ini_section *section, unsigned lines)
{
	unsigned line = section->line;

	ENSURE(line >= 1 && line <= lines);
	ENSURE(section->kind[0] != '\0');
	check_string(section->kind, INI_NAME_OCTETS);
	check_string(section->name, INI_NAME_OCTETS);
	for (size_t i = 0; i < section->entry_count; i++) {
		const struct ini_entry *entry = &section->entries[i];

		/* In the order of the file. */
		ENSURE(entry->line > line && entry->line <= lines);
		line = entry->line;
		ENSURE(entry->key[0] != '\0');
		check_string(entry->key, INI_LINE_OCTETS);
		check_string(entry->value, INI_LINE_OCTETS);
		ENSURE(ini_has(section, entry->key));
	}
}

static unsigned count_lines(const uint8_t *data, size_t size)
{
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct complaints complaints;
	struct arena arena = { 0 };
	struct ini ini = { 0 };
	FILE *file;

	if (size == 0)
		return 0;
	file = fmemopen((void *)(uintptr_t)data, size, "r");
	ENSURE(file);
	complaints_init(&complaints, "fuzz.ini");
	ENSURE(ini_read(file, &arena, &ini, &complaints));
	for (size_t i = 0; i < ini.section_count; i++)
		check_section(&ini.sections[i], count_lines(data, size));
	fclose(file);
	complaints_finish(&complaints);
	arena_free(&arena);
	return 0;
}
