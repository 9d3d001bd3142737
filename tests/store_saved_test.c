/*
 * daemon/store: what is saved comes back, the last of it and all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "store/db.h"
#include "store/store_db.h"
#include "store/websub.h"
#include "tests/store_fixture.h"

static void
commit(struct store_fixture *f)
{
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	assert_int_equal(batch_rows(f->batch), 0);
}

/* Other values for each number. */
static struct feed_record
feed_of(int64_t n)
{
	struct feed_record feed = {.row = 1,
	    .body_hash = UINT64_MAX - (uint64_t)n,
	    .first_success_at = 10 * n,
	    .last_success_at = 11 * n,
	    .last_new_at = 12 * n,
	    .last_item_at = 13 * n,
	    .move = {.sightings = 14 * n, .first_at = 15 * n},
	    .rhythm_len = sizeof(n),
	    .health = 16 * n,
	    .health_at = 17 * n,
	    .held_until_at = 18 * n,
	    .hints = {
		.ttl_s = 19 * n, .skip_hours = 20 * n, .skip_days = 21 * n}};

	feed.id = xstrdup("feed-1");
	feed.outlet = xasprintf("outlet %d", (int)n);
	feed.url = xasprintf("url %d", (int)n);
	feed.etag = xasprintf("etag %d", (int)n);
	feed.modified = n > 1 ? xasprintf("modified %d", (int)n) : NULL;
	feed.title = xasprintf("title %d", (int)n);
	feed.move.url = xasprintf("move %d", (int)n);
	feed.move.adopted = n > 1;
	feed.rhythm = xcalloc(1, sizeof(n));
	memcpy(feed.rhythm, &n, sizeof(n));
	return feed;
}

static void
assert_same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void
on_feed(void *arg, const struct feed_record *feed)
{
	const struct feed_record *saved = arg;

	assert_int_equal(feed->row, saved->row);
	assert_string_equal(feed->id, saved->id);
	assert_same_text(feed->outlet, saved->outlet);
	assert_same_text(feed->url, saved->url);
	assert_same_text(feed->etag, saved->etag);
	assert_same_text(feed->modified, saved->modified);
	assert_true(feed->body_hash == saved->body_hash);
	assert_same_text(feed->title, saved->title);
	assert_int_equal(feed->first_success_at, saved->first_success_at);
	assert_int_equal(feed->last_success_at, saved->last_success_at);
	assert_int_equal(feed->last_new_at, saved->last_new_at);
	assert_int_equal(feed->last_item_at, saved->last_item_at);
	assert_same_text(feed->move.url, saved->move.url);
	assert_int_equal(feed->move.sightings, saved->move.sightings);
	assert_int_equal(feed->move.first_at, saved->move.first_at);
	assert_int_equal(feed->move.adopted, saved->move.adopted);
	assert_int_equal(feed->rhythm_len, saved->rhythm_len);
	assert_memory_equal(feed->rhythm, saved->rhythm, saved->rhythm_len);
	assert_int_equal(feed->health, saved->health);
	assert_int_equal(feed->health_at, saved->health_at);
	assert_int_equal(feed->held_until_at, saved->held_until_at);
	assert_int_equal(feed->hints.ttl_s, saved->hints.ttl_s);
	assert_int_equal(feed->hints.skip_hours, saved->hints.skip_hours);
	assert_int_equal(feed->hints.skip_days, saved->hints.skip_days);
}

static void
a_feed_comes_back_as_it_was_saved_last(void **state)
{
	struct store_fixture *f = *state;

	for (int64_t n = 1; n <= 3; n++) {
		struct feed_record feed = feed_of(n), saved;

		feed_record_copy(&saved, &feed);
		batch_add_feed(f->batch, &feed);
		commit(f);
		store_close(f->store);
		f->store = fixture_open(f->path);
		assert_int_equal(
		    store_read_feeds(f->store, on_feed, &saved), 0);
		feed_record_clear(&saved);
	}
	assert_int_equal(store_next_feed(f->store), 2);
}

static struct websub_record
websub_of(int64_t n)
{
	struct websub_record websub = {
	    .lease_at = 10 * n, .next_at = 11 * n, .denied = n == 2};

	websub.token = xstrdup("token");
	websub.feed = xasprintf("feed %d", (int)n);
	websub.hub = xasprintf("hub %d", (int)n);
	websub.topic = xasprintf("topic %d", (int)n);
	websub.secret = n > 1 ? xasprintf("secret %d", (int)n) : NULL;
	websub.callback = n > 1 ? xasprintf("callback %d", (int)n) : NULL;
	websub.left = n == 3;
	return websub;
}

static void
on_websub(void *arg, const struct websub_record *websub)
{
	const struct websub_record *saved = arg;

	assert_non_null(saved);
	assert_string_equal(websub->token, saved->token);
	assert_string_equal(websub->feed, saved->feed);
	assert_string_equal(websub->hub, saved->hub);
	assert_string_equal(websub->topic, saved->topic);
	assert_same_text(websub->secret, saved->secret);
	assert_same_text(websub->callback, saved->callback);
	assert_int_equal(websub->lease_at, saved->lease_at);
	assert_int_equal(websub->next_at, saved->next_at);
	assert_int_equal(websub->denied, saved->denied);
	assert_int_equal(websub->left, saved->left);
}

static void
a_subscription_comes_back_until_it_is_gone(void **state)
{
	struct store_fixture *f = *state;

	for (int64_t n = 1; n <= 3; n++) {
		struct websub_record websub = websub_of(n), saved;

		websub_record_copy(&saved, &websub);
		batch_add_websub(f->batch, &websub);
		commit(f);
		store_read_websubs(f->store, on_websub, &saved);
		if (n == 1) {
			batch_add_websub_gone(f->batch, "token");
			commit(f);
			store_read_websubs(f->store, on_websub, NULL);
		}
		websub_record_clear(&saved);
	}
}

/* Nothing of a batch is there unless all of it is. */
static void
a_batch_that_cannot_be_is_undone(void **state)
{
	struct store_fixture *f = *state;
	struct alert_record twice = {.seq = 1,
	    .id = xstrdup("x"),
	    .type = "item",
	    .json = xstrdup("{}")};

	fixture_add_alert(f->store, f->batch, 0);
	fixture_add_item(f->store, f->batch, "Macron");
	commit(f);
	fixture_add_item(f->store, f->batch, "Macron");
	batch_add_alert(f->batch, &twice);
	fixture_add_item(f->store, f->batch, "Macron");
	assert_int_equal(store_commit(f->store, f->batch), STORE_BUG);
	assert_string_not_equal(store_error(f->store), "");
	assert_int_equal(
	    db_number(f->store->db, 0, "SELECT max(id) FROM items", ""), 1);
}

static void
an_alert_that_names_an_entity_twice_is_kept(void **state)
{
	struct store_fixture *f = *state;
	struct alert_record alert = {.seq = 1,
	    .id = xstrdup("x"),
	    .type = "item",
	    .json = xstrdup("{}")};

	strings_add(&alert.entities, "macron");
	strings_add(&alert.entities, "macron");
	batch_add_alert(f->batch, &alert);
	commit(f);
}

int
main(void)
{
#define SAVED_TEST(name)                 \
	cmocka_unit_test_setup_teardown( \
	    name, store_fixture_set_up, store_fixture_tear_down)
	const struct CMUnitTest tests[] = {
	    SAVED_TEST(a_feed_comes_back_as_it_was_saved_last),
	    SAVED_TEST(a_subscription_comes_back_until_it_is_gone),
	    SAVED_TEST(a_batch_that_cannot_be_is_undone),
	    SAVED_TEST(an_alert_that_names_an_entity_twice_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
