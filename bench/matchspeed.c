/*
 * How fast names are found: the whole matcher beside folding every word, which
 * it does not, beside its reader of words alone, which is its limit, and beside
 * Vectorscan literals over folded text, with and without the folding, when
 * built with it. usage: matchspeed NAMES TEXT FEW [RUNS]; NAMES a name a line,
 * FEW the same with few of them, to see how speed falls, TEXT an item a line.
 * Prints a line of JSON; speeds are medians by this thread's CPU time over the
 * bytes of TEXT.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "config.h"
#ifdef HAVE_HYPERSCAN
#include <hs.h>
#endif

#include "base/buf.h"
#include "base/mem.h"
#include "match/fold.h"
#include "match/match.h"
#include "match/reader.h"

#define RUNS_MAX 99

/* Names of a file, and the set of them. */
struct names {
	struct buf text;
	char **lines;
	size_t len;
	struct match_set *set;
};

struct bench {
	struct names names, few;
	struct buf text;
	char **lines;
	size_t lines_len;
	uint64_t found;
};

static double
cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
read_file(const char *path, struct buf *out)
{
	FILE *in = fopen(path, "rb");
	size_t got;

	if (in == NULL) {
		perror(path);
		exit(1);
	}
	while ((got = fread(buf_reserve(out, 1 << 20), 1, 1 << 20, in)) > 0)
		out->len += got;
	fclose(in);
}

static char **
split_lines(struct buf *text, size_t *len)
{
	char **lines = NULL, *rest = text->data, *line;
	size_t cap = 0;

	text->data[text->len] = '\0';
	for (*len = 0; (line = strsep(&rest, "\n")) != NULL;) {
		if (*line == '\0')
			continue;
		if (*len == cap) {
			cap = cap ? cap * 2 : 1024;
			lines = xreallocarray(lines, cap, sizeof(*lines));
		}
		lines[(*len)++] = line;
	}
	return lines;
}

static void
run_fold(struct bench *b)
{
	struct fold_word word;

	for (size_t i = 0; i < b->lines_len; i++) {
		const char *p = b->lines[i], *end = p + strlen(p);

		while (fold_next(&p, end, &word))
			b->found += word.letter[0];
	}
}

static void
run_read(struct bench *b)
{
	struct reader_word words[READER_WORDS];
	struct reader reader;
	unsigned count;

	for (size_t i = 0; i < b->lines_len; i++) {
		reader_init(
		    &reader, b->lines[i], b->lines[i] + strlen(b->lines[i]));
		while ((count = reader_next(&reader, words)) > 0)
			b->found += count + words[0].head;
	}
}

static void
on_mention(void *arg, const struct match_mention *mention)
{
	struct bench *b = arg;

	b->found++;
}

static void
scan_lines(struct bench *b, const struct match_set *set)
{
	for (size_t i = 0; i < b->lines_len; i++)
		match_scan(
		    set, b->lines[i], strlen(b->lines[i]), NULL, on_mention, b);
}

static void
run_match(struct bench *b)
{
	scan_lines(b, b->names.set);
}

static void
run_few(struct bench *b)
{
	scan_lines(b, b->few.set);
}

static int
order_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What is timed. */
struct lane {
	const char *name; /* of the JSON member */
	void (*run)(struct bench *);
	double took[RUNS_MAX];
	uint64_t found;
};

static double
speed(const struct bench *b, struct lane *lane, int runs)
{
	qsort(lane->took, (size_t)runs, sizeof(*lane->took), order_doubles);
	return (double)b->text.len / 1e6 / lane->took[runs / 2];
}

/* Runs the lanes in turn, so that all see the same machine. */
static void
run_lanes(struct bench *b, struct lane *lanes, size_t len, int runs)
{
	for (int i = 0; i < runs; i++)
		for (size_t k = 0; k < len; k++) {
			double start = cpu_seconds();

			b->found = 0;
			lanes[k].run(b);
			lanes[k].took[i] = cpu_seconds() - start;
			lanes[k].found = b->found;
		}
	for (size_t k = 0; k < len; k++)
		printf(", \"%s_mb_s\": %.0f, \"%s_found\": %llu", lanes[k].name,
		    speed(b, &lanes[k], runs), lanes[k].name,
		    (unsigned long long)lanes[k].found);
	for (size_t k = 1; k < len; k++)
		printf(", \"match_to_%s\": %.2f", lanes[k].name,
		    speed(b, &lanes[0], runs) / speed(b, &lanes[k], runs));
}

#ifdef HAVE_HYPERSCAN
static struct {
	hs_database_t *database;
	hs_scratch_t *scratch;
	struct buf *lines; /* folded */
} hyperscan;

/* Folded words with a blank between them. */
static void
fold_line(const char *line, struct buf *out)
{
	const char *end = line + strlen(line);
	struct fold_word word;

	while (fold_next(&line, end, &word)) {
		if (out->len > 0)
			buf_add_char(out, ' ');
		for (unsigned i = 0; i < word.len && i < FOLD_WORD_MAX; i++)
			fold_put_letter(out, word.letter[i]);
	}
}

static struct buf *
fold_lines(char **lines, size_t len)
{
	struct buf *folded = xcalloc(len, sizeof(*folded));

	for (size_t i = 0; i < len; i++)
		fold_line(lines[i], &folded[i]);
	return folded;
}

static int
on_literal(unsigned id, unsigned long long from, unsigned long long to,
    unsigned flags, void *arg)
{
	struct bench *b = arg;

	b->found++;
	return 0;
}

static void
run_literals(struct bench *b)
{
	for (size_t i = 0; i < b->lines_len; i++)
		hs_scan(hyperscan.database, buf_str(&hyperscan.lines[i]),
		    (unsigned)hyperscan.lines[i].len, 0, hyperscan.scratch,
		    on_literal, b);
}

/* With the folding, as who uses it must. */
static void
run_folded_literals(struct bench *b)
{
	run_fold(b);
	b->found = 0;
	run_literals(b);
}

static bool
compile_names(const struct bench *b, const struct buf *names)
{
	size_t count = b->names.len;
	const char **texts = xcalloc(count, sizeof(*texts));
	size_t *len = xcalloc(count, sizeof(*len));
	unsigned *ids = xcalloc(count, sizeof(*ids));
	unsigned *flags = xcalloc(count, sizeof(*flags));
	hs_compile_error_t *error = NULL;
	bool ok;

	for (size_t i = 0; i < count; i++) {
		texts[i] = buf_str(&names[i]);
		len[i] = names[i].len;
		ids[i] = (unsigned)i;
	}
	ok = hs_compile_lit_multi(texts, flags, ids, len, (unsigned)count,
		 HS_MODE_BLOCK, NULL, &hyperscan.database,
		 &error) == HS_SUCCESS &&
	     hs_alloc_scratch(hyperscan.database, &hyperscan.scratch) ==
		 HS_SUCCESS;
	hs_free_compile_error(error);
	free(texts);
	free(len);
	free(ids);
	free(flags);
	return ok;
}

static void
free_lines(struct buf *lines, size_t len)
{
	for (size_t i = 0; lines != NULL && i < len; i++)
		buf_clear(&lines[i]);
	free(lines);
}

/* The folded names as literals: no forms, no words. How many lanes it adds. */
static size_t
compile_literals(struct bench *b)
{
	struct buf *names = fold_lines(b->names.lines, b->names.len);
	double start = cpu_seconds();
	bool ok = compile_names(b, names);

	printf(", \"vectorscan_build_s\": %.2f", cpu_seconds() - start);
	free_lines(names, b->names.len);
	hyperscan.lines = fold_lines(b->lines, b->lines_len);
	return ok ? 2 : 0;
}

static void
free_literals(const struct bench *b)
{
	hs_free_scratch(hyperscan.scratch);
	hs_free_database(hyperscan.database);
	free_lines(hyperscan.lines, b->lines_len);
}
#else
static void
run_literals(struct bench *b)
{
}

static void
run_folded_literals(struct bench *b)
{
}

static size_t
compile_literals(struct bench *b)
{
	return 0;
}

static void
free_literals(const struct bench *b)
{
}
#endif

/* One entity a name, as a desk would list them. */
static void
compile(struct names *names)
{
	struct match_entity *entities = xcalloc(names->len, sizeof(*entities));
	struct match_name *list = xcalloc(names->len, sizeof(*list));

	for (size_t i = 0; i < names->len; i++) {
		list[i].text = names->lines[i];
		entities[i].id = names->lines[i];
		entities[i].type = MATCH_PERSON;
		entities[i].names = &list[i];
		entities[i].names_len = 1;
	}
	names->set = match_set_new(entities, names->len);
	free(entities);
	free(list);
}

static void
read_names(const char *path, struct names *names)
{
	read_file(path, &names->text);
	names->lines = split_lines(&names->text, &names->len);
}

static void
clear_names(struct names *names)
{
	match_set_free(names->set);
	free(names->lines);
	buf_clear(&names->text);
}

int
main(int argc, char **argv)
{
	struct bench b = {.text = BUF_INIT};
	struct lane lanes[] = {{.name = "match", .run = run_match},
	    {.name = "few", .run = run_few}, {.name = "fold", .run = run_fold},
	    {.name = "read", .run = run_read},
	    {.name = "folded_vectorscan", .run = run_folded_literals},
	    {.name = "vectorscan", .run = run_literals}};
	int runs = argc > 4 ? atoi(argv[4]) : 5;
	struct rusage usage;
	double start;
	size_t size;

	if (argc < 4 || runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "usage: matchspeed NAMES TEXT FEW [RUNS]\n");
		return 64;
	}
	read_names(argv[1], &b.names);
	read_file(argv[2], &b.text);
	read_names(argv[3], &b.few);
	b.lines = split_lines(&b.text, &b.lines_len);
	start = cpu_seconds();
	compile(&b.names);
	printf("{\"names\": %zu, \"build_s\": %.3f", b.names.len,
	    cpu_seconds() - start);
	getrusage(RUSAGE_SELF, &usage);
	match_set_bytes(b.names.set, &size);
	printf(", \"set_mb\": %.1f, \"peak_rss_mb\": %.0f", (double)size / 1e6,
	    (double)usage.ru_maxrss / 1e3);
	compile(&b.few);
	run_lanes(&b, lanes, 4 + compile_literals(&b), runs);
	puts("}");
	free_literals(&b);
	clear_names(&b.names);
	clear_names(&b.few);
	free(b.lines);
	buf_clear(&b.text);
	return 0;
}
