/*
 * daemon/engine/outbox against a model over random alerts, answers, courier
 * crashes, engine crashes (which lose what was not committed) and waits.
 * Nothing is lost, none is sent while it is at the courier, none is sent after
 * its success was committed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "tests/outbox_play.h"
#include "tests/store_fixture.h"

#define MODEL_MAX 4000

struct model {
	bool acknowledged[MODEL_MAX]; /* success, committed */
	bool answered[MODEL_MAX];     /* success, in the open batch */
	unsigned last_id;
};

static void
model_commit(struct play *play, struct model *model)
{
	play_commit(play);
	for (unsigned i = 0; i <= model->last_id; i++)
		model->acknowledged[i] |= model->answered[i];
}

static void
model_answer(struct play *play, struct model *model, bool good)
{
	unsigned index = (unsigned)rand() % play->sent_len;
	uint64_t id = play->sent[index].id;

	assert_in_range(id, 1, MODEL_MAX - 1);
	assert_false(model->acknowledged[id]);
	good = good || rand() % 2;
	assert_int_equal(
	    play_answer(play, index, good ? DELIVERY_OK : DELIVERY_RETRY), 0);
	model->answered[id] = good;
	if (id > model->last_id)
		model->last_id = (unsigned)id;
}

static void
model_step(struct play *play, struct model *model)
{
	switch (rand() % 12) {
	case 0:
		fixture_add_alert(play->store, play->batch, 0);
		break;
	case 1:
		play->now += rand() % MINUTE;
		break;
	case 2:
		play->now += rand() % HOUR;
		outbox_pump(play->outbox, play->now);
		break;
	case 3:
		model_commit(play, model);
		break;
	case 4: /* the courier dies, half its work undone */
		play->sent_len = 0;
		outbox_courier_gone(play->outbox);
		break;
	case 5: /* the engine dies */
		if (rand() % 10 != 0)
			break;
		play_stop(play);
		play_start(play);
		memset(model->answered, 0, sizeof(model->answered));
		break;
	case 6:
		play->full = rand() % 3 == 0;
		break;
	default:
		if (play->sent_len > 0)
			model_answer(play, model, false);
	}
}

static void
no_delivery_is_lost_or_sent_after_its_success(void **state)
{
	struct play *play = *state;
	struct model *model = xcalloc(1, sizeof(*model));
	struct sink_state hook;

	srand(3);
	play_commit(play);
	for (int i = 0; i < 4000; i++)
		model_step(play, model);
	play->full = false;
	for (int i = 0; i < 400; i++) {
		while (play->sent_len > 0)
			model_answer(play, model, true);
		model_commit(play, model);
		play->now += HOUR;
		outbox_pump(play->outbox, play->now);
	}
	hook = play_hook_state(play);
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
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		no_delivery_is_lost_or_sent_after_its_success, play_set_up,
		play_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
