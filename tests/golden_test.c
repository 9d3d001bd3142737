/*
 * Each document of tests/data/feeds against the expectation beside it.
 * WIREWATCH_REWRITE=1 tests/golden_test writes the expectations anew, to be
 * read before they are committed. Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/golden.h"

static struct golden list[GOLDEN_MAX];

static void
rewrite(const char *path, const struct buf *text)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL ||
	    fwrite(text->data, 1, text->len, file) != text->len ||
	    fclose(file) != 0)
		printf("Bail out! %s cannot be written\n", path);
}

static bool
is_expected(const char *path, const struct buf *text)
{
	size_t len = 0;
	char *expected = golden_read(path, &len);
	bool same = expected != NULL && len == text->len &&
		    memcmp(expected, text->data, len) == 0;

	if (!same)
		printf("# expected: %s\n# found: %s\n",
		    expected != NULL ? expected : "(no file)", text->data);
	free(expected);
	return same;
}

int
main(void)
{
	bool rewriting = getenv("WIREWATCH_REWRITE") != NULL;
	size_t len = golden_load(list);
	int failed = 0;

	parser_init_process();
	printf("1..%zu\n", len);
	for (size_t i = 0; i < len; i++) {
		char *path = golden_path(list[i].name, ".expected");
		struct buf text = BUF_INIT, items = BUF_INIT;
		bool ok = true;

		golden_parse(&list[i], list[i].bytes, list[i].len,
		    list[i].len + 1, &items, &text);
		buf_add(&text, buf_str(&items), items.len);
		if (rewriting)
			rewrite(path, &text);
		else
			ok = is_expected(path, &text);
		printf(
		    "%s %zu - %s\n", ok ? "ok" : "not ok", i + 1, list[i].name);
		failed += !ok;
		buf_clear(&text);
		buf_clear(&items);
		free(path);
	}
	golden_free(list, len);
	return failed > 0;
}
