#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/ensure.h"
#include "base/harden.h"
#include "config/config.h"
#include "oauth/task.h"

static const char *config_file = "/etc/smtpseal/smtpseal.ini";

/* ---- commands ---- */

static const struct command_row {
	const char *name;
	const char *argument;
	int (*run)(const struct task *task);
	const char *help;
	const char *option; /* the one it takes, or NULL */
} commands[] = {
	{ "login", "ACCOUNT", task_login,
	    "log in with a browser, here or elsewhere", NULL },
	{ "token", "ACCOUNT", task_token,
	    "print an access token, renewed if need be; --renew: in any "
	    "case",
	    "--renew" },
	{ "status", "[ACCOUNT]", task_status,
	    "say who is logged in, and for how long", NULL },
	{ "logout", "ACCOUNT", task_logout, "forget the tokens", NULL },
};

static int say_version(void)
{
	printf("smtpseal-oauth %s\n", SMTPSEAL_VERSION);
	return EX_OK;
}

static int say_help(void)
{
	printf("usage: smtpseal-oauth [-c FILE] COMMAND\n\n");
	for (size_t i = 0; i < array_len(commands); i++)
		printf("  %-9s %-10s %s\n", commands[i].name,
		    commands[i].argument, commands[i].help);
	printf("\nThe configuration is %s. See smtpseal-oauth(1) and "
	       "smtpseal.ini(5).\n",
	    config_file);
	return EX_OK;
}

static int complain_usage(const char *what, const char *word)
{
	fprintf(stderr, "smtpseal-oauth: %s%s\n", what, word);
	fprintf(stderr, "usage: smtpseal-oauth [-c FILE] [");
	for (size_t i = 0; i < array_len(commands); i++)
		fprintf(
		    stderr, "%s %s | ", commands[i].name, commands[i].argument);
	fprintf(stderr, "--version | --help]\n");
	return EX_USAGE;
}

/* ---- the configuration ---- */

static struct settings *read_config(int *code)
{
	struct complaints complaints;
	struct settings *settings;
	int error;

	complaints_init(&complaints, config_file);
	settings = config_read(config_file, &complaints);
	error = complaints.unreadable;
	complaints_print(&complaints, stderr);
	complaints_finish(&complaints);
	*code = EX_CONFIG;
	if (error)
		*code =
		    error == EACCES || error == EPERM ? EX_NOPERM : EX_NOINPUT;
	return settings;
}

/* Whether `token --renew` was said. */
static bool renews;

static int run_account(const struct command_row *command,
    const struct settings *settings, const struct account_settings *account)
{
	struct task task = { account, account->oauth, settings->state_directory,
		renews };

	if (!task.oauth)
		return task_fail(&task, EX_CONFIG,
		    "the account has no oauth_ keys; see smtpseal.ini(5)");
	return command->run(&task);
}

/* All accounts that do OAuth; the worst exit code. */
static int run_all(
    const struct command_row *command, const struct settings *settings)
{
	int worst = EX_OK;

	for (size_t i = 0; i < settings->account_count; i++) {
		const struct account_settings *account = &settings->accounts[i];
		int code;

		if (!account->oauth)
			continue;
		code = run_account(command, settings, account);
		worst = code > worst ? code : worst;
	}
	return worst;
}

static int run_named(const struct command_row *command,
    const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->account_count; i++)
		if (strcmp(settings->accounts[i].name, name) == 0)
			return run_account(
			    command, settings, &settings->accounts[i]);
	fprintf(stderr, "smtpseal-oauth: %s has no [account %s]\n", config_file,
	    name);
	return EX_USAGE;
}

static int run_command(const struct command_row *command, const char *name)
{
	int code;
	struct settings *settings = read_config(&code);

	if (!settings)
		return code;
	code = name ? run_named(command, settings, name)
		    : run_all(command, settings);
	settings_drop(settings);
	return code;
}

/* ---- the command line ---- */

static int run_words(int count, char **words)
{
	if (count == 0)
		return complain_usage("a command is missing", "");
	if (count == 1 && strcmp(words[0], "--version") == 0)
		return say_version();
	if (count == 1 && strcmp(words[0], "--help") == 0)
		return say_help();
	for (size_t i = 0; i < array_len(commands); i++) {
		if (strcmp(commands[i].name, words[0]) != 0)
			continue;
		if (commands[i].option && count > 1 &&
		    strcmp(words[1], commands[i].option) == 0) {
			renews = true;
			count--;
			words++;
		}
		if (count > 2)
			return complain_usage("one word too many: ", words[2]);
		if (count < 2 && commands[i].argument[0] != '[')
			return complain_usage(
			    "which account? ", "The nameless one is default.");
		return run_command(&commands[i], count > 1 ? words[1] : NULL);
	}
	return complain_usage("unknown command: ", words[0]);
}

static void report_ensure(const char *file, int line, const char *cond)
{
	fprintf(stderr,
	    "smtpseal-oauth: %s:%d: %s does not hold, stopping; please "
	    "report this\n",
	    file, line, cond);
}

int main(int argc, char **argv)
{
	int at = 1;

	ensure_report = report_ensure;
	harden_process();
	signal(SIGPIPE, SIG_IGN);
	if (at < argc && strcmp(argv[at], "-c") == 0) {
		if (at + 1 == argc)
			return complain_usage("-c wants a file", "");
		config_file = argv[at + 1];
		at += 2;
	}
	return run_words(argc - at, argv + at);
}
