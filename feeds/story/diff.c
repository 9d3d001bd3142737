/*
 * Word differences: a longest common subsequence after D. S. Hirschberg, "A
 * linear space algorithm for computing maximal common subsequences" (1975).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "story/diff.h"

struct word {
	const char *text;
	size_t len;
	uint64_t hash;
	bool stays; /* stands in both versions */
};

struct version {
	struct word *words;
	size_t len;
};

/* Lengths of common subsequences: of the first half with each beginning of the
 * other version, and of the second half with each of its ends. */
struct rows {
	uint32_t heads[DIFF_WORDS_MAX + 1];
	uint32_t tails[DIFF_WORDS_MAX + 1];
};

static struct version
split(const char *text)
{
	struct version version = {NULL, 0};
	size_t cap = 0;

	for (text += strspn(text, " \t\n"); *text != '\0';
	     text += strspn(text, " \t\n")) {
		size_t len = strcspn(text, " \t\n");

		if (version.len == cap) {
			cap = cap ? cap * 2 : 64;
			version.words = xreallocarray(
			    version.words, cap, sizeof(*version.words));
		}
		version.words[version.len++] =
		    (struct word){text, len, hash_bytes(0, text, len), false};
		text += len;
	}
	return version;
}

static bool
is_equal(const struct word *a, const struct word *b)
{
	return a->hash == b->hash && a->len == b->len &&
	       memcmp(a->text, b->text, a->len) == 0;
}

static uint32_t
most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void
fill_heads(struct version a, struct version b, uint32_t *row)
{
	memset(row, 0, (b.len + 1) * sizeof(*row));
	for (size_t i = 0; i < a.len; i++) {
		uint32_t diagonal = 0, above;

		for (size_t j = 0; j < b.len; j++) {
			above = row[j + 1];
			row[j + 1] = is_equal(&a.words[i], &b.words[j])
					 ? diagonal + 1
					 : most(above, row[j]);
			diagonal = above;
		}
	}
}

static void
fill_tails(struct version a, struct version b, uint32_t *row)
{
	memset(row, 0, (b.len + 1) * sizeof(*row));
	for (size_t i = a.len; i-- > 0;) {
		uint32_t diagonal = 0, above;

		for (size_t j = b.len; j-- > 0;) {
			above = row[j];
			row[j] = is_equal(&a.words[i], &b.words[j])
				     ? diagonal + 1
				     : most(above, row[j + 1]);
			diagonal = above;
		}
	}
}

static void
keep_word(struct word *a, struct word *b)
{
	a->stays = b->stays = true;
}

static struct version
part(struct version version, size_t from, size_t to)
{
	return (struct version){version.words + from, to - from};
}

/* Keeps what both begin and end with, and leaves what is between. */
static void
keep_edges(struct version *a, struct version *b)
{
	while (a->len > 0 && b->len > 0 && is_equal(a->words, b->words)) {
		keep_word(a->words, b->words);
		*a = part(*a, 1, a->len);
		*b = part(*b, 1, b->len);
	}
	while (a->len > 0 && b->len > 0 &&
	       is_equal(&a->words[a->len - 1], &b->words[b->len - 1])) {
		keep_word(&a->words[--a->len], &b->words[--b->len]);
	}
}

/* Recursion halves a: at most 10 deep. */
static void
keep_common(struct version a, struct version b, struct rows *rows)
{
	size_t middle, cut = 0;

	keep_edges(&a, &b);
	if (a.len == 0 || b.len == 0)
		return;
	if (a.len == 1) {
		for (size_t j = 0; j < b.len; j++)
			if (is_equal(a.words, &b.words[j])) {
				keep_word(a.words, &b.words[j]);
				return;
			}
		return;
	}
	middle = a.len / 2;
	fill_heads(part(a, 0, middle), b, rows->heads);
	fill_tails(part(a, middle, a.len), b, rows->tails);
	for (size_t j = 1; j <= b.len; j++)
		if (rows->heads[j] + rows->tails[j] >
		    rows->heads[cut] + rows->tails[cut])
			cut = j;
	keep_common(part(a, 0, middle), part(b, 0, cut), rows);
	keep_common(part(a, middle, a.len), part(b, cut, b.len), rows);
}

static void
compare(struct version a, struct version b)
{
	struct rows *rows;

	keep_edges(&a, &b);
	if (a.len > DIFF_WORDS_MAX || b.len > DIFF_WORDS_MAX)
		return;
	rows = xcalloc(1, sizeof(*rows));
	keep_common(a, b, rows);
	free(rows);
}

/* ---- the line ------------------------------------------------------------ */

/* Appends the words from here on that do not stay; returns where they end. */
static size_t
add_changed(
    struct buf *out, struct version version, size_t from, const char *marks)
{
	size_t at = from;

	for (; at < version.len && !version.words[at].stays; at++) {
		if (out->len > 0)
			buf_add_char(out, ' ');
		if (at == from)
			buf_add(out, marks, 2);
		buf_add(out, version.words[at].text, version.words[at].len);
	}
	if (at > from)
		buf_add(out, marks + 2, 2);
	return at;
}

/* Appends a run of words that stay, less those far from any change. */
static void
add_kept(
    struct buf *out, struct version run, bool first, bool last, size_t context)
{
	size_t head = first ? 0 : context, tail = last ? 0 : context;
	bool whole = context > run.len || head + tail >= run.len;

	for (size_t i = 0; i < run.len; i++) {
		if (!whole && i >= head && i < run.len - tail) {
			buf_add_str(out, out->len > 0 ? " ..." : "...");
			i = run.len - tail - 1;
			continue;
		}
		if (out->len > 0)
			buf_add_char(out, ' ');
		buf_add(out, run.words[i].text, run.words[i].len);
	}
}

static size_t
run_len(struct version version, size_t from)
{
	size_t to = from;

	while (to < version.len && version.words[to].stays)
		to++;
	return to - from;
}

static void
add_line(struct buf *out, struct version a, struct version b, size_t context)
{
	struct buf line = BUF_INIT;
	size_t i = 0, j = 0;

	while (i < a.len || j < b.len) {
		size_t run = run_len(a, i);

		if (run > run_len(b, j))
			run = run_len(b, j);
		add_kept(&line, part(b, j, j + run), i == 0 && j == 0,
		    i + run == a.len && j + run == b.len, context);
		i = add_changed(&line, a, i + run, "[--]");
		j = add_changed(&line, b, j + run, "{++}");
	}
	buf_add(out, line.data, line.len);
	buf_clear(&line);
}

static bool
differ(struct version a, struct version b)
{
	if (a.len != b.len)
		return true;
	for (size_t i = 0; i < a.len; i++)
		if (!a.words[i].stays)
			return true;
	return false;
}

void
diff_add_words(
    struct buf *out, const char *before, const char *after, size_t context)
{
	struct version a = split(before), b = split(after);

	compare(a, b);
	if (differ(a, b))
		add_line(out, a, b, context);
	free(a.words);
	free(b.words);
}
