/*
 * The commands of `wirewatch`, one file each.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>

/* Exit statuses, DESIGN section 6. */
enum {
	EXIT_YES = 0,
	EXIT_NO = 1,    /* a negative answer */
	EXIT_INPUT = 2, /* bad input */
	EXIT_USAGE = 64,
	EXIT_CONFIG = 78
};

struct command {
	const char *name;
	/* argv[0] is the command's name; returns the exit status. */
	int (*run)(int argc, char **argv);
	const char *usage;   /* after "wirewatch " */
	const char *summary; /* one line for the help */
};

extern const struct command commands[]; /* ended by a NULL name */

/* Prints "wirewatch: usage: ..." of the command to stderr; EXIT_USAGE. */
int command_usage(const char *name);
/* Reads an option's number, within the range; false, said on stderr, when it is
 * none. */
bool command_read_number(
    const char *option, const char *text, const long range[2], long *number);
/* Whether an option has the shape of a language's code; if not, says so on
 * stderr. */
bool command_check_language(const char *code);
/* Whether colours may be written to the stream: a terminal, no NO_COLOR. */
int command_color(int fd);

#endif
