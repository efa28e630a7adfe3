#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/check.h"
#include "app/daemon.h"
#include "app/doctor.h"
#include "base/ensure.h"
#include "net/server.h"

static const char *config_file = "/etc/smtpseal/smtpseal.ini";

/* ---- commands ---- */

static struct settings *reload(void)
{
	int code;

	return check_read(config_file, &code);
}

static const struct server_ops server_ops = { reload, daemon_take_fd,
	daemon_notify };

static int do_run(const char *argument)
{
	int code;
	struct settings *settings = check_read(config_file, &code);

	(void)argument;
	return settings ? server_run(settings, &server_ops) : code;
}

static int do_check(const char *argument)
{
	(void)argument;
	return check_run(config_file);
}

static int do_doctor(const char *argument)
{
	int code;
	struct settings *settings = check_read(config_file, &code);

	if (!settings)
		return code;
	code = doctor_run(settings, argument);
	settings_drop(settings);
	return code;
}

static int do_version(const char *argument)
{
	(void)argument;
	printf("smtpseal %s\n", SMTPSEAL_VERSION);
	printf("libuv %s; BearSSL and inih, which name no version\n",
	    loop_library());
	return EX_OK;
}

static int do_help(const char *argument);

static const struct command_row {
	const char *name;
	const char *argument; /* NULL: takes none */
	int (*run)(const char *argument);
	const char *help;
} commands[] = {
	{ "run", NULL, do_run, "relay, in the foreground (the default)" },
	{ "check", NULL, do_check, "read the configuration and all it names" },
	{ "doctor", "[ACCOUNT]", do_doctor,
	    "prove an account step by step, sending nothing" },
	{ "--version", NULL, do_version, "print the versions" },
	{ "--help", NULL, do_help, "print this" },
};

static int do_help(const char *argument)
{
	(void)argument;
	printf("usage: smtpseal [-c FILE] [COMMAND]\n\n");
	for (size_t i = 0; i < array_len(commands); i++) {
		const char *takes =
		    commands[i].argument ? commands[i].argument : "";

		printf("  %-9s %-10s %s\n", commands[i].name, takes,
		    commands[i].help);
	}
	printf("\nThe configuration is %s. See smtpseal(8) and "
	       "smtpseal.ini(5).\n",
	    config_file);
	return EX_OK;
}

/* ---- the command line ---- */

static int complain_usage(const char *what, const char *word)
{
	fprintf(stderr, "smtpseal: %s%s\n", what, word);
	fprintf(stderr, "usage: smtpseal [-c FILE] [run | check | doctor "
			"[ACCOUNT] | --version | --help]\n");
	return EX_USAGE;
}

static int run_command(int count, char **words)
{
	const char *name = count > 0 ? words[0] : "run";

	for (size_t i = 0; i < array_len(commands); i++) {
		int most = commands[i].argument ? 2 : 1;

		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (count > most)
			return complain_usage(
			    "one word too many: ", words[most]);
		return commands[i].run(count > 1 ? words[1] : NULL);
	}
	return complain_usage("unknown command: ", name);
}

static void report_ensure(const char *file, int line, const char *cond)
{
	fprintf(stderr,
	    "smtpseal: %s:%d: %s does not hold, stopping; please "
	    "report this\n",
	    file, line, cond);
}

int main(int argc, char **argv)
{
	int at = 1;

	ensure_report = report_ensure;
	daemon_harden();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (at < argc && strcmp(argv[at], "-c") == 0) {
		if (at + 1 == argc)
			return complain_usage("-c wants a file", "");
		config_file = argv[at + 1];
		at += 2;
	}
	return run_command(argc - at, argv + at);
}
