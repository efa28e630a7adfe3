#include "app/lines.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Begins it with `output` as its standard output; its number, or -1. */
static pid_t begin(const char *command, int output)
{
	/* posix_spawn(3) takes char *, but changes nothing. */
	char *args[] = { (char *)"/bin/sh", (char *)"-c", (char *)command,
		NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	if (posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) !=
		0 ||
	    posix_spawn(&pid, args[0], &actions, NULL, args, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void print(FILE *lines, const char *front)
{
	char line[1200];
	bool is_first = true;

	while (fgets(line, sizeof(line), lines)) {
		if (!is_first)
			printf("%s%s", front, line);
		is_first = false;
	}
}

/* see lines.h */
void lines_print(const char *command, const char *front)
{
	int ends[2];
	FILE *lines;
	pid_t pid;

	fflush(stdout);
	if (pipe(ends) != 0)
		return;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	pid = begin(command, ends[1]);
	close(ends[1]);
	lines = fdopen(ends[0], "r");
	if (lines) {
		print(lines, front);
		fclose(lines);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}
