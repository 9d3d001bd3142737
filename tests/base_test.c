/*
 * feeds/base: buf, hash, map, mem, strings.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/strings.h"

static void
buf_grows_and_stays_a_string(void **state)
{
	struct buf buf = BUF_INIT;
	char *taken;

	assert_string_equal(buf_str(&buf), "");
	for (int i = 0; i < 1000; i++)
		buf_addf(&buf, "%03d", i);
	assert_int_equal(buf.len, 3000);
	assert_memory_equal(buf.data + 2997, "999", 4);
	buf_truncate(&buf, 3);
	assert_string_equal(buf_str(&buf), "000");
	for (int len = 0; len < 200; len++) {
		buf_truncate(&buf, 3);
		buf_addf(&buf, "%*d", len, 7);
		assert_int_equal(buf.len, len > 0 ? 3 + len : 4);
		assert_memory_equal(buf.data + buf.len - 1, "7", 2);
	}
	buf_truncate(&buf, 3);
	taken = buf_take(&buf);
	assert_string_equal(taken, "000");
	assert_int_equal(buf.len, 0);
	free(taken);
	buf_clear(&buf);
}

static void
hash_values_never_change(void **state)
{
	assert_true(hash_str(0, "wirewatch") == hash_bytes(0, "wirewatch", 9));
	assert_true(hash_str(0, "wirewatch") == 0x4a0f533c6d0d90b1ULL);
	assert_true(hash_str(1, "wirewatch") != hash_str(0, "wirewatch"));
	assert_true(hash_bytes(0, "a\0", 2) != hash_bytes(0, "a", 1));
	assert_true(hash_quick(0, "wirewatch", 9) == 0x6ede50180d365357ULL);
}

static void
quick_hash_hears_each_byte_and_the_length(void **state)
{
	unsigned char bytes[100];
	uint64_t hash;

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	hash = hash_quick(0, bytes, sizeof(bytes));
	assert_true(hash == 0xae2ff3b5fd70144fULL);
	assert_true(hash != hash_quick(1, bytes, sizeof(bytes)));
	for (unsigned i = 0; i < sizeof(bytes); i++) {
		assert_true(hash != hash_quick(0, bytes, i));
		bytes[i] ^= 1;
		assert_true(hash != hash_quick(0, bytes, sizeof(bytes)));
		bytes[i] ^= 1;
	}
}

static void
null_string_duplicates_to_null(void **state)
{
	assert_null(xstrdup_null(NULL));
}

static void
map_finds_what_was_added_first(void **state)
{
	struct strings keys = {NULL, 0};
	struct map map = {NULL, 0, 0};

	assert_true(map_get(&map, "0") == MAP_NONE);
	for (int i = 0; i < 1000; i++)
		strings_take(&keys, xasprintf("key %d", i));
	for (size_t i = 0; i < keys.len; i++)
		assert_true(map_add(&map, keys.at[i], i) == MAP_NONE);
	assert_int_equal(map_add(&map, "key 7", 1), 7);
	for (size_t i = 0; i < keys.len; i++)
		assert_int_equal(map_get(&map, keys.at[i]), i);
	assert_true(map_get(&map, "key 1000") == MAP_NONE);
	assert_true(strings_has(&keys, "key 999"));
	map_clear(&map);
	strings_clear(&keys);
}

static void
strings_are_listed_once(void **state)
{
	struct strings list = {NULL, 0};

	strings_add_once(&list, "TASS");
	strings_add_once(&list, "RT");
	strings_add_once(&list, "TASS");
	assert_int_equal(list.len, 2);
	assert_string_equal(list.at[1], "RT");
	assert_false(strings_has(&list, "tass"));
	strings_clear(&list);
	assert_int_equal(list.len, 0);
	strings_clear(NULL);
}

/* A product past SIZE_MAX would be a small block for many elements. */
static void
array_too_large_aborts(void **state)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		signal(SIGABRT, SIG_DFL);
		xreallocarray(NULL, SIZE_MAX / 8 + 2, 8);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void
copies_end_where_they_should(void **state)
{
	char *copy = xstrndup("harbour", 4);

	assert_string_equal(copy, "harb");
	copy = xreallocarray(copy, 0, 8); /* still a block of its own */
	assert_non_null(copy);
	free(copy);
	copy = xstrndup("ab\0cd", 5);
	assert_string_equal(copy, "ab");
	free(copy);
	copy = xasprintf("%s-%d", "a", 7);
	assert_string_equal(copy, "a-7");
	free(copy);
}

static void
listed_words_are_found_whole(void **state)
{
	assert_true(strings_is_listed("aab ab b", "ab"));
	assert_true(strings_is_listed("ab", "ab"));
	assert_true(strings_is_listed("a b ", "b"));
	assert_false(strings_is_listed("aab aba", "ab"));
	assert_false(strings_is_listed("", "ab"));
	assert_false(strings_is_listed("a  b", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(listed_words_are_found_whole),
	    cmocka_unit_test(array_too_large_aborts),
	    cmocka_unit_test(copies_end_where_they_should),
	    cmocka_unit_test(strings_are_listed_once),
	    cmocka_unit_test(buf_grows_and_stays_a_string),
	    cmocka_unit_test(hash_values_never_change),
	    cmocka_unit_test(quick_hash_hears_each_byte_and_the_length),
	    cmocka_unit_test(map_finds_what_was_added_first),
	    cmocka_unit_test(null_string_duplicates_to_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
