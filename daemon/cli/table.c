/*
 * Tables on a terminal.
 */
#include <assert.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/table.h"
#include "text/clean.h"

#define GAP 2        /* blanks between columns */
#define GIVES_MIN 10 /* columns that one that gives keeps */
#define SPAN_MAX_S 1e9

struct cell {
	char *text;
	const char *color;
	size_t width;
};

struct table {
	const struct table_column *columns;
	size_t columns_len;
	struct cell *cells; /* row by row */
	size_t cells_len, cells_cap;
};

struct table *
table_new(const struct table_column *columns)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->columns = columns;
	while (columns[table->columns_len].title != NULL)
		table->columns_len++;
	assert(table->columns_len <= TABLE_COLUMNS_MAX);
	return table;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	for (size_t i = 0; i < table->cells_len; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
}

/* The character at text: its bytes and its columns. */
static size_t
next_character(const char *text, size_t *columns)
{
	mbstate_t state = {0};
	wchar_t c;
	size_t len = mbrtowc(&c, text, strlen(text), &state);
	int width;

	if (len == 0 || len > 4) { /* not UTF-8 */
		*columns = 1;
		return 1;
	}
	width = wcwidth(c);
	*columns = width > 0 ? (size_t)width : 0;
	return len;
}

size_t
text_width(const char *text)
{
	size_t total = 0, columns;

	setlocale(
	    LC_CTYPE, "C.UTF-8"); /* whatever the user's is: it is UTF-8 */
	for (; *text != '\0'; total += columns)
		text += next_character(text, &columns);
	return total;
}

/* Bytes of text that fit into so many columns. */
static size_t
cut_at(const char *text, size_t width)
{
	size_t len = 0, used = 0, columns, bytes;

	while (text[len] != '\0') {
		bytes = next_character(text + len, &columns);
		if (used + columns > width)
			break;
		used += columns;
		len += bytes;
	}
	return len;
}

void
table_add(struct table *table, const char *text, const char *color)
{
	struct cell *cell;

	if (table->cells_len == table->cells_cap) {
		table->cells_cap = table->cells_cap * 2 + 64;
		table->cells = xreallocarray(
		    table->cells, table->cells_cap, sizeof(*table->cells));
	}
	cell = &table->cells[table->cells_len++];
	cell->text = clean_str(text != NULL ? text : "", CLEAN_LINE);
	cell->color = color;
	cell->width = text_width(cell->text);
}

void
table_addf(struct table *table, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addvf(&text, format, args);
	va_end(args);
	table_add(table, buf_str(&text), NULL);
	buf_clear(&text);
}

size_t
table_rows(const struct table *table)
{
	return table->cells_len / table->columns_len;
}

static void
measure(const struct table *table, size_t *widths)
{
	for (size_t c = 0; c < table->columns_len; c++)
		widths[c] = text_width(table->columns[c].title);
	for (size_t i = 0; i < table->cells_len; i++) {
		size_t *width = &widths[i % table->columns_len];

		if (table->cells[i].width > *width)
			*width = table->cells[i].width;
	}
}

/* Takes from the columns that give, from the last on, what is too much. */
static void
fit(const struct table *table, size_t *widths, size_t width)
{
	size_t total = GAP * (table->columns_len - 1);

	for (size_t c = 0; c < table->columns_len; c++)
		total += widths[c];
	for (size_t c = table->columns_len; c-- > 0 && total > width;) {
		size_t excess = total - width, spare;

		if (!table->columns[c].gives || widths[c] <= GIVES_MIN)
			continue;
		spare = widths[c] - GIVES_MIN;
		if (spare > excess)
			spare = excess;
		widths[c] -= spare;
		total -= spare;
	}
}

static void
add_blanks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_add_char(out, ' ');
}

static void
print_cell(struct buf *out, const struct table_column *column, size_t width,
    const struct cell *cell, bool color)
{
	bool cut = cell->width > width;
	size_t shown = cut ? width : cell->width;

	if (column->right)
		add_blanks(out, width - shown);
	if (color && cell->color != NULL)
		buf_addf(out, "\033[%sm", cell->color);
	if (cut) {
		buf_add(out, cell->text, cut_at(cell->text, width - 1));
		buf_add_str(out, "…");
	} else {
		buf_add_str(out, cell->text);
	}
	if (color && cell->color != NULL)
		buf_add_str(out, "\033[0m");
	if (!column->right)
		add_blanks(out, width - shown);
}

static void
print_row(const struct table *table, struct buf *out, const size_t *widths,
    const struct cell *cells, bool color)
{
	for (size_t c = 0; c < table->columns_len; c++) {
		if (c > 0)
			add_blanks(out, GAP);
		print_cell(
		    out, &table->columns[c], widths[c], &cells[c], color);
	}
	while (out->data[out->len - 1] == ' ')
		buf_truncate(out, out->len - 1);
	buf_add_char(out, '\n');
}

void
table_print(
    const struct table *table, struct buf *out, size_t width, bool color)
{
	struct cell titles[TABLE_COLUMNS_MAX] = {0};
	size_t widths[TABLE_COLUMNS_MAX];

	measure(table, widths);
	if (width > 0)
		fit(table, widths, width);
	for (size_t c = 0; c < table->columns_len; c++) {
		titles[c].text = (char *)table->columns[c].title;
		titles[c].width = text_width(titles[c].text);
		titles[c].color = "2";
	}
	print_row(table, out, widths, titles, color);
	for (size_t i = 0; i < table->cells_len; i += table->columns_len)
		print_row(table, out, widths, &table->cells[i], color);
}

size_t
terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

void
span_text(double seconds, char out[16])
{
	int whole = seconds < 0            ? 0
		    : seconds < SPAN_MAX_S ? (int)(seconds + 0.5)
					   : (int)SPAN_MAX_S;

	if (whole < 100)
		snprintf(out, 16, "%d s", whole);
	else if (whole < 6000)
		snprintf(out, 16, "%d min", (whole + 30) / 60);
	else if (whole < 48 * 3600)
		snprintf(out, 16, "%d h", (whole + 1800) / 3600);
	else
		snprintf(out, 16, "%d d", (whole + 43200) / 86400);
}
