/*
 * What must hold for every golden document: the size of the pieces does not
 * matter, a cut loses nothing before it, damage does no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "tests/golden.h"

#define CUT_STEP 97
#define MUTATIONS 200
#define MUTATED_MAX 20000 /* bytes; longer documents get fewer mutations */

static struct golden list[GOLDEN_MAX];
static size_t list_len;

static void
pieces_of_any_size_give_the_same(void **state)
{
	static const size_t sizes[] = {1, 7, 4096};

	for (size_t i = 0; i < list_len; i++) {
		const struct golden *g = &list[i];
		struct buf whole = BUF_INIT, rest = BUF_INIT;

		golden_parse(g, g->bytes, g->len, g->len + 1, &whole, &rest);
		for (size_t s = 0; s < 3; s++) {
			struct buf items = BUF_INIT, feed = BUF_INIT;

			golden_parse(
			    g, g->bytes, g->len, sizes[s], &items, &feed);
			if (strcmp(buf_str(&items), buf_str(&whole)) != 0 ||
			    strcmp(buf_str(&feed), buf_str(&rest)) != 0)
				fail_msg(
				    "%s in pieces of %zu:\n%s%s\nnot\n%s%s",
				    g->name, sizes[s], buf_str(&items),
				    buf_str(&feed), buf_str(&whole),
				    buf_str(&rest));
			buf_clear(&items);
			buf_clear(&feed);
		}
		buf_clear(&whole);
		buf_clear(&rest);
	}
}

/* Leaves the item out that the end of the document cut. */
static void
drop_cut_item(struct buf *items)
{
	const char *cut = strstr(buf_str(items), "\n" GOLDEN_CUT);

	if (strncmp(buf_str(items), GOLDEN_CUT, strlen(GOLDEN_CUT)) == 0)
		buf_reset(items);
	else if (cut != NULL)
		buf_truncate(items, (size_t)(cut + 1 - items->data));
}

/* Feed-level facts that come late may be missing from items before the cut;
 * the items' number and, where nothing is inherited, their text stay. */
static void
cuts_keep_the_items_before_them(void **state)
{
	for (size_t i = 0; i < list_len; i++) {
		const struct golden *g = &list[i];
		struct buf last = BUF_INIT;

		for (size_t cut = 0; cut <= g->len; cut += CUT_STEP) {
			struct buf items = BUF_INIT;

			golden_parse(g, g->bytes, cut, cut + 1, &items, NULL);
			drop_cut_item(&items);
			/* What a shorter cut showed is still there, unless the
			 * encoding was not to be told yet. */
			if (strncmp(g->name, "encoding_", 9) != 0 &&
			    strncmp(
				buf_str(&items), buf_str(&last), last.len) != 0)
				fail_msg("%s cut at %zu:\n%s\nafter\n%s",
				    g->name, cut, buf_str(&items),
				    buf_str(&last));
			buf_clear(&last);
			last = items;
		}
		buf_clear(&last);
	}
}

static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Changes, drops or repeats a few bytes. */
static size_t
mutate(char *bytes, size_t len, uint64_t *seed)
{
	static const char bites[] = "<>&\"'/[]!-;#\0\x80\xff\n";

	for (uint64_t n = 1 + next_random(seed) % 4; n > 0 && len > 0; n--) {
		size_t at = next_random(seed) % len;
		size_t run = next_random(seed) % 16;

		if (run > len - at)
			run = len - at;
		switch (next_random(seed) % 3) {
		case 0:
			bytes[at] =
			    bites[next_random(seed) % (sizeof(bites) - 1)];
			break;
		case 1:
			memmove(bytes + at, bytes + at + run, len - at - run);
			len -= run;
			break;
		default:
			memmove(bytes + at,
			    bytes + next_random(seed) % (len - run + 1), run);
			break;
		}
	}
	return len;
}

static void
mutations_do_no_harm(void **state)
{
	uint64_t seed = 20260301;

	for (size_t i = 0; i < list_len; i++) {
		const struct golden *g = &list[i];
		int times = g->len > MUTATED_MAX ? MUTATIONS / 20 : MUTATIONS;

		for (int n = 0; n < times; n++) {
			struct buf items = BUF_INIT, rest = BUF_INIT;
			char *bytes = xmalloc(g->len + 1);
			size_t len;

			memcpy(bytes, g->bytes, g->len);
			len = mutate(bytes, g->len, &seed);
			golden_parse(g, bytes, len,
			    1 + next_random(&seed) % 512, &items, &rest);
			free(bytes);
			buf_clear(&items);
			buf_clear(&rest);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_of_any_size_give_the_same),
	    cmocka_unit_test(cuts_keep_the_items_before_them),
	    cmocka_unit_test(mutations_do_no_harm),
	};
	int failed;

	parser_init_process();
	list_len = golden_load(list);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	golden_free(list, list_len);
	return failed;
}
