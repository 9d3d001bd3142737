/*
 * A table for people: columns as wide as what stands in them (by display
 * width), and one that gives way where the terminal is too narrow.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS_MAX 12

struct buf;
struct table;

struct table_column {
	const char *title;
	bool right; /* numbers and ages */
	bool gives; /* is cut when the line is too wide */
	bool below; /* the last one only: goes below the row then */
};

/* The columns must outlive the table; a NULL title ends them. */
struct table *table_new(const struct table_column *);
void table_free(struct table *);
/* Appends a cell; its text is cleaned. color: an SGR code as "31", or NULL. */
void table_add(struct table *, const char *text, const char *color);
void table_addf(struct table *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Rows that are not printed yet. */
size_t table_rows(const struct table *);
/* Appends the lines of those rows, below the titles when they are the first,
 * and forgets them: a long table comes in pieces, whose columns only grow.
 * width: columns of the terminal, 0: no limit. */
void table_print(struct table *, struct buf *, size_t width, bool color);

/* Columns that a UTF-8 text takes on a terminal. */
size_t text_width(const char *text);
/* The width of the terminal on stdout, 0 when it is none. */
size_t terminal_width(void);
/* "12 s", "5 min", "3 h", "2 d"; from seconds. */
void span_text(double seconds, char out[16]);

#endif
