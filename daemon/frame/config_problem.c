/*
 * Problems of a configuration: gathering, guessing what was meant, printing.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "frame/config_problem.h"
#include "frame/config_source.h"

#define EXCERPT_MAX 100 /* characters of a source line that are shown */
#define EXCERPT_LEAD 60 /* of these before the caret, in a long line */
#define PREFIX_MIN 4    /* bytes of a word that may be a beginning */
#define WORD_MAX 64     /* bytes of a word that is compared */

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes that `chars` characters take, at most len. */
static size_t
skip_chars(const char *text, size_t len, int chars)
{
	size_t i = 0;

	for (; i < len && chars > 0; chars--)
		for (i++; i < len && is_continuation(text[i]);)
			i++;
	return i;
}

static bool
is_blank(const char *line, size_t len)
{
	return strspn(line, " \t\r\n") >= len;
}

/* Leaves nothing that a terminal would obey or could not show. */
static void
clean_excerpt(char *text)
{
	bool valid = utf8_is_valid(text, strlen(text));

	for (char *p = text; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f ||
		    (!valid && (*p & 0x80)))
			*p = '?';
}

/* Keeps the part of the line around column col; nothing of a blank line. */
static void
take_excerpt(
    struct config_problem *problem, const char *line, size_t len, int col)
{
	size_t start = 0, end;

	if (is_blank(line, len))
		return;
	problem->caret = col > 0 ? col - 1 : 0;
	if (skip_chars(line, len, EXCERPT_MAX) < len &&
	    problem->caret > EXCERPT_LEAD) {
		start = skip_chars(line, len, problem->caret - EXCERPT_LEAD);
		problem->caret = EXCERPT_LEAD;
	}
	end = start + skip_chars(line + start, len - start, EXCERPT_MAX);
	problem->source = xstrndup(line + start, end - start);
	clean_excerpt(problem->source);
}

void
problem_add(struct config_problems *problems, struct config_source *source,
    int line, int col, bool warning, const char *format, ...)
{
	struct buf message = BUF_INIT;
	struct config_problem *problem;
	const char *text;
	size_t len;
	va_list ap;

	problems->errors += !warning;
	problems->warnings += warning;
	if (problems->len == CONFIG_PROBLEMS_MAX)
		return;
	if ((problems->len & (problems->len - 1)) == 0)
		problems->at = xreallocarray(problems->at,
		    problems->len ? problems->len * 2 : 1,
		    sizeof(*problems->at));
	problem = &problems->at[problems->len++];
	va_start(ap, format);
	buf_addvf(&message, format, ap);
	va_end(ap);
	*problem = (struct config_problem){.warning = warning,
	    .file = xstrdup(source->path),
	    .line = line,
	    .col = col,
	    .message = buf_take(&message),
	    .file_order = source->order};
	for (char *p = problem->message; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	text =
	    line > 0 && source->bytes ? source_line(source, line, &len) : NULL;
	if (text != NULL)
		take_excerpt(problem, text, len, col);
}

static int
compare_problems(const void *a, const void *b)
{
	const struct config_problem *x = a, *y = b;

	if (x->file_order != y->file_order)
		return x->file_order < y->file_order ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->col != y->col)
		return x->col < y->col ? -1 : 1;
	return strcmp(x->message, y->message);
}

void
config_problems_sort(struct config_problems *problems)
{
	if (problems->len > 1)
		qsort(problems->at, problems->len, sizeof(*problems->at),
		    compare_problems);
}

void
config_problems_clear(struct config_problems *problems)
{
	for (size_t i = 0; i < problems->len; i++) {
		free(problems->at[i].file);
		free(problems->at[i].message);
		free(problems->at[i].source);
	}
	free(problems->at);
	*problems = (struct config_problems){.at = NULL};
}

/* The source line with the caret below; tabs are kept so that both line up. */
static void
add_excerpt(
    struct buf *buf, const struct config_problem *problem, const char *bold)
{
	const char *p = problem->source;

	buf_addf(buf, "  %s\n  ", p);
	for (int i = 0; i < problem->caret; i++) {
		buf_add_char(buf, *p == '\t' ? '\t' : ' ');
		if (*p != '\0')
			p += skip_chars(p, strlen(p), 1);
	}
	buf_addf(buf, "%s^%s\n", bold, *bold != '\0' ? "\033[0m" : "");
}

char *
config_problem_text(const struct config_problem *problem, bool color)
{
	const char *hue = !color             ? ""
			  : problem->warning ? "\033[1;35m"
					     : "\033[1;31m";
	struct buf buf = BUF_INIT;

	buf_addf(&buf, "%s%s", color ? "\033[1m" : "", problem->file);
	if (problem->line > 0)
		buf_addf(&buf, ":%d:%d", problem->line, problem->col);
	buf_addf(&buf, ": %s%s:%s %s%s\n", hue,
	    problem->warning ? "warning" : "error",
	    color ? "\033[0m\033[1m" : "", problem->message,
	    color ? "\033[0m" : "");
	if (problem->source != NULL)
		add_excerpt(&buf, problem, color ? "\033[1;32m" : "");
	return buf_take(&buf);
}

void
config_problems_print(const struct config_problems *problems, bool color)
{
	for (size_t i = 0; i < problems->len; i++) {
		char *text = config_problem_text(&problems->at[i], color);

		fputs(text, stderr);
		free(text);
	}
	if (problems->len < problems->errors + problems->warnings)
		fprintf(stderr, "... and %zu more\n",
		    problems->errors + problems->warnings - problems->len);
}

static int
min_of(int a, int b)
{
	return a < b ? a : b;
}

/* How many single-character changes (Levenshtein's, with neighbours swapped as
 * one) lead from one word to the other, but at most max + 1. */
static int
distance_of(const char *a, const char *b, int max)
{
	int rows[3][WORD_MAX + 1];
	int a_len = (int)strlen(a), b_len = (int)strlen(b);

	if (a_len > WORD_MAX || b_len > WORD_MAX || abs(a_len - b_len) > max)
		return max + 1;
	for (int j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (int i = 1; i <= a_len; i++) {
		int *row = rows[i % 3], *up = rows[(i + 2) % 3];
		int *upper = rows[(i + 1) % 3];

		row[0] = i;
		for (int j = 1; j <= b_len; j++) {
			row[j] = min_of(up[j], row[j - 1]) + 1;
			row[j] =
			    min_of(row[j], up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = min_of(row[j], upper[j - 2] + 1);
		}
	}
	return min_of(rows[a_len % 3][b_len], max + 1);
}

void
problem_guess(struct problem_guess *guess, const char *candidate)
{
	int max = min_of((int)strlen(guess->word) / 3, 3);
	size_t len = strlen(guess->word);
	int distance;

	/* a beginning is as good as one slip */
	if (len >= PREFIX_MIN && strncmp(guess->word, candidate, len) == 0 &&
	    (guess->best == NULL || guess->distance > 1)) {
		guess->best = candidate;
		guess->distance = 1;
		return;
	}
	if (guess->best != NULL)
		max = guess->distance - 1;
	else if (max == 0)
		max = 1;
	distance = distance_of(guess->word, candidate, max);
	if (distance <= max) {
		guess->best = candidate;
		guess->distance = distance;
	}
}

char *
problem_guess_text(const struct problem_guess *guess)
{
	return guess->best == NULL
		   ? xstrdup("")
		   : xasprintf(" (did you mean \"%s\"?)", guess->best);
}
