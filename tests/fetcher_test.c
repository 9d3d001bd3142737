/*
 * The fetcher role as a process: what the engine asks and what it is told,
 * inside the sandbox.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fetcher_world.h"

static const char feed_with_one_item[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<rss version=\"2.0\"><channel><title>One</title>\n"
    "<item><title>%s</title><link>http://feed.example/1</link>"
    "<guid>1</guid><description>%s</description></item>\n"
    "</channel></rss>\n";

/* A feed with one item at the path. */
static void
put_item(struct world *world, const char *path, const char *title,
    const char *summary)
{
	char *feed = xasprintf(feed_with_one_item, title, summary);

	feed_server_put(
	    &world->server, path, "application/rss+xml", feed, strlen(feed));
	free(feed);
}

/* ---- newness --------------------------------------------------------------
 */

static void
new_items_are_told_with_their_mentions(void **state)
{
	struct world *world = *state;
	struct told told;

	put_item(world, "/new.xml", "Глава ведомства ШОЙГУ",
	    "Встреча с Шойгу прошла");
	world_fetch_path(world, "/new.xml", &told);
	assert_int_equal(told.done.outcome, FETCH_OK);
	assert_null(told.done.error);
	assert_int_equal(told.done.http_status, 200);
	assert_int_equal(told.items, 1);
	assert_int_equal(told.mentions, 2);
	assert_string_equal(told.last_name, "Шойгу");
	assert_string_equal(told.done.title, "One");
	assert_non_null(told.done.etag);
	assert_true(told.done.body_hash != 0);
	told_clear(&told);
}

static void
known_items_are_counted_edited_ones_told(void **state)
{
	struct world *world = *state;
	struct fetch_start start = {.feed = (char *)(uintptr_t) "test"};
	struct told first, second;

	start.url = feed_server_url(&world->server, "/edit.xml");
	put_item(world, "/edit.xml", "Four wounded", "text");
	world_fetch(world, &start, &first);
	assert_int_equal(first.items, 1);
	start.seen = first.seen;
	start.seen_len = 1;
	world_fetch(world, &start, &second);
	assert_int_equal(second.items, 0);
	assert_int_equal(second.done.known, 1);
	assert_int_equal(second.done.present[0], 1);
	assert_int_equal(second.done.items, 1);
	told_clear(&second);
	put_item(world, "/edit.xml", "Seven wounded", "text");
	world_fetch(world, &start, &second);
	assert_int_equal(second.items, 1);
	assert_string_equal(second.last_title, "Seven wounded");
	told_clear(&first);
	told_clear(&second);
	free(start.url);
}

static void
not_modified_keeps_validators_and_hash(void **state)
{
	struct world *world = *state;
	struct fetch_start start = {.feed = (char *)(uintptr_t) "test"};
	struct told first, second;

	start.url = feed_server_url(&world->server, "/f/0.xml");
	world_fetch(world, &start, &first);
	start.etag = first.done.etag;
	start.modified = first.done.modified;
	start.body_hash = first.done.body_hash;
	world_fetch(world, &start, &second);
	assert_int_equal(second.done.outcome, FETCH_NOT_MODIFIED);
	assert_int_equal(second.done.http_status, 304);
	assert_string_equal(second.done.etag, first.done.etag);
	assert_true(second.done.body_hash == first.done.body_hash);
	told_clear(&second);
	/* Without validators the same bytes say it. */
	start.etag = start.modified = NULL;
	world_fetch(world, &start, &second);
	assert_int_equal(second.done.outcome, FETCH_NOT_MODIFIED);
	assert_int_equal(second.done.http_status, 200);
	told_clear(&first);
	told_clear(&second);
	free(start.url);
}

static void
failure_keeps_the_validators_that_were_sent(void **state)
{
	struct world *world = *state;
	struct fetch_start start = {.feed = (char *)(uintptr_t) "test",
	    .etag = (char *)(uintptr_t) "\"old\"",
	    .body_hash = 7};
	struct told told;

	start.url =
	    feed_server_url(&world->server, "/status/503?retry_after=9");
	world_fetch(world, &start, &told);
	assert_int_equal(told.done.outcome, FETCH_HTTP);
	assert_int_equal(told.done.retry_after_s, 9);
	assert_string_equal(told.done.etag, "\"old\"");
	assert_true(told.done.body_hash == 7);
	told_clear(&told);
	free(start.url);
}

static void
permanent_redirect_is_told(void **state)
{
	struct world *world = *state;
	struct told told;

	world_fetch_path(world, "/chain/1?code=301", &told);
	assert_int_equal(told.done.outcome, FETCH_OK);
	assert_non_null(strstr(told.done.moved_to, "/chain/0"));
	told_clear(&told);
}

static void
windows_1251_is_read_inside_the_sandbox(void **state)
{
	static const char feed[] =
	    "<?xml version=\"1.0\" encoding=\"windows-1251\"?>"
	    "<rss><channel><item><guid>1</guid><title>"
	    "\xd8\xee\xe9\xe3\xf3</title></item></channel></rss>";
	struct world *world = *state;
	struct told told;

	feed_server_put(&world->server, "/1251.xml", "application/xml", feed,
	    sizeof(feed) - 1);
	world_fetch_path(world, "/1251.xml", &told);
	assert_int_equal(told.done.outcome, FETCH_OK);
	assert_string_equal(told.last_title, "Шойгу");
	assert_int_equal(told.mentions, 1);
	told_clear(&told);
}

/* ---- what is no feed ------------------------------------------------------
 */

static void
hostile_and_wrong_documents_are_told_apart(void **state)
{
	static const char bomb[] =
	    "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"aaaa\">"
	    "<!ENTITY b \"&a;&a;&a;\">]><rss><channel><item><title>&b;"
	    "</title></item></channel></rss>";
	static const char page[] =
	    "<!DOCTYPE html><html><head><title>Home</title></head>"
	    "<body>No news</body></html>";
	struct world *world = *state;

	feed_server_put(&world->server, "/bomb.xml", "application/xml", bomb,
	    sizeof(bomb) - 1);
	world_expect_path(world, "/bomb.xml", FETCH_HOSTILE, NULL);
	feed_server_put(
	    &world->server, "/page.html", "text/html", page, sizeof(page) - 1);
	world_expect_path(world, "/page.html", FETCH_NOT_A_FEED, NULL);
	feed_server_put(&world->server, "/empty.xml", "text/xml", "", 0);
	world_expect_path(world, "/empty.xml", FETCH_NOT_A_FEED, "empty");
	world_expect_path(world, "/bomb/one", FETCH_TOO_LARGE, "16 MiB");
	world_expect_path(world, "/bomb/nested", FETCH_NOT_A_FEED, NULL);
	world_expect_path(world, "/gzip/corrupt", FETCH_NOT_A_FEED, "damaged");
	world_expect_path(world, "/gzip/cut", FETCH_NOT_A_FEED, "damaged");
	world_expect_path(world, "/gzip/lie", FETCH_OK, NULL);
	world_expect_path(world, "/flood/body", FETCH_OK, NULL);
}

/* ---- the role -------------------------------------------------------------
 */

static void
cancelled_fetch_is_told_as_cancelled(void **state)
{
	struct world *world = *state;
	struct fetch_start start = {.feed = (char *)(uintptr_t) "test"};
	struct told told;
	uint64_t job;

	start.url = feed_server_url(&world->server, "/hang/");
	told_expect(world, &told);
	job = fetcher_driver_fetch(&world->driver, &start);
	fetcher_driver_cancel(&world->driver, job);
	while (!told.is_done)
		fetcher_driver_turn(&world->driver);
	assert_int_equal(told.done.outcome, FETCH_CANCELLED);
	assert_true(told.done.job == job);
	told_clear(&told);
	free(start.url);
}

static void
silent_server_frees_its_slot(void **state)
{
	struct world *world = *state;
	int64_t timeout_ms = world->config.defaults.timeout_ms;

	world->config.defaults.timeout_ms = 1000;
	fetcher_driver_reload(&world->driver, &world->config, 2);
	world_expect_path(
	    world, "/hang/", FETCH_TIMEOUT, "no answer within 1 s");
	world->config.defaults.timeout_ms = timeout_ms;
	fetcher_driver_reload(&world->driver, &world->config, 3);
}

static void
reload_swaps_the_names(void **state)
{
	struct world *world = *state;
	struct told told;

	put_item(world, "/reload.xml", "Macron met Шойгу", "text");
	world_watch(world, "macron", "Macron");
	fetcher_driver_reload(&world->driver, &world->config, 4);
	world_fetch_path(world, "/reload.xml", &told);
	assert_int_equal(told.mentions, 1);
	assert_string_equal(told.last_name, "Macron");
	told_clear(&told);
	world_watch(world, "shoigu", "Шойгу");
	fetcher_driver_reload(&world->driver, &world->config, 5);
	world_fetch_path(world, "/reload.xml", &told);
	assert_string_equal(told.last_name, "Шойгу");
	told_clear(&told);
}

static void
new_engine_starts_afresh(void **state)
{
	struct world *world = *state;
	struct fetch_start start = {.feed = (char *)(uintptr_t) "test"};
	struct told told;

	start.url = feed_server_url(&world->server, "/hang/");
	fetcher_driver_fetch(&world->driver, &start);
	fetcher_driver_connect(&world->driver);
	world_fetch_path(world, "/chain/0", &told);
	assert_int_equal(told.done.outcome, FETCH_OK);
	told_clear(&told);
	free(start.url);
}

static void
job_number_given_twice_ends_the_peer(void **state)
{
	struct world *world = *state;
	struct fetch_start start = {.feed = (char *)(uintptr_t) "test"};

	start.url = feed_server_url(&world->server, "/hang/");
	fetcher_driver_fetch(&world->driver, &start);
	world->driver.next_job--;
	fetcher_driver_fetch(&world->driver, &start);
	while (world->driver.engine != NULL)
		fetcher_driver_turn(&world->driver);
	fetcher_driver_connect(&world->driver);
	free(start.url);
}

/* ---- back pressure --------------------------------------------------------
 */

/* count items of 16 kB of noise each. */
static void
put_large_feed(struct world *world, const char *path, int count)
{
	struct buf feed = BUF_INIT;
	uint32_t random = 1;

	buf_add_str(&feed, "<rss><channel><title>Large</title>\n");
	for (int i = 0; i < count; i++) {
		buf_addf(&feed, "<item><guid>%d</guid><description>", i);
		for (int k = 0; k < 16000; k++) {
			random = random * 1664525 + 1013904223;
			buf_add_char(&feed, (char)('a' + (random >> 24) % 26));
		}
		buf_add_str(&feed, "</description></item>\n");
	}
	buf_add_str(&feed, "</channel></rss>\n");
	feed_server_put(
	    &world->server, path, "application/rss+xml", feed.data, feed.len);
	buf_clear(&feed);
}

/* Past 4 MB that nobody reads the fetcher stops reading, too: bodies wait, and
 * those that stream are paused. */
static void
engine_that_does_not_read_loses_nothing(void **state)
{
	enum { FEEDS = 3, ITEMS = 500 };
	struct world *world = *state;
	struct fetch_start start = {.feed = (char *)(uintptr_t) "test"};
	struct told told;
	char *log;

	start.url = feed_server_url(&world->server, "/large.xml");
	put_large_feed(world, "/large.xml", ITEMS);
	told_expect(world, &told);
	for (int i = 0; i < FEEDS; i++)
		fetcher_driver_fetch(&world->driver, &start);
	fetcher_driver_flush(&world->driver);
	log = feed_server_ask(
	    &world->server, "GET", "/control/requests?path=/large.xml&wait=2");
	free(log);
	while (told.done_count < FEEDS)
		fetcher_driver_turn(&world->driver);
	assert_int_equal(told.done.outcome, FETCH_OK);
	assert_int_equal(told.done.items, ITEMS);
	assert_int_equal(told.items, FEEDS * ITEMS);
	told_clear(&told);
	free(start.url);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(new_items_are_told_with_their_mentions),
	    cmocka_unit_test(known_items_are_counted_edited_ones_told),
	    cmocka_unit_test(not_modified_keeps_validators_and_hash),
	    cmocka_unit_test(failure_keeps_the_validators_that_were_sent),
	    cmocka_unit_test(permanent_redirect_is_told),
	    cmocka_unit_test(windows_1251_is_read_inside_the_sandbox),
	    cmocka_unit_test(hostile_and_wrong_documents_are_told_apart),
	    cmocka_unit_test(cancelled_fetch_is_told_as_cancelled),
	    cmocka_unit_test(silent_server_frees_its_slot),
	    cmocka_unit_test(reload_swaps_the_names),
	    cmocka_unit_test(new_engine_starts_afresh),
	    cmocka_unit_test(job_number_given_twice_ends_the_peer),
	    cmocka_unit_test(engine_that_does_not_read_loses_nothing),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
