/*
 * daemon/store: stories by filters, and what became of their items.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "desk/story.h"
#include "store/query.h"
#include "store/reader.h"
#include "store/trail.h"
#include "tests/store_fixture.h"

#define MINUTE INT64_C(60000000)
#define NOON (INT64_C(1000000) * 86400 * 20000)

struct fixture {
	char *folder;
	struct store *store;
	struct batch *batch;
	struct store_reader *reader;
};

/* minutes after NOON; published INT64_MIN: no date. */
static uint64_t
add_item(struct fixture *f, int feed, uint64_t story, int64_t published,
    const char *title)
{
	struct item_record record = {.id = store_next_item(f->store),
	    .feed = feed,
	    .seen_at = NOON + 60 * MINUTE + (int64_t)record.id,
	    .story = story};
	uint64_t id = record.id;

	if (story == 0)
		record.story = id;
	item_init(&record.item);
	free(record.item.title);
	record.item.title = xstrdup(title);
	record.item.key = id;
	record.item.published_at =
	    published == INT64_MIN ? ITEM_NO_DATE : NOON + published * MINUTE;
	record.mentions = xcalloc(1, sizeof(*record.mentions));
	record.mentions_len = 1;
	record.mentions[0] = (struct job_mention){.entity = xstrdup("macron"),
	    .name = xstrdup("Macron"),
	    .len = 6,
	    .accepted_by = xstrdup("base form")};
	batch_add_item(f->batch, &record);
	return id;
}

/* Story 1: three outlets and an alert. Story 4: one outlet, not told. */
static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	char *path, *error;

	f->folder = fixture_folder();
	path = fixture_path(f->folder);
	f->store = fixture_open(path);
	f->batch = batch_new();
	for (int row = 1; row <= 3; row++) {
		struct feed_record feed = {.row = row,
		    .id = xasprintf("feed-%d", row),
		    .outlet = xasprintf("Outlet %d", row)};

		batch_add_feed(f->batch, &feed);
	}
	add_item(f, 1, 0, 12, "Macron visits Kyiv");
	add_item(f, 2, 1, 8, "Macron in Kyiv");
	add_item(f, 3, 1, INT64_MIN, "Macron: what we know");
	add_item(f, 3, 0, 9, "Weather");
	fixture_add_alert(f->store, f->batch, 2);
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	f->reader = store_reader_open(path, &error);
	assert_non_null(f->reader);
	free(path);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	store_reader_close(f->reader);
	batch_free(f->batch);
	store_close(f->store);
	fixture_remove(f->folder);
	free(f);
	return 0;
}

static void
on_story(void *arg, uint64_t story)
{
	buf_addf(arg, "%llu ", (unsigned long long)story);
}

static void
check_stories(
    struct fixture *f, const struct store_filter *filter, const char *want)
{
	struct buf got = BUF_INIT;

	assert_int_equal(
	    store_query_stories(f->reader, filter, on_story, &got), 0);
	assert_string_equal(buf_str(&got), want);
	buf_clear(&got);
}

#define FILTER(...) (&(struct store_filter){__VA_ARGS__})

static void
filters_narrow_the_stories(void **state)
{
	struct fixture *f = *state;

	check_stories(f, FILTER(.limit = 0), "4 1 ");
	check_stories(f, FILTER(.limit = 1), "4 ");
	check_stories(f, FILTER(.before = 4), "1 ");
	check_stories(f, FILTER(.after = 1), "4 ");
	check_stories(f, FILTER(.told = true), "1 ");
	check_stories(f, FILTER(.outlets = 2), "1 ");
	check_stories(f, FILTER(.outlets = 4), "");
	check_stories(f, FILTER(.outlet = "Outlet 3"), "4 1 ");
	check_stories(f, FILTER(.outlet = "Outlet 1"), "1 ");
	check_stories(f, FILTER(.entity = "macron"), "4 1 ");
	check_stories(f, FILTER(.entity = "nobody"), "");
	check_stories(f, FILTER(.level = "urgent"), "1 ");
	check_stories(f, FILTER(.level = "flash"), "");
	check_stories(f, FILTER(.since_at = NOON + 60 * MINUTE + 4), "4 ");
}

static void
on_alert(void *arg, const struct trail_alert *alert,
    const struct trail_delivery *delivery)
{
	assert_int_equal(alert->rules.len, 1);
	buf_addf(arg, "%llu %s %s %s; ", (unsigned long long)alert->seq,
	    alert->type, alert->rules.at[0],
	    delivery != NULL ? delivery->sink : "none");
}

static void
alerts_come_with_each_delivery(void **state)
{
	struct fixture *f = *state;
	struct buf got = BUF_INIT;
	struct trail_told told;

	assert_int_equal(trail_read_alerts(f->reader, 1, 0, on_alert, &got), 0);
	assert_string_equal(
	    buf_str(&got), "1 item politics hook; 1 item politics log; ");
	buf_reset(&got);
	assert_int_equal(trail_read_alerts(f->reader, 0, 2, on_alert, &got), 0);
	assert_string_equal(
	    buf_str(&got), "1 item politics hook; 1 item politics log; ");
	buf_reset(&got);
	assert_int_equal(trail_read_alerts(f->reader, 4, 0, on_alert, &got), 0);
	assert_string_equal(buf_str(&got), "");
	buf_clear(&got);
	assert_int_equal(trail_read_told(f->reader, 1, &told), 0);
	assert_int_equal(told.alerts, 1);
	assert_int_equal(told.level, 1);
	assert_int_equal(trail_read_told(f->reader, 4, &told), 0);
	assert_int_equal(told.alerts, 0);
}

static void
on_mention(void *arg, const struct trail_mention *mention)
{
	buf_addf(arg, "%s %s %s;", mention->entity,
	    item_field_name(mention->field), mention->accepted_by);
}

static void
on_entity(void *arg, const char *entity, uint64_t items)
{
	buf_addf(arg, "%s %llu;", entity, (unsigned long long)items);
}

static void
mentions_are_read_by_item_and_counted_by_story(void **state)
{
	struct fixture *f = *state;
	struct buf got = BUF_INIT;

	trail_read_mentions(f->reader, 1, 10, on_mention, &got);
	assert_string_equal(buf_str(&got), "macron title base form;");
	buf_reset(&got);
	trail_read_mentions(f->reader, 99, 10, on_mention, &got);
	assert_string_equal(buf_str(&got), "");
	trail_read_entities(f->reader, 1, 10, on_entity, &got);
	assert_string_equal(buf_str(&got), "macron 3;");
	buf_clear(&got);
}

static void
a_story_is_told_by_publication(void **state)
{
	struct fixture *f = *state;
	struct story story;

	assert_int_equal(story_read(f->reader, 1, &story), 0);
	assert_int_equal(story.items_len, 3);
	assert_string_equal(story.headline, "Macron visits Kyiv");
	assert_int_equal(story.outlets_len, 3);
	assert_string_equal(story.outlets[0].name, "Outlet 2");
	assert_string_equal(story.outlets[1].name, "Outlet 1");
	assert_true(story_minutes(&story, story.outlets[1].first_at) == 4.0);
	/* Without a date: when it was seen. */
	assert_string_equal(story.outlets[2].name, "Outlet 3");
	assert_int_equal(story.items[2].at, story.items[2].seen_at);
	story_clear(&story);
	assert_int_equal(story_read(f->reader, 77, &story), 0);
	assert_int_equal(story.items_len, 0);
	story_clear(&story);
}

static void
a_date_in_the_future_makes_nobody_last(void **state)
{
	struct story story = {.id = 1};
	struct trail_item item = {.id = 1,
	    .feed = "f",
	    .outlet = "A",
	    .title = "t",
	    .language = "en",
	    .published_at = NOON + 600 * MINUTE,
	    .seen_at = NOON};

	story_add(&story, &item);
	item.id = 2;
	item.outlet = "B";
	item.published_at = item.seen_at = NOON + MINUTE;
	story_add(&story, &item);
	item.id = 3;
	item.outlet = "A";
	story_add(&story, &item);
	story_settle(&story);
	assert_string_equal(story.outlets[0].name, "A");
	assert_int_equal(story.outlets[0].items, 2);
	assert_int_equal(story.outlets[1].first_at, NOON + MINUTE);
	assert_int_equal(story.languages.len, 1);
	story_clear(&story);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(filters_narrow_the_stories),
	    TEST(alerts_come_with_each_delivery),
	    TEST(mentions_are_read_by_item_and_counted_by_story),
	    TEST(a_story_is_told_by_publication),
	    cmocka_unit_test(a_date_in_the_future_makes_nobody_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
