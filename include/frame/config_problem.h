/*
 * What is wrong with a configuration, gathered to be told all at once.
 */
#ifndef FRAME_CONFIG_PROBLEM_H
#define FRAME_CONFIG_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_PROBLEMS_MAX 1000 /* kept; the rest is only counted */

struct config_source;

struct config_problem {
	bool warning;
	char *file;
	int line, col; /* from 1; 0: of the file as a whole */
	char *message; /* "unknown key \"intervall\" (did you mean ...)" */
	char *source;  /* the source line (an excerpt of a long one) or NULL */
	int caret;     /* characters of source before the caret */
	unsigned file_order; /* in which the files were read */
};

struct config_problems {
	struct config_problem *at; /* in the order of files and lines */
	size_t len;
	size_t errors; /* how many are no warnings, kept or not */
	size_t warnings;
};

/* source: the file it is about, for its name and the line shown. */
void problem_add(struct config_problems *, struct config_source *, int line,
    int col, bool warning, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* Sorts by file and line. */
void config_problems_sort(struct config_problems *);
void config_problems_clear(struct config_problems *);
/* One problem as `file:line:col: error: message`, the source line and a caret
 * below; ends with a newline; the caller frees. color: for a terminal. */
char *config_problem_text(const struct config_problem *, bool color);
/* All of them on stderr, and how many more there are. */
void config_problems_print(const struct config_problems *, bool color);

/* Remembers the closest of the words it is asked about. */
struct problem_guess {
	const char *word; /* what was written */
	const char *best; /* NULL: none is close */
	int distance;     /* of best */
};
void problem_guess(struct problem_guess *, const char *candidate);
/* " (did you mean "best"?)" or ""; the caller frees. */
char *problem_guess_text(const struct problem_guess *);

#endif
