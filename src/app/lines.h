/*
 * lines - what a command has to say, printed below what we say ourselves.
 */
#ifndef APP_LINES_H
#define APP_LINES_H

/* Runs the command by /bin/sh, waits for its end, and prints the lines of its
 * standard output but the first, each behind `front`. Where it cannot be run,
 * nothing is printed. */
void lines_print(const char *command, const char *front);

#endif
