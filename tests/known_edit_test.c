/*
 * daemon/engine/known: which known item a text is a version of, and what is
 * new in it.
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
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/job.h"
#include "engine/known.h"
#include "tests/store_fixture.h"

#define FIRST "Macron speaks about the budget in Paris"
#define SECOND "Macron explains budget and pensions in Strasbourg"
#define THIRD "Macron defends pensions and wages in Strasbourg"
#define OTHER "Earthquake shakes northern Japan"

/* ---- which item it is ---------------------------------------------------- */

struct fixture {
	struct store_fixture *store;
	struct engine *engine;
	struct feed *feed;
	struct job job;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	store_fixture_set_up((void **)&f->store);
	f->engine = xcalloc(1, sizeof(*f->engine));
	f->engine->store = f->store->store;
	f->engine->batch = f->store->batch;
	f->feed = xcalloc(1, sizeof(*f->feed));
	f->feed->record.row = 1;
	f->feed->seen.loaded = true;
	f->job.feed = f->feed;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	store_fixture_tear_down((void **)&f->store);
	seen_clear(&f->feed->seen);
	free(f->feed);
	free(f->engine);
	free(f);
	return 0;
}

static struct item_record
record_of(uint64_t id, struct item_keys keys, const char *title)
{
	struct item_record record = {
	    .id = id, .feed = 1, .seen_at = 1000, .keys = keys};

	item_init(&record.item);
	record.item.key = keys.key;
	record.item.title = xstrdup(title);
	record.item.summary = xstrdup("");
	record.item.content = xstrdup("");
	return record;
}

/* entity: NULL: none. */
static void
add_mentioning(struct fixture *f, struct item_keys keys, const char *title,
    const char *entity)
{
	struct item_record record =
	    record_of(store_next_item(f->store->store), keys, title);

	if (entity != NULL) {
		record.mentions = xcalloc(1, sizeof(*record.mentions));
		record.mentions_len = 1;
		record.mentions->entity = xstrdup(entity);
		record.mentions->name = xstrdup(entity);
		record.mentions->accepted_by = xstrdup("base form");
	}
	seen_add(&f->feed->seen, keys.key, 0);
	batch_add_item(f->store->batch, &record);
}

static void
add(struct fixture *f, struct item_keys keys, const char *title)
{
	add_mentioning(f, keys, title, NULL);
}

static void
commit(struct fixture *f)
{
	assert_int_equal(
	    store_commit(f->store->store, f->store->batch), STORE_OK);
}

static struct known
find(struct fixture *f, struct item_keys keys, const char *title)
{
	struct item_record record = record_of(0, keys, title);
	struct known known;

	known_find(f->engine, &f->job, &record.item, &keys, &known);
	item_clear(&record.item);
	return known;
}

static void
assert_item(struct known known, uint64_t item, bool same)
{
	assert_int_equal(known.item, item);
	assert_int_equal(known.variant.same, same);
	assert_false(known.reused);
	known_clear(&known);
}

/* What is not yet committed is newer than what is. */
static void
the_newest_text_of_an_item_counts(void **state)
{
	struct fixture *f = *state;
	struct item_keys keys = {.key = 1, .url = 2};
	struct item_record edit = record_of(1, keys, SECOND);

	add(f, keys, FIRST);
	commit(f);
	batch_add_edit(f->store->batch, &edit);
	assert_item(find(f, keys, SECOND), 1, true);
	assert_item(find(f, keys, THIRD), 1, false);
}

/* Also those that the text in between had not. */
static void
entities_of_all_texts_count(void **state)
{
	struct fixture *f = *state;
	struct item_keys keys = {.key = 1, .url = 2};
	struct item_record edit = record_of(1, keys, SECOND);
	struct known known;

	add_mentioning(f, keys, FIRST, "paris");
	batch_add_edit(f->store->batch, &edit);
	known = find(f, keys, THIRD);
	assert_int_equal(known.item, 1);
	assert_true(strings_has(&known.entities, "paris"));
	known_clear(&known);
	commit(f);
	edit = record_of(1, keys, THIRD);
	batch_add_edit(f->store->batch, &edit);
	known = find(f, keys, SECOND);
	assert_true(strings_has(&known.entities, "paris"));
	known_clear(&known);
}

static void
another_text_under_an_id_or_link_is_told_so(void **state)
{
	struct fixture *f = *state;
	struct item_keys keys = {.key = 1, .url = 2};
	struct known known;

	add(f, keys, FIRST);
	commit(f);
	known = find(f, (struct item_keys){.key = 1}, OTHER);
	assert_int_equal(known.item, 0);
	assert_true(known.reused);
	known = find(f, (struct item_keys){.key = 3, .url = 2}, OTHER);
	assert_int_equal(known.item, 0);
	assert_true(known.reused);
	known = find(f, (struct item_keys){.key = 3, .url = 4}, OTHER);
	assert_int_equal(known.item, 0);
	assert_false(known.reused);
}

static void
an_item_without_link_is_known_by_its_id(void **state)
{
	struct fixture *f = *state;
	struct known known;

	add(f, (struct item_keys){.key = 1}, FIRST);
	commit(f);
	known = find(f, (struct item_keys){.key = 1}, FIRST);
	assert_true(known.by_key && known.by_url);
	known_clear(&known);
}

/* Memory holds the newest keys alone, or none. */
static void
an_id_that_is_in_the_store_alone_is_found(void **state)
{
	struct fixture *f = *state;
	struct item_keys keys = {.key = 1};

	add(f, keys, FIRST);
	commit(f);
	seen_clear(&f->feed->seen);
	assert_item(find(f, keys, SECOND), 1, false);
	f->feed->seen.loaded = f->feed->seen.cut = true;
	assert_item(find(f, keys, SECOND), 1, false);
}

/* ---- what is new in it --------------------------------------------------- */

/* The entity as the word that stands at the end of the title. */
static bool
is_new(const char *entity, const char *title)
{
	struct known known = {.title = (char *)"Macron met Putin",
	    .summary = (char *)"in Paris",
	    .content = (char *)"without Scholz"};
	const char *word = strrchr(title, ' ') + 1;
	struct job_mention mention = {.entity = (char *)entity,
	    .field = ITEM_TITLE,
	    .offset = (size_t)(word - title),
	    .len = strlen(word)};
	struct job_item item = {.item.title = (char *)title,
	    .mentions = &mention,
	    .mentions_len = 1};
	bool has;

	strings_add(&known.entities, "macron");
	has = known_has_new_mention(&known, &item);
	strings_clear(&known.entities);
	return has;
}

static void
a_mention_is_new_once(void **state)
{
	assert_true(is_new("tusk", "now with Tusk"));
	assert_false(is_new("macron", "again with Emmanuel"));
	/* Words that stood there before their name was tracked. */
	assert_false(is_new("putin", "now with Putin"));
	assert_false(is_new("paris", "now in Paris"));
	assert_false(is_new("scholz", "now with Scholz"));
}

static void
check_reason(bool same, bool by_key, bool by_url, const char *expected)
{
	struct known known = {.item = 7,
	    .by_key = by_key,
	    .by_url = by_url,
	    .variant.same = same};
	struct buf reason = BUF_INIT;

	known_add_reason(&reason, &known);
	assert_string_equal(buf_str(&reason), expected);
	buf_clear(&reason);
}

static void
the_reason_says_what_was_known(void **state)
{
	check_reason(true, true, true, "known as item 7");
	check_reason(true, true, false,
	    "item 7 again, with the same text under another link");
	check_reason(true, false, true,
	    "item 7 again, with the same text under another id");
	check_reason(true, false, false,
	    "item 7 again, with the same text under another id and link");
	check_reason(false, true, true, "edit of item 7");
}

static void
the_changes_are_words_and_names(void **state)
{
	struct known known = {.title = (char *)"Macron alone",
	    .summary = (char *)"at 9; at 12",
	    .content = (char *)""};
	struct job_mention mentions[] = {
	    {.entity = (char *)"tusk", .name = (char *)"Tusk", .len = 4},
	    {.entity = (char *)"tusk", .name = (char *)"Tusk", .len = 4}};
	struct job_item item = {.item = {.title = (char *)"Tusk alone",
				    .summary = (char *)"at 9; at 13",
				    .content = (char *)""},
	    .mentions = mentions,
	    .mentions_len = 2};
	struct buf changes = BUF_INIT;

	known_add_changes(&changes, &known, &item);
	assert_string_equal(buf_str(&changes),
	    "; title changed: [-Macron-] {+Tusk+} alone"
	    "; summary changed: at 9; at [-12-] {+13+}; mentions now Tusk");
	buf_clear(&changes);
}

int
main(void)
{
#define FIND_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    FIND_TEST(the_newest_text_of_an_item_counts),
	    FIND_TEST(entities_of_all_texts_count),
	    FIND_TEST(another_text_under_an_id_or_link_is_told_so),
	    FIND_TEST(an_item_without_link_is_known_by_its_id),
	    FIND_TEST(an_id_that_is_in_the_store_alone_is_found),
	    cmocka_unit_test(a_mention_is_new_once),
	    cmocka_unit_test(the_reason_says_what_was_known),
	    cmocka_unit_test(the_changes_are_words_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
