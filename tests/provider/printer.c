/*
 * printer - an old printer, for the demonstration: it knows no TLS, no EHLO
 * and no login, and sends what it scanned.
 *
 *     printer [--2004] PORT SENDER RECIPIENT FILE
 *
 * With --2004 it is older still: it gives no name to HELO, ends every line
 * and the message with a bare line feed, knows no QUIT, and is another machine
 * (127.0.0.2). Shows both sides of the conversation; of the content only the
 * first lines. Exits with 0 when it heard 250 to its dot.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SHOWN_LINES = 9, LINE_OCTETS = 2000 };

/* What ends a line of this printer. */
static const char *line_end = "\r\n";

static FILE *dial(int port, unsigned machine)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_addr = { htonl(machine) } };
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) != 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		perror("printer: connect");
		exit(1);
	}
	return fdopen(fd, "r+");
}

/* Reads one reply and shows it; its code. */
static int hear(FILE *relay)
{
	char line[LINE_OCTETS];

	do {
		if (!fgets(line, sizeof(line), relay)) {
			printf("  (closed)\n");
			return 0;
		}
		line[strcspn(line, "\r\n")] = '\0';
		printf("  smtpseal: %s\n", line);
	} while (strlen(line) > 3 && line[3] == '-');
	return atoi(line);
}

/* Says one command, and gives the code of the reply. */
static int say(FILE *relay, const char *command, const char *argument)
{
	printf("  printer:  %s%s\n", command, argument);
	fseek(relay, 0, SEEK_CUR);
	fprintf(relay, "%s%s%s", command, argument, line_end);
	fflush(relay);
	fseek(relay, 0, SEEK_CUR);
	return hear(relay);
}

/* The content, dots stuffed, line by line; then the dot. */
static int send_file(FILE *relay, const char *name)
{
	FILE *file = fopen(name, "r");
	char line[LINE_OCTETS];
	unsigned long lines = 0;

	if (!file) {
		perror(name);
		exit(1);
	}
	fseek(relay, 0, SEEK_CUR);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (lines++ < SHOWN_LINES)
			printf("  printer:  %s\n", line);
		fprintf(
		    relay, "%s%s%s", line[0] == '.' ? "." : "", line, line_end);
	}
	if (lines > SHOWN_LINES)
		printf("  printer:  ... %lu more lines\n", lines - SHOWN_LINES);
	fclose(file);
	return say(relay, ".", "");
}

int main(int argc, char **argv)
{
	bool old = argc > 1 && strcmp(argv[1], "--2004") == 0;
	FILE *relay;
	int code;

	argv += old;
	argc -= old;
	if (argc != 5) {
		fprintf(stderr,
		    "usage: printer [--2004] PORT SENDER RECIPIENT FILE\n");
		return 64;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	line_end = old ? "\n" : "\r\n";
	relay = dial(atoi(argv[1]), INADDR_LOOPBACK + old);
	code = hear(relay);
	code = code == 220 ? say(relay, old ? "HELO" : "HELO printer", "") : 0;
	code = code == 250 ? say(relay, "MAIL FROM:", argv[2]) : 0;
	code = code == 250 ? say(relay, "RCPT TO:", argv[3]) : 0;
	code = code == 250 ? say(relay, "DATA", "") : 0;
	code = code == 354 ? send_file(relay, argv[4]) : 0;
	if (old)
		hear(relay);
	else
		say(relay, "QUIT", "");
	fclose(relay);
	return code == 250 ? 0 : 1;
}
