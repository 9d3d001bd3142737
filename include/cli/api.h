/*
 * The running daemon over its unix socket, for the commands that talk to it.
 */
#ifndef CLI_API_H
#define CLI_API_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct json_t;
struct table;

/* What those commands have in common. */
struct api {
	char *socket; /* owned; NULL: the one of the runtime folder */
	bool json;    /* --json: print what came, for programs */
};

/* Rows for a table of getopt_long(3), and what to do with their letters. */
#define API_OPTIONS                                    \
	{"json", no_argument, NULL, 'j'},              \
	{                                              \
		"socket", required_argument, NULL, 's' \
	}
#define API_LETTERS "s:"
/* Takes the letter when it is one of those; false: it is not. */
bool api_take_option(struct api *, int letter, const char *argument);
/* Reads options of a command that has no others; false: wrong usage. What is
 * no option starts at optind. */
bool api_read_options(struct api *, int argc, char **argv);
void api_clear(struct api *);

/* One request. Returns the HTTP status with the body appended, or -1 when the
 * daemon does not answer, which is said on stderr with what to do. */
int api_request(
    struct api *, const char *method, const char *path, struct buf *body);
/* GET of JSON: the value, which the caller frees with json_decref(), or NULL
 * after the error was said; then *status is the exit status to end with. */
struct json_t *api_get(struct api *, const char *path, int *status);
/* Walks over the pages of a list: on_row gets each element of `key`, up to
 * `limit` of them (0: all). Takes path. Returns the exit status: EXIT_NO when
 * there was none, which is said to people, or what api_get() ended with. */
typedef void (*api_on_row)(void *arg, struct json_t *row);
int api_walk(struct api *, char *path, const char *key, size_t limit,
    api_on_row, void *arg);
/* Says the {"error"} of an answer; returns the exit status it stands for. */
int api_refused(int http_status, const struct buf *body);

/* GET of a body without end; on_bytes gets it as it comes. Returns when the
 * connection ends: 0 when any byte had come, -1 when none had (then said on
 * stderr if loud). */
typedef void (*api_on_bytes)(void *arg, const char *bytes, size_t len);
int api_stream(
    struct api *, const char *path, bool loud, api_on_bytes, void *arg);

/* A member of an object: NULL, 0 when it is not there or of another type. */
const char *api_text(struct json_t *object, const char *key);
long long api_count(struct json_t *object, const char *key);
/* Prints a value as one line, a table (if it has rows) in colours where they
 * may be. */
void api_print(struct json_t *);
void api_print_table(struct table *);

/* Appends &NAME=VALUE, percent-encoded; nothing for NULL. The path must have
 * its ? already. */
void api_add_param(struct buf *path, const char *name, const char *value);
/* The same of what was given by an option of that name: moments, those of
 * --since and --until, may stand in a form that people write. */
void api_add_filter(struct buf *path, const char *name, const char *value);
/* Appends the text percent-encoded, as one segment of a path. */
void api_add_segment(struct buf *path, const char *text);

#endif
