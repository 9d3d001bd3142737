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
	struct cell *cells; /* row by row, those not printed yet */
	size_t cells_len, cells_cap;
	size_t widths[TABLE_COLUMNS_MAX]; /* of what was ever added */
	bool titled;                      /* the titles are printed */
};

struct table *
table_new(const struct table_column *columns)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->columns = columns;
	while (columns[table->columns_len].title != NULL)
		table->columns_len++;
	assert(table->columns_len <= TABLE_COLUMNS_MAX);
	for (size_t c = 0; c < table->columns_len; c++)
		table->widths[c] = text_width(columns[c].title);
	return table;
}

static void
clear_cells(struct table *table)
{
	for (size_t i = 0; i < table->cells_len; i++)
		free(table->cells[i].text);
	table->cells_len = 0;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	clear_cells(table);
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
	size_t *width = &table->widths[table->cells_len % table->columns_len];
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
	if (cell->width > *width)
		*width = cell->width;
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

static size_t
total_width(const struct table *table, const size_t *widths)
{
	size_t total = GAP * (table->columns_len - 1);

	for (size_t c = 0; c < table->columns_len; c++)
		total += widths[c];
	return total;
}

/* Takes from the columns that give, from the last on, what is too much. Where
 * the last one gives and would be cut, its cells go below their rows, whole:
 * returns whether they do. */
static bool
fit(const struct table *table, size_t *widths, size_t width)
{
	size_t last = table->columns_len - 1;
	size_t total = total_width(table, widths);
	bool below = total > width && table->columns[last].below;

	if (below) {
		total -= widths[last];
		widths[last] = 0;
	}
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
	return below;
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
end_line(struct buf *out)
{
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		buf_truncate(out, out->len - 1);
	buf_add_char(out, '\n');
}

static void
print_row(const struct table *table, struct buf *out, const size_t *widths,
    const struct cell *cells, bool color)
{
	for (size_t c = 0; c < table->columns_len; c++) {
		if (widths[c] == 0)
			continue;
		if (c > 0)
			add_blanks(out, GAP);
		print_cell(
		    out, &table->columns[c], widths[c], &cells[c], color);
	}
	end_line(out);
}

static void
print_titles(const struct table *table, struct buf *out, const size_t *widths,
    bool color)
{
	struct cell titles[TABLE_COLUMNS_MAX] = {0};

	for (size_t c = 0; c < table->columns_len; c++) {
		titles[c].text = (char *)table->columns[c].title;
		titles[c].width = text_width(titles[c].text);
		titles[c].color = "2";
	}
	print_row(table, out, widths, titles, color);
}

/* A text in lines of so many columns, broken at blanks where there are some. */
static void
print_below(struct buf *out, const char *text, size_t indent, size_t width)
{
	size_t room = width > indent + GIVES_MIN ? width - indent : GIVES_MIN;

	while (*text != '\0') {
		size_t whole = cut_at(text, room), len = whole;

		while (text[whole] != '\0' && len > 0 && text[len] != ' ')
			len--;
		if (len == 0)
			len = whole;
		add_blanks(out, indent);
		buf_add(out, text, len);
		end_line(out);
		text += len;
		text += strspn(text, " ");
	}
}

void
table_print(struct table *table, struct buf *out, size_t width, bool color)
{
	size_t last = table->columns_len - 1, widths[TABLE_COLUMNS_MAX];
	bool below = false;

	memcpy(widths, table->widths, sizeof(widths));
	if (width > 0)
		below = fit(table, widths, width);
	if (!table->titled)
		print_titles(table, out, widths, color);
	table->titled = true;
	for (size_t i = 0; i < table->cells_len; i += table->columns_len) {
		print_row(table, out, widths, &table->cells[i], color);
		if (!below || table->cells[i + last].width == 0)
			continue;
		print_below(
		    out, table->cells[i + last].text, widths[0] + GAP, width);
	}
	clear_cells(table);
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
