#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/ensure.h"

static char folder[] = "/tmp/smtpseal-config-XXXXXX";

/* see scratch.h */
const char *scratch_folder(void)
{
	return folder;
}

/* see scratch.h */
void scratch_write(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	fclose(file);
	assert_int_equal(chmod(name, mode), 0);
}

/* The files the configurations below name. */
static const struct secret_row {
	const char *name;
	const char *text;
	mode_t mode;
} files[] = {
	{ "password", "hunter two; #1\nsecond line\n", 0600 },
	{ "crlf", "hunter2\r\n", 0400 },
	{ "bare", "hunter2", 0600 },
	{ "group", "hunter2\n", 0640 },
	{ "others", "hunter2\n", 0604 },
	{ "written", "hunter2\n", 0620 },
	{ "empty", "", 0600 },
	{ "blank", "\nhunter2\n", 0600 },
	{ "bom", "\xef\xbb\xbfhunter2\n", 0600 },
	{ "ca.pem", "x\n", 0644 },
	{ "key.pem", "x\n", 0600 },
};

/* see scratch.h */
int scratch_begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return -1;
	for (size_t i = 0; i < array_len(files); i++)
		scratch_write(files[i].name, files[i].text, files[i].mode);
	return mkfifo("pipe", 0600);
}

/* see scratch.h */
int scratch_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(files); i++)
		unlink(files[i].name);
	unlink("pipe");
	unlink("a.ini");
	return chdir("/") < 0 || rmdir(folder) < 0;
}

/* see scratch.h */
struct settings *scratch_read(const char *text, mode_t mode, char **printed)
{
	struct complaints complaints;
	struct settings *settings;
	size_t len;
	FILE *out = open_memstream(printed, &len);

	scratch_write("a.ini", text, mode);
	complaints_init(&complaints, "a.ini");
	settings = config_read("a.ini", &complaints);
	complaints_print(&complaints, out);
	fclose(out);
	assert_true((settings != NULL) == (complaints.count == 0));
	complaints_finish(&complaints);
	return settings;
}

/* see scratch.h */
struct settings *scratch_read_good(const char *text)
{
	char *printed = NULL;
	struct settings *settings = scratch_read(text, 0600, &printed);

	if (!settings)
		print_error("%s", printed);
	free(printed);
	assert_non_null(settings);
	return settings;
}
