/*
 * daemon/engine/outbox: by example, and against a model over random actions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "engine/outbox.h"
#include "frame/state.h"
#include "tests/store_fixture.h"

#define SECOND 1000000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define AT_COURIER_MAX 1024

struct sent {
	uint64_t id;
	char sink[16];
	char alert[40];
	unsigned attempt;
};

struct fixture {
	char *folder;
	char *path;
	struct store *store;
	struct batch *batch;
	struct outbox *outbox;
	int64_t now;
	struct sent sent[AT_COURIER_MAX]; /* what the courier holds */
	unsigned sent_len;
	bool full;
	unsigned refused; /* when it was full */
};

static bool
on_send(void *arg, const struct outbox_delivery *delivery)
{
	struct fixture *f = arg;
	struct sent *sent = &f->sent[f->sent_len];

	if (f->full) {
		f->refused++;
		return false;
	}
	assert_in_range(f->sent_len, 0, AT_COURIER_MAX - 1);
	for (unsigned i = 0; i < f->sent_len; i++)
		assert_true(f->sent[i].id != delivery->id);
	f->sent_len++;
	*sent = (struct sent){.id = delivery->id, .attempt = delivery->attempt};
	snprintf(sent->sink, sizeof(sent->sink), "%s", delivery->sink);
	snprintf(sent->alert, sizeof(sent->alert), "%s", delivery->alert);
	return true;
}

static void
set_sinks(struct fixture *f)
{
	struct strings sinks = {0};

	strings_add(&sinks, "hook");
	strings_add(&sinks, "log"); /* a second courier sink here */
	outbox_set_sinks(f->outbox, &sinks);
	strings_clear(&sinks);
}

static void
start(struct fixture *f)
{
	f->store = fixture_open(f->path);
	f->batch = batch_new();
	f->outbox = outbox_new(f->store, f->batch, on_send, f, 5);
	f->sent_len = 0;
	set_sinks(f);
}

static void
stop(struct fixture *f)
{
	outbox_free(f->outbox);
	batch_free(f->batch);
	store_close(f->store);
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->folder = fixture_folder();
	f->path = fixture_path(f->folder);
	f->now = HOUR;
	start(f);
	fixture_add_feed(f->batch, 1);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	stop(f);
	free(f->path);
	fixture_remove(f->folder);
	free(f);
	return 0;
}

static void
commit(struct fixture *f)
{
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	outbox_committed(f->outbox);
	outbox_pump(f->outbox, f->now);
}

static void
add_alerts(struct fixture *f, unsigned n)
{
	while (n-- > 0)
		fixture_add_alert(f->store, f->batch, 0);
	commit(f);
}

static int
answer(struct fixture *f, unsigned index, enum delivery_outcome outcome)
{
	struct outbox_outcome result = {.delivery = f->sent[index].id,
	    .outcome = outcome,
	    .error = outcome == DELIVERY_OK ? NULL : "HTTP 503"};
	int64_t delay;

	f->sent[index] = f->sent[--f->sent_len];
	return outbox_settle(f->outbox, &result, f->now, &delay);
}

static unsigned
at_courier(const struct fixture *f, const char *sink)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->sent_len; i++)
		n += strcmp(f->sent[i].sink, sink) == 0;
	return n;
}

static unsigned
find(const struct fixture *f, const char *sink)
{
	for (unsigned i = 0; i < f->sent_len; i++)
		if (strcmp(f->sent[i].sink, sink) == 0)
			return i;
	fail_msg("nothing of %s is at the courier", sink);
	return 0;
}

static void
tell(void *arg, const struct sink_state *state)
{
	struct sink_state *out = arg;

	if (strcmp(state->sink, "hook") == 0)
		*out = *state;
}

static struct sink_state
hook_state(struct fixture *f)
{
	struct sink_state state = {0};

	outbox_tell_states(f->outbox, true, tell, &state);
	return state;
}

static void
a_window_of_each_sink_is_at_the_courier(void **state)
{
	struct fixture *f = *state;

	add_alerts(f, 200);
	assert_int_equal(at_courier(f, "hook"), OUTBOX_WINDOW);
	assert_int_equal(at_courier(f, "log"), OUTBOX_WINDOW);
	answer(f, find(f, "hook"), DELIVERY_OK);
	commit(f);
	assert_int_equal(at_courier(f, "hook"), OUTBOX_WINDOW);
	assert_int_equal(hook_state(f).waiting, 199);
	assert_int_equal(hook_state(f).delivered, 1);
}

static void
attempts_follow_the_schedule_and_then_end(void **state)
{
	static const int64_t waits_s[] = {
	    5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
	struct fixture *f = *state;
	char alert[40];

	add_alerts(f, 1);
	strcpy(alert, f->sent[find(f, "hook")].alert);
	for (unsigned i = 0; i < 9; i++) {
		assert_int_equal(f->sent[find(f, "hook")].attempt, i + 1);
		assert_string_equal(f->sent[find(f, "hook")].alert, alert);
		answer(f, find(f, "hook"), DELIVERY_RETRY);
		commit(f);
		f->now += waits_s[i] * SECOND / 100 * 89;
		outbox_pump(f->outbox, f->now);
		assert_int_equal(at_courier(f, "hook"), 0);
		f->now += waits_s[i] * SECOND / 100 * 22;
		outbox_pump(f->outbox, f->now);
	}
	answer(f, find(f, "hook"), DELIVERY_RETRY);
	commit(f);
	assert_int_equal(hook_state(f).waiting, 0);
	assert_int_equal(hook_state(f).dead, 1);
}

static void
a_sink_that_is_back_gets_all_at_once(void **state)
{
	struct fixture *f = *state;

	add_alerts(f, 10);
	while (at_courier(f, "hook") > 0)
		answer(f, find(f, "hook"), DELIVERY_RETRY);
	commit(f);
	assert_int_equal(at_courier(f, "hook"), 0);
	f->now += MINUTE;
	outbox_pump(f->outbox, f->now);
	while (at_courier(f, "hook") > 0) { /* four at a time */
		assert_in_range(at_courier(f, "hook"), 1, 4);
		while (at_courier(f, "hook") > 0)
			answer(f, find(f, "hook"), DELIVERY_RETRY);
		commit(f);
	}
	assert_int_equal(hook_state(f).waiting, 10);
	f->now += MINUTE;
	add_alerts(f, 1); /* the next tries are minutes away, but this one: */
	assert_int_equal(at_courier(f, "hook"), 1);
	answer(f, find(f, "hook"), DELIVERY_OK);
	commit(f);
	assert_int_equal(at_courier(f, "hook"), 10);
}

static void
one_that_is_always_refused_gets_one_early_try_a_step(void **state)
{
	struct fixture *f = *state;
	uint64_t bad;
	unsigned tries = 0;

	add_alerts(f, 1);
	bad = f->sent[find(f, "hook")].id;
	for (int i = 0; i < 100; i++) {
		for (unsigned j = 0; j < f->sent_len;) {
			bool refused = f->sent[j].id == bad;

			tries += refused;
			answer(f, j, refused ? DELIVERY_RETRY : DELIVERY_OK);
		}
		commit(f);
		add_alerts(f, 1);
	}
	assert_int_equal(tries, 2);
}

static void
retry_after_holds_the_sink(void **state)
{
	struct fixture *f = *state;
	struct outbox_outcome result = {.outcome = DELIVERY_RETRY,
	    .http_status = 429,
	    .retry_after_us = 90 * SECOND,
	    .error = "HTTP 429"};
	unsigned index;
	int64_t delay;

	add_alerts(f, 1);
	index = find(f, "hook");
	result.delivery = f->sent[index].id;
	f->sent[index] = f->sent[--f->sent_len];
	assert_int_equal(outbox_settle(f->outbox, &result, f->now, &delay), 0);
	add_alerts(f, 1);
	f->now += 89 * SECOND;
	outbox_pump(f->outbox, f->now);
	assert_int_equal(at_courier(f, "hook"), 0);
	f->now += SECOND;
	outbox_pump(f->outbox, f->now);
	assert_int_equal(at_courier(f, "hook"), 2);
}

static void
what_comes_back_untried_was_never_sent(void **state)
{
	struct fixture *f = *state;

	add_alerts(f, 2);
	while (at_courier(f, "hook") > 0)
		answer(f, find(f, "hook"), DELIVERY_HELD);
	assert_int_equal(hook_state(f).attempts_failed, 0);
	commit(f);
	assert_int_equal(at_courier(f, "hook"), 2);
	assert_int_equal(f->sent[find(f, "hook")].attempt, 1);
}

static void
a_gone_receiver_disables_its_sink_until_reload(void **state)
{
	struct fixture *f = *state;
	struct sink_state changed = {0};

	add_alerts(f, 1);
	answer(f, find(f, "hook"), DELIVERY_GONE);
	add_alerts(f, 3);
	assert_int_equal(at_courier(f, "hook"), 0);
	assert_int_equal(at_courier(f, "log"), 4);
	assert_string_equal(hook_state(f).state, "disabled");
	assert_int_equal(hook_state(f).waiting, 4);
	add_alerts(f, 1);
	outbox_tell_states(f->outbox, false, tell, &changed);
	assert_int_equal(changed.waiting, 5);
	set_sinks(f);
	outbox_pump(f->outbox, f->now);
	assert_int_equal(at_courier(f, "hook"), 5);
}

static void
answers_nobody_asked_for_are_refused(void **state)
{
	struct fixture *f = *state;
	struct outbox_outcome result = {.delivery = 99};
	int64_t delay;

	assert_int_equal(outbox_settle(f->outbox, &result, f->now, &delay), -1);
	add_alerts(f, 1);
	result.delivery = f->sent[0].id;
	assert_int_equal(outbox_settle(f->outbox, &result, f->now, &delay), 0);
	assert_int_equal(outbox_settle(f->outbox, &result, f->now, &delay), -1);
}

static void
settle(struct fixture *f, struct outbox_outcome result)
{
	unsigned index = find(f, "hook");
	int64_t delay;

	result.delivery = f->sent[index].id;
	f->sent[index] = f->sent[--f->sent_len];
	assert_int_equal(outbox_settle(f->outbox, &result, f->now, &delay), 0);
}

static void
a_window_holds_early_tries_and_new_deliveries_alike(void **state)
{
	struct fixture *f = *state;

	add_alerts(f, OUTBOX_WINDOW);
	while (at_courier(f, "hook") > 0)
		answer(f, find(f, "hook"), DELIVERY_RETRY);
	add_alerts(f, OUTBOX_WINDOW);
	assert_int_equal(at_courier(f, "hook"), OUTBOX_WINDOW_FAILING);
	answer(f, find(f, "hook"), DELIVERY_OK);
	commit(f);
	assert_int_equal(at_courier(f, "hook"), OUTBOX_WINDOW);
}

static void
a_courier_that_is_full_is_asked_once(void **state)
{
	struct fixture *f = *state;

	f->full = true;
	add_alerts(f, 3);
	assert_int_equal(f->refused, 1);
	f->full = false;
	outbox_pump(f->outbox, f->now);
	assert_int_equal(at_courier(f, "hook"), 3);
	assert_int_equal(at_courier(f, "log"), 3);
}

static void
sinks_that_stay_keep_what_the_courier_holds(void **state)
{
	struct fixture *f = *state;
	struct strings sinks = {0};

	add_alerts(f, 2);
	answer(f, find(f, "hook"), DELIVERY_RETRY);
	strings_add(&sinks, "other");
	strings_add(&sinks, "log");
	strings_add(&sinks, "hook");
	outbox_set_sinks(f->outbox, &sinks);
	strings_clear(&sinks);
	commit(f);
	assert_int_equal(at_courier(f, "hook"), 2); /* one is tried again */
	assert_int_equal(at_courier(f, "log"), 2);
	assert_int_equal(at_courier(f, "other"), 0);
	assert_int_equal(outbox_under_way(f->outbox), 4);
	assert_string_equal(hook_state(f).error, "HTTP 503");
}

static void
an_endless_retry_after_is_a_day(void **state)
{
	struct fixture *f = *state;

	add_alerts(f, 1);
	settle(f, (struct outbox_outcome){
		      .outcome = DELIVERY_RETRY, .retry_after_us = 48 * HOUR});
	answer(f, find(f, "log"), DELIVERY_OK);
	commit(f);
	assert_true(outbox_next_at(f->outbox, f->now) == f->now + 24 * HOUR);
	add_alerts(f, 1); /* waits with it */
	assert_true(outbox_next_at(f->outbox, f->now) == f->now + 24 * HOUR);
}

static void
the_next_time_is_that_of_the_first_sink_with_something_due(void **state)
{
	struct fixture *f = *state;
	int64_t retry_at;

	assert_true(outbox_next_at(f->outbox, f->now) == INT64_MAX);
	add_alerts(f, 1);
	assert_int_equal(outbox_under_way(f->outbox), 2);
	assert_true(outbox_next_at(f->outbox, f->now) == INT64_MAX);
	answer(f, find(f, "log"), DELIVERY_RETRY);
	commit(f);
	retry_at = outbox_next_at(f->outbox, f->now);
	assert_in_range(retry_at - f->now, 4 * SECOND, 6 * SECOND);
	settle(f, (struct outbox_outcome){.outcome = DELIVERY_RETRY,
		      .retry_after_us = 90 * SECOND});
	commit(f);
	assert_true(outbox_next_at(f->outbox, f->now) == retry_at);
	assert_true(outbox_next_at(f->outbox, f->now + HOUR) == f->now + HOUR);
	f->now += 7 * SECOND;
	outbox_pump(f->outbox, f->now);
	answer(f, find(f, "log"), DELIVERY_GONE);
	commit(f);
	assert_true(
	    outbox_next_at(f->outbox, f->now) == f->now + (90 - 7) * SECOND);
}

/* ---- the model ----------------------------------------------------------
 * Random alerts, answers, courier crashes, engine crashes (which lose what was
 * not committed), waits. Nothing is lost, none is sent while it is at the
 * courier, none is sent after its success was committed. */

#define MODEL_MAX 4000

struct model {
	bool acknowledged[MODEL_MAX]; /* success, committed */
	bool answered[MODEL_MAX];     /* success, in the open batch */
	unsigned last_id;
};

static void
model_commit(struct fixture *f, struct model *model)
{
	commit(f);
	for (unsigned i = 0; i <= model->last_id; i++)
		model->acknowledged[i] |= model->answered[i];
}

static void
model_answer(struct fixture *f, struct model *model, bool good)
{
	unsigned index = (unsigned)rand() % f->sent_len;
	uint64_t id = f->sent[index].id;

	assert_in_range(id, 1, MODEL_MAX - 1);
	assert_false(model->acknowledged[id]);
	good = good || rand() % 2;
	assert_int_equal(
	    answer(f, index, good ? DELIVERY_OK : DELIVERY_RETRY), 0);
	model->answered[id] = good;
	if (id > model->last_id)
		model->last_id = (unsigned)id;
}

static void
model_step(struct fixture *f, struct model *model)
{
	switch (rand() % 12) {
	case 0:
		fixture_add_alert(f->store, f->batch, 0);
		break;
	case 1:
		f->now += rand() % MINUTE;
		break;
	case 2:
		f->now += rand() % HOUR;
		outbox_pump(f->outbox, f->now);
		break;
	case 3:
		model_commit(f, model);
		break;
	case 4: /* the courier dies, half its work undone */
		f->sent_len = 0;
		outbox_courier_gone(f->outbox);
		break;
	case 5: /* the engine dies */
		if (rand() % 10 != 0)
			break;
		stop(f);
		start(f);
		memset(model->answered, 0, sizeof(model->answered));
		break;
	case 6:
		f->full = rand() % 3 == 0;
		break;
	default:
		if (f->sent_len > 0)
			model_answer(f, model, false);
	}
}

static void
no_delivery_is_lost_or_sent_after_its_success(void **state)
{
	struct fixture *f = *state;
	struct model *model = xcalloc(1, sizeof(*model));
	struct sink_state hook;

	srand(3);
	commit(f);
	for (int i = 0; i < 4000; i++)
		model_step(f, model);
	f->full = false;
	for (int i = 0; i < 400; i++) {
		while (f->sent_len > 0)
			model_answer(f, model, true);
		model_commit(f, model);
		f->now += HOUR;
		outbox_pump(f->outbox, f->now);
	}
	hook = hook_state(f);
	assert_int_equal(hook.waiting, 0);
	assert_int_equal(hook.dead, 0);
	for (unsigned id = 1; id <= model->last_id; id++)
		assert_true(model->acknowledged[id]);
	assert_true(model->last_id > 300);
	free(model);
}

int
main(void)
{
#define OUTBOX_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    OUTBOX_TEST(a_window_of_each_sink_is_at_the_courier),
	    OUTBOX_TEST(attempts_follow_the_schedule_and_then_end),
	    OUTBOX_TEST(a_sink_that_is_back_gets_all_at_once),
	    OUTBOX_TEST(one_that_is_always_refused_gets_one_early_try_a_step),
	    OUTBOX_TEST(retry_after_holds_the_sink),
	    OUTBOX_TEST(what_comes_back_untried_was_never_sent),
	    OUTBOX_TEST(a_gone_receiver_disables_its_sink_until_reload),
	    OUTBOX_TEST(answers_nobody_asked_for_are_refused),
	    OUTBOX_TEST(a_window_holds_early_tries_and_new_deliveries_alike),
	    OUTBOX_TEST(a_courier_that_is_full_is_asked_once),
	    OUTBOX_TEST(sinks_that_stay_keep_what_the_courier_holds),
	    OUTBOX_TEST(an_endless_retry_after_is_a_day),
	    OUTBOX_TEST(
		the_next_time_is_that_of_the_first_sink_with_something_due),
	    OUTBOX_TEST(no_delivery_is_lost_or_sent_after_its_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
