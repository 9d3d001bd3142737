/*
 * What the parser takes of memory: nothing that grows with documents, nothing
 * for each piece of text. Allocations are counted by standing in front of
 * glibc's; with sanitizers, which do the same, there is nothing to count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "parse/parser.h"
#include "tests/golden.h"

#define DOCUMENTS 10000

static size_t allocations; /* how many there were */
static size_t in_use;      /* bytes */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTS false
#else
#define COUNTS true

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

static void *
counted(void *block)
{
	allocations++;
	in_use += malloc_usable_size(block);
	return block;
}

void *
malloc(size_t size)
{
	return counted(__libc_malloc(size));
}

void *
calloc(size_t n, size_t size)
{
	return counted(__libc_calloc(n, size));
}

void *
realloc(void *old, size_t size)
{
	in_use -= malloc_usable_size(old);
	return counted(__libc_realloc(old, size));
}

void
free(void *block)
{
	in_use -= malloc_usable_size(block);
	__libc_free(block);
}
#endif

static bool
on_item(void *arg, const struct raw_item *item)
{
	(*(size_t *)arg)++;
	return true;
}

static size_t
parse(const char *bytes, size_t len)
{
	const struct parser_options options = {.url = "https://h.example/feed"};
	size_t items = 0;
	struct parser *parser = parser_new(&options, on_item, &items);

	parser_push(parser, bytes, len);
	parser_finish(parser);
	parser_free(parser);
	return items;
}

/* How many allocations a document takes whose one title comes in that many
 * pieces. */
static size_t
allocations_for(size_t pieces)
{
	struct buf feed = BUF_INIT;
	size_t before;

	buf_add_str(&feed, "<rss><channel><item><title>");
	for (size_t i = 0; i < pieces; i++)
		buf_add_str(&feed, "caf&#233; <![CDATA[r]]>");
	buf_add_str(&feed, "</title></item></channel></rss>");
	before = allocations;
	assert_int_equal(parse(feed.data, feed.len), 1);
	before = allocations - before;
	buf_clear(&feed);
	return before;
}

static void
pieces_of_text_take_no_allocation_each(void **state)
{
	size_t few, many;

	allocations_for(20000); /* so that all is set up */
	few = allocations_for(1000);
	many = allocations_for(20000);
	/* Each of a few buffers grows by doubling. */
	assert_in_range(many, few, few + 30);
}

static void
ten_thousand_documents_leave_no_memory_behind(void **state)
{
	static struct golden list[GOLDEN_MAX];
	size_t len, before = 0;

	len = golden_load(list);
	for (size_t i = 0; i < DOCUMENTS; i++) {
		const struct golden *g = &list[i % len];

		if (i == len) /* every document has been there */
			before = in_use;
		parse(g->bytes, g->len);
	}
	assert_int_equal(in_use, before);
	golden_free(list, len);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_of_text_take_no_allocation_each),
	    cmocka_unit_test(ten_thousand_documents_leave_no_memory_behind),
	};

	if (!COUNTS) {
		puts("1..0 # SKIP the sanitizer counts its own allocations");
		return 0;
	}

	parser_init_process();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
