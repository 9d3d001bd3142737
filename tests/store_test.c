/*
 * daemon/store: commits, what is read back, and what it costs.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/delivery.h"
#include "store/query.h"
#include "store/reader.h"
#include "store/store_db.h"
#include "tests/store_fixture.h"

static void
commit(struct store_fixture *f)
{
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	assert_int_equal(batch_rows(f->batch), 0);
}

static void
reopen(struct store_fixture *f)
{
	store_close(f->store);
	f->store = fixture_open(f->path);
}

static void
add_alerts(struct store_fixture *f, int n)
{
	for (int i = 0; i < n; i++) {
		char *title = xasprintf("Макрон said %d", i);

		fixture_add_alert(f->store, f->batch,
		    fixture_add_item(f->store, f->batch, title));
		free(title);
	}
	commit(f);
}

static void
on_waiting(void *arg, const struct waiting_delivery *waiting)
{
	uint64_t *last = arg;

	assert_true(waiting->seq > *last);
	assert_int_equal(waiting->alerted_at, 3000);
	assert_non_null(strstr(waiting->json, waiting->alert));
	*last = waiting->seq;
}

static void
each_alert_waits_for_each_of_its_sinks(void **state)
{
	struct store_fixture *f = *state;
	struct sink_totals totals;
	uint64_t last = 0;

	add_alerts(f, 5);
	store_read_due(f->store, "hook", 3000, 3, on_waiting, &last);
	assert_int_equal(last, 3);
	last = 0;
	store_read_early(f->store, "hook", 100, on_waiting, &last);
	assert_int_equal(last, 5);
	last = 0;
	store_read_due(f->store, "hook", 2999, 3, on_waiting, &last);
	assert_int_equal(last, 0);
	assert_int_equal(store_next_due(f->store, "hook"), 3000);
	assert_int_equal(store_next_due(f->store, "mail"), INT64_MAX);
	store_read_totals(f->store, "log", &totals);
	assert_int_equal(totals.waiting, 5);
	db_exec(f->store->db, "UPDATE alerts SET at = 4000 WHERE seq > 1");
	store_read_totals(f->store, "log", &totals);
	assert_int_equal(totals.oldest_waiting_at, 3000);
}

static void
on_retry(void *arg, const struct waiting_delivery *waiting)
{
	if (waiting->id != 1)
		return;
	assert_int_equal(waiting->attempts, 3);
	assert_int_equal(waiting->step, 2);
	assert_int_equal(waiting->next_at, 4000);
	++*(int *)arg;
}

static void
a_delivery_moves_as_its_attempts_do(void **state)
{
	struct store_fixture *f = *state;
	struct delivery_record retry = {.id = 1,
	    .attempts = 3,
	    .step = 2,
	    .early = true,
	    .next_at = 9000,
	    .status = 503,
	    .error = xstrdup("HTTP 503")};
	struct delivery_record lost = {
	    .id = 3, .state = DELIVERY_LOST, .attempts = 1};
	struct sink_totals totals;
	uint64_t last = 0;
	int retries = 0;

	add_alerts(f, 2);
	batch_add_delivery(f->batch, &retry);
	batch_add_delivery(f->batch, &lost);
	commit(f);
	store_read_early(f->store, "hook", 10, on_waiting, &last);
	assert_int_equal(last, 0);
	assert_int_equal(store_next_due(f->store, "hook"), 9000);
	store_read_totals(f->store, "hook", &totals);
	assert_int_equal(totals.waiting, 1);
	assert_int_equal(totals.lost, 1);
	batch_add_clock_shift(f->batch, -5000);
	commit(f);
	assert_int_equal(store_next_due(f->store, "hook"), 4000);
	store_read_due(f->store, "hook", 4000, 10, on_retry, &retries);
	assert_int_equal(retries, 1);
	add_alerts(f, 1);
	assert_int_equal(store_next_due(f->store, "hook"), 3000);
}

static void
a_log_marks_what_it_holds(void **state)
{
	struct store_fixture *f = *state;
	struct sink_totals totals;
	uint64_t last = 0;

	add_alerts(f, 4);
	batch_add_logged(f->batch, "log", 3, 5000);
	commit(f);
	store_read_log(f->store, "log", 0, false, 10, on_waiting, &last);
	assert_int_equal(last, 4);
	last = 0;
	store_read_log(f->store, "log", 1, true, 2, on_waiting, &last);
	assert_int_equal(last, 3);
	batch_add_logged(f->batch, "hook", 4, 6000); /* another's */
	batch_add_logged(f->batch, "log", 3, 7000);  /* marked already */
	commit(f);
	store_read_totals(f->store, "log", &totals);
	assert_int_equal(totals.waiting, 1);
	assert_int_equal(
	    3, db_number(f->store->db, 0,
		   "SELECT count(*) FROM deliveries WHERE sink = 'log' AND"
		   " state = 1 AND done_at = 5000",
		   ""));
}

#define KEPT 1000  /* alerts and items */
#define STEPS 2000 /* of SQLite's machine; looking at them all takes more */

static int
on_too_many_steps(void *arg)
{
	return 1; /* breaks the statement off */
}

/* Has what takes more than a few steps fail. */
static void
limit_steps(struct store_fixture *f, int steps)
{
	sqlite3_progress_handler(
	    db_handle(f->store->db), steps, on_too_many_steps, NULL);
}

static void
what_is_over_costs_nothing_each_second(void **state)
{
	struct store_fixture *f = *state;
	struct sink_totals totals;

	add_alerts(f, KEPT);
	batch_add_logged(f->batch, "log", KEPT, 5000);
	commit(f);
	add_alerts(f, 1);
	reopen(f); /* steps are counted over the life of a statement */
	limit_steps(f, STEPS);
	assert_int_equal(store_read_totals(f->store, "log", &totals), 0);
	assert_int_equal(totals.waiting, 1);
	assert_int_equal(totals.lost, 0);
	batch_add_logged(f->batch, "log", KEPT + 1, 5000);
	commit(f);
	limit_steps(f, 0);
}

static void
on_seen(void *arg, const struct job_seen *seen)
{
	++*(int *)arg;
}

static void
add_seen(struct store_fixture *f, uint64_t key, uint64_t revision)
{
	struct seen_record seen = {
	    .feed = 1, .key = key, .revision = revision, .seen_at = 5000};

	batch_add_seen(f->batch, &seen);
}

static void
keys_are_known_after_their_items(void **state)
{
	struct store_fixture *f = *state;
	int n = 0;

	add_alerts(f, 2);
	add_seen(f, UINT64_MAX, 7);
	add_seen(f, UINT64_MAX, 8);
	add_seen(f, UINT64_MAX, 8);
	commit(f);
	store_read_seen(f->store, 1, 100, on_seen, &n);
	assert_int_equal(n, 4);
	assert_true(store_has_seen(f->store, 1, UINT64_MAX, 7));
	assert_true(store_has_seen(f->store, 1, UINT64_MAX, 8));
	assert_false(store_has_seen(f->store, 1, UINT64_MAX, 9));
	assert_false(store_has_seen(f->store, 2, UINT64_MAX, 7));
}

struct page {
	char text[2000];
	int rows;
	uint64_t last;
};

static void
on_alert(void *arg, uint64_t seq, const char *json)
{
	struct page *page = arg;

	page->rows++;
	page->last = seq;
}

static void
on_item(void *arg, const struct stored_item *item)
{
	struct page *page = arg;

	page->rows++;
	page->last = item->id;
	snprintf(page->text, sizeof(page->text), "%s|%s|%s", item->feed,
	    item->outlet, item->title);
}

static struct store_reader *
open_reader(struct store_fixture *f)
{
	char *error;
	struct store_reader *reader = store_reader_open(f->path, &error);

	if (reader == NULL)
		fail_msg("%s", error);
	return reader;
}

static int
count_alerts(struct store_reader *reader, const struct store_filter *filter)
{
	struct page page = {0};

	assert_int_equal(
	    store_query_alerts(reader, filter, on_alert, &page), 0);
	return page.rows;
}

static void
filters_narrow_the_alerts(void **state)
{
	struct store_fixture *f = *state;
	struct store_reader *reader = open_reader(f);

	add_alerts(f, 5);
	while (store_index_step(f->store, 2))
		;
#define COUNT(...) count_alerts(reader, &(struct store_filter){__VA_ARGS__})
	assert_int_equal(COUNT(.limit = 3), 3);
	assert_int_equal(COUNT(.feed = "feed-1"), 5);
	assert_int_equal(COUNT(.feed = "feed-2"), 0);
	assert_int_equal(COUNT(.outlet = "TASS", .entity = "macron"), 5);
	assert_int_equal(COUNT(.entity = "shoigu"), 0);
	assert_int_equal(COUNT(.rule = "politics", .level = "urgent"), 5);
	assert_int_equal(COUNT(.level = "routine"), 0);
	assert_int_equal(COUNT(.level = "rubbish"), 0);
	assert_int_equal(COUNT(.type = "item", .since_at = 3000), 5);
	assert_int_equal(COUNT(.until_at = 3000), 0);
	assert_int_equal(COUNT(.text = "МАКРОН 3"), 1);
	assert_int_equal(COUNT(.text = "макр*"), 5);
	assert_int_equal(COUNT(.text = "\" OR said NOT *"), 0);
	assert_int_equal(COUNT(.after = 2, .before = 5), 2);
	store_reader_close(reader);
}

static void
pages_go_backwards_and_forwards(void **state)
{
	struct store_fixture *f = *state;
	struct store_reader *reader = open_reader(f);
	struct page page = {0};

	add_alerts(f, 5);
	store_query_alerts(
	    reader, &(struct store_filter){.before = 4}, on_alert, &page);
	assert_int_equal(page.rows, 3);
	assert_int_equal(page.last, 1);
	page.rows = 0;
	store_query_alerts(reader,
	    &(struct store_filter){.after = 3, .limit = 1}, on_alert, &page);
	assert_int_equal(page.rows, 1);
	assert_int_equal(page.last, 4);
	store_query_items(
	    reader, &(struct store_filter){.limit = 1}, on_item, &page);
	assert_string_equal(page.text, "feed-1|TASS|Макрон said 4");
	store_reader_close(reader);
}

/* In a sandbox no file can be opened any more: here no descriptor is left. */
static void
a_reader_needs_no_file_once_open(void **state)
{
	struct store_fixture *f = *state;
	struct store_reader *reader = open_reader(f);
	struct rlimit limit = {3, 3};
	pid_t child;
	int status;

	add_alerts(f, 50);
	store_index_step(f->store, 100);
	child = fork();
	if (child == 0) {
		struct page page = {0};
		char *error;

		/* A fork may not use its parent's connection. */
		reader = store_reader_open(f->path, &error);
		setrlimit(RLIMIT_NOFILE, &limit);
		if (open("/dev/null", O_RDONLY) != -1)
			_exit(2);
		store_query_items(reader,
		    &(struct store_filter){.text = "said", .limit = 1000},
		    on_item, &page);
		_exit(page.rows != 50);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	store_reader_close(reader);
}

static void
an_edit_changes_item_and_search(void **state)
{
	struct store_fixture *f = *state;
	struct item_record edit = {.id = 1, .feed = 1, .seen_at = 6000};
	struct store_reader *reader = open_reader(f);
	struct page page = {0};
	struct db *db;
	char *error;

	add_alerts(f, 1);
	store_index_step(f->store, 100);
	item_init(&edit.item);
	free(edit.item.title);
	edit.item.title = xstrdup("Shoigu instead");
	edit.item.key = hash_str(0, "Макрон said 0");
	edit.item.revision = 2;
	batch_add_edit(f->batch, &edit);
	commit(f);
	assert_true(
	    store_has_seen(f->store, 1, hash_str(0, "Макрон said 0"), 2));
	assert_int_equal(COUNT(.text = "said"), 0);
	assert_int_equal(COUNT(.text = "shoigu"), 1);
	store_query_items(
	    reader, &(struct store_filter){.entity = "macron"}, on_item, &page);
	assert_int_equal(page.rows, 0);
	store_reader_close(reader);
	db = db_open(f->path, DB_READ_ONLY, &error);
	assert_int_equal(1,
	    db_number(db, 0,
		"SELECT count(*) FROM revisions JOIN items ON item = items.id"
		" WHERE revisions.title = 'Макрон said 0'"
		" AND entities = 'macron'",
		""));
	db_close(db);
}

static void
purge_passes_over_what_stays_and_stops_at_what_is_young(void **state)
{
	struct store_fixture *f = *state;
	struct strings sinks = {0};
	struct store_reader *reader = open_reader(f);

	add_alerts(f, KEPT);
	strings_add(&sinks, "hook");
	batch_add_delivery(f->batch,
	    &(struct delivery_record){
		.id = 2 * KEPT - 1, .state = DELIVERY_DONE, .done_at = 4000});
	commit(f);
	while (fixture_purge(f->store, 10000, &sinks, 7))
		;
	assert_int_equal(COUNT(.limit = 1000), KEPT - 1);
	reopen(f);
	limit_steps(f, STEPS);
	assert_false(fixture_purge(f->store, 2000, &sinks, 7));
	assert_string_equal(store_error(f->store), "");
	limit_steps(f, 0);
	store_reader_close(reader);
	strings_clear(&sinks);
}

/* A clock that was ahead for a while. */
static void
purge_passes_over_what_is_of_the_future(void **state)
{
	struct store_fixture *f = *state;
	struct strings sinks = {0};
	struct store_reader *reader = open_reader(f);
	struct db *db;
	char *error;

	add_alerts(f, 20);
	db = db_open(f->path, DB_WRITE, &error);
	db_exec(db, "UPDATE alerts SET at = 30000 WHERE seq <= 10;"
		    "UPDATE items SET seen_at = 30000 WHERE id <= 10;");
	db_close(db);
	while (fixture_purge(f->store, 10000, &sinks, 3))
		;
	assert_int_equal(COUNT(.limit = 100), 10);
	store_reader_close(reader);
}

int
main(void)
{
#define STORE_TEST(name)                 \
	cmocka_unit_test_setup_teardown( \
	    name, store_fixture_set_up, store_fixture_tear_down)
	const struct CMUnitTest tests[] = {
	    STORE_TEST(each_alert_waits_for_each_of_its_sinks),
	    STORE_TEST(a_delivery_moves_as_its_attempts_do),
	    STORE_TEST(a_log_marks_what_it_holds),
	    STORE_TEST(what_is_over_costs_nothing_each_second),
	    STORE_TEST(keys_are_known_after_their_items),
	    STORE_TEST(filters_narrow_the_alerts),
	    STORE_TEST(pages_go_backwards_and_forwards),
	    STORE_TEST(a_reader_needs_no_file_once_open),
	    STORE_TEST(an_edit_changes_item_and_search),
	    STORE_TEST(purge_passes_over_what_stays_and_stops_at_what_is_young),
	    STORE_TEST(purge_passes_over_what_is_of_the_future),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
