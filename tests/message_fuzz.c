/*
 * The messages between roles, as an owned fetcher would send them: whatever
 * the bytes are, a get answers -1 or gives fields that a put can send again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "frame/job.h"
#include "frame/message.h"
#include "frame/state.h"
#include "frame/websub.h"
#include "tests/fuzz.h"

/* What was read must be written and read the same once more. */
static void
check_item(struct message_reader *reader)
{
	struct item_message message, again;
	struct buf buf = BUF_INIT;
	struct message_reader second;

	if (item_message_get(reader, &message) == -1)
		return;
	item_message_put(&buf, &message);
	message_reader_init(&second, buf.data, buf.len);
	if (item_message_get(&second, &again) == -1)
		abort();
	item_message_clear(&again);
	item_message_clear(&message);
	buf_clear(&buf);
}

static void
check_done(struct message_reader *reader)
{
	struct fetch_done done;

	if (fetch_done_get(reader, &done) == 0)
		fetch_done_clear(&done);
}

static void
check_start(struct message_reader *reader)
{
	struct fetch_start start;

	if (fetch_start_get(reader, &start) == 0)
		fetch_start_clear(&start);
}

static void
check_stats(struct message_reader *reader)
{
	struct stats stats;

	if (stats_get(reader, &stats) == 0)
		stats_clear(&stats);
}

static void
check_states(struct message_reader *reader)
{
	struct feed_state feed;

	if (feed_state_get(reader, &feed) == 0)
		feed_state_clear(&feed);
}

static void
check_websub(struct message_reader *reader)
{
	struct message_reader again = *reader;
	struct websub_verify verify;
	struct websub_push push;

	if (websub_verify_get(reader, &verify) == 0)
		websub_verify_clear(&verify);
	if (websub_push_get(&again, &push) == 0)
		websub_push_clear(&push);
}

static void
check_hub(struct message_reader *reader)
{
	struct message_reader again = *reader;
	struct hub_answer answer;
	struct hub_ask ask;

	if (hub_answer_get(reader, &answer) == 0)
		hub_answer_clear(&answer);
	if (hub_ask_get(&again, &ask) == 0)
		hub_ask_clear(&ask);
}

static void
check_pushed(struct message_reader *reader)
{
	struct fetch_pushed pushed;
	struct fetch_start start;

	if (fetch_pushed_get(reader, &pushed, &start) != 0)
		return;
	free(pushed.content_type);
	fetch_start_clear(&start);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static void (*const checks[])(struct message_reader *) = {check_item,
	    check_done, check_start, check_stats, check_states, check_websub,
	    check_hub, check_pushed};
	struct message_reader reader;

	if (len == 0)
		return 0;
	message_reader_init(&reader, bytes + 1, len - 1);
	checks[bytes[0] % (sizeof(checks) / sizeof(checks[0]))](&reader);
	return 0;
}
