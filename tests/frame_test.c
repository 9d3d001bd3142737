/*
 * daemon/frame: messages, peers, jobs, states.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/job.h"
#include "frame/peer.h"
#include "frame/state.h"

/* Struct members own their strings; here they are literals. */
#define LITERAL(string) ((char *)(string))

/* ---- messages ----------------------------------------------------------- */

static void
fields_come_back_as_they_were_put(void **state)
{
	struct buf buf = BUF_INIT;
	struct message_reader reader;
	char *text;

	message_put_u32(&buf, 7);
	message_put_i64(&buf, -5);
	message_put_str(&buf, "Шойгу");
	message_put_str(&buf, NULL);
	message_reader_init(&reader, buf.data, buf.len);
	assert_int_equal(message_get_u32(&reader), 7);
	assert_true(message_get_i64(&reader) == -5);
	text = message_take_str(&reader);
	assert_string_equal(text, "Шойгу");
	free(text);
	assert_null(message_take_str(&reader));
	assert_true(message_end(&reader));
	buf_clear(&buf);
}

static void
short_and_left_over_bytes_fail(void **state)
{
	struct buf buf = BUF_INIT;
	struct message_reader reader;

	message_put_u32(&buf, 7);
	message_reader_init(&reader, buf.data, buf.len);
	assert_false(message_end(&reader));
	message_get_u64(&reader);
	assert_true(reader.failed);
	message_reader_init(&reader, buf.data, buf.len);
	message_take_str(&reader); /* announces 7 bytes, none are there */
	assert_true(reader.failed);
	buf_clear(&buf);
}

static void
strings_with_nul_or_bad_utf8_fail(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {{"a\0b", 3}, {"\xff", 1}, {"\xc0\xaf", 2},
	    {"\xed\xa0\x80", 3}, {"\xe2\x82", 2}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf buf = BUF_INIT;
		struct message_reader reader;

		message_put_bytes(&buf, bad[i].bytes, bad[i].len);
		message_reader_init(&reader, buf.data, buf.len);
		assert_null(message_take_str(&reader));
		assert_true(reader.failed);
		buf_clear(&buf);
	}
}

static void
only_listed_roles_may_send(void **state)
{
	assert_true(message_may_send(ROLE_FETCHER, ROLE_ENGINE, MESSAGE_ITEM));
	assert_false(message_may_send(ROLE_DESK, ROLE_ENGINE, MESSAGE_ITEM));
	assert_false(
	    message_may_send(ROLE_FETCHER, ROLE_PARENT, MESSAGE_RELOAD));
	assert_false(message_may_send(ROLE_ENGINE, ROLE_DESK, 9999));
}

static void
item_message_survives_the_wire(void **state)
{
	struct item_message out = {.job = 3}, in;
	struct job_mention mention = {.entity = LITERAL("macron"),
	    .name = LITERAL("Macron"),
	    .field = ITEM_TITLE,
	    .offset = 4,
	    .len = 6,
	    .accepted_by = LITERAL("base form")};
	struct buf buf = BUF_INIT;
	struct message_reader reader;

	item_init(&out.item);
	out.item.title = xstrdup("Mr. Macron");
	out.item.published_at = 1712231000000000;
	strings_add(&out.item.tags, "world");
	out.mentions = &mention;
	out.mentions_len = 1;
	item_message_put(&buf, &out);
	message_reader_init(&reader, buf.data, buf.len);
	assert_int_equal(item_message_get(&reader, &in), 0);
	assert_string_equal(in.item.title, "Mr. Macron");
	assert_string_equal(in.item.tags.at[0], "world");
	assert_string_equal(in.mentions[0].entity, "macron");
	item_message_clear(&in);

	mention.offset = 5; /* ends past the title */
	buf_reset(&buf);
	item_message_put(&buf, &out);
	message_reader_init(&reader, buf.data, buf.len);
	assert_int_equal(item_message_get(&reader, &in), -1);
	mention.offset = 4;
	out.item.published_at = INT64_MAX; /* its age would overflow */
	buf_reset(&buf);
	item_message_put(&buf, &out);
	message_reader_init(&reader, buf.data, buf.len);
	assert_int_equal(item_message_get(&reader, &in), -1);
	out.mentions_len = 0;
	out.mentions = NULL;
	item_message_clear(&out);
	buf_clear(&buf);
}

/* Every cut of a valid message is refused, and nothing leaks or crashes. */
static void
cut_messages_are_malformed(void **state)
{
	struct fetch_done out = {
	    .job = 1, .error = LITERAL("timeout"), .title = LITERAL("T")};
	struct feed_state feed = {.feed = LITERAL("f"),
	    .state = LITERAL("up"),
	    .title = LITERAL("t")};
	struct buf buf = BUF_INIT;
	struct message_reader reader;

	fetch_done_put(&buf, &out);
	for (size_t len = 0; len < buf.len; len++) {
		struct fetch_done in;

		message_reader_init(&reader, buf.data, len);
		assert_int_equal(fetch_done_get(&reader, &in), -1);
	}
	buf_reset(&buf);
	feed_state_put(&buf, &feed);
	for (size_t len = 0; len < buf.len; len++) {
		struct feed_state in;

		message_reader_init(&reader, buf.data, len);
		assert_int_equal(feed_state_get(&reader, &in), -1);
	}
	buf_clear(&buf);
}

static void
histogram_buckets_are_upper_bounds(void **state)
{
	struct stats_histogram histogram = {0};

	stats_histogram_add(&histogram, 100 * 1000);
	stats_histogram_add(&histogram, 101 * 1000);
	stats_histogram_add(&histogram, -5);
	stats_histogram_add(&histogram, INT64_MAX / 2);
	assert_int_equal(histogram.count[0], 2);
	assert_int_equal(histogram.count[1], 1);
	assert_int_equal(histogram.count[STATS_BUCKETS - 1], 1);
}

/* ---- peers -------------------------------------------------------------- */

struct pair {
	struct event_base *base;
	struct peer *engine; /* its other end is a fetcher */
	struct peer *fetcher;
	int received;
	int drained;
	char gone[64];
	int fd;
};

static int
pair_on_done(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct pair *pair = arg;
	struct fetch_done done;

	if (fetch_done_get(reader, &done) == -1)
		return -1;
	fetch_done_clear(&done);
	pair->received++;
	return 0;
}

static int
pair_on_bench(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct pair *pair = arg;

	message_get_u32(reader);
	pair->fd = message_take_fd(reader);
	return message_end(reader) ? 0 : -1;
}

static void
pair_on_gone(void *arg, struct peer *peer, const char *error)
{
	struct pair *pair = arg;

	strcpy(pair->gone, error);
	if (peer == pair->engine)
		pair->engine = NULL;
	if (peer == pair->fetcher)
		pair->fetcher = NULL;
	event_base_loopbreak(pair->base);
}

static void
pair_on_drain(void *arg, struct peer *peer)
{
	((struct pair *)arg)->drained++;
}

static void
pair_open(struct pair *pair, enum role_kind self, enum role_kind other,
    struct peer_callbacks *callbacks)
{
	static const struct message_route routes[] = {
	    {MESSAGE_FETCH_DONE, pair_on_done},
	    {MESSAGE_BENCH, pair_on_bench},
	    {MESSAGE_NONE, NULL},
	};
	int fds[2];

	*pair = (struct pair){.base = event_base_new(), .fd = -1};
	*callbacks =
	    (struct peer_callbacks){routes, pair_on_gone, pair_on_drain, pair};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pair->engine = peer_new(pair->base, fds[0], self, other, 0, callbacks);
	pair->fetcher = peer_new(pair->base, fds[1], other, self, 0, callbacks);
}

static void
pair_close(struct pair *pair)
{
	peer_free(pair->engine);
	peer_free(pair->fetcher);
	event_base_free(pair->base);
	if (pair->fd != -1)
		close(pair->fd);
}

static void
many_messages_arrive_whole_and_pressure_is_told(void **state)
{
	struct pair pair;
	struct peer_callbacks callbacks;
	char *error = xmalloc(8001);
	struct fetch_done done = {.job = 1, .error = error};
	bool was_full = false;

	memset(error, 'x', 8000);
	error[8000] = '\0';
	pair_open(&pair, ROLE_ENGINE, ROLE_FETCHER, &callbacks);
	for (int i = 0; i < 1000; i++) {
		fetch_done_put(
		    peer_begin(pair.fetcher, MESSAGE_FETCH_DONE), &done);
		peer_send(pair.fetcher);
		was_full = was_full || peer_is_full(pair.fetcher);
	}
	assert_true(was_full);
	while (pair.received < 1000)
		event_base_loop(pair.base, EVLOOP_ONCE);
	assert_int_equal(pair.drained, 1);
	assert_false(peer_is_full(pair.fetcher));
	pair_close(&pair);
	free(error);
}

static void
unexpected_message_cuts_the_peer_off(void **state)
{
	struct pair pair;
	struct peer_callbacks callbacks;
	/* len 0, type MESSAGE_ALERT: a fetcher may not send that */
	struct {
		uint32_t len;
		uint16_t type, fd;
	} header = {0, MESSAGE_ALERT, 0};
	int fds[2];

	pair_open(&pair, ROLE_ENGINE, ROLE_FETCHER, &callbacks);
	peer_free(pair.fetcher);
	pair.fetcher = NULL;
	peer_free(pair.engine);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pair.engine = peer_new(
	    pair.base, fds[0], ROLE_ENGINE, ROLE_FETCHER, 0, &callbacks);
	assert_int_equal(write(fds[1], &header, 8), 8);
	event_base_dispatch(pair.base);
	assert_string_equal(pair.gone, "unexpected alert message");
	assert_null(pair.engine);
	close(fds[1]);
	pair_close(&pair);
}

static void
malformed_message_cuts_the_peer_off(void **state)
{
	struct pair pair;
	struct peer_callbacks callbacks;

	pair_open(&pair, ROLE_ENGINE, ROLE_FETCHER, &callbacks);
	message_put_u32(peer_begin(pair.fetcher, MESSAGE_FETCH_DONE), 1);
	peer_send(pair.fetcher);
	event_base_dispatch(pair.base);
	assert_string_equal(pair.gone, "malformed fetch done message");
	pair_close(&pair);
}

static void
descriptor_rides_on_its_message(void **state)
{
	struct pair pair;
	struct peer_callbacks callbacks;
	int pipe_fds[2];
	char byte = 0;

	pair_open(&pair, ROLE_ENGINE, ROLE_PARENT, &callbacks);
	assert_int_equal(pipe(pipe_fds), 0);
	message_put_u32(peer_begin(pair.fetcher, MESSAGE_BENCH), 0);
	peer_send_fd(pair.fetcher, pipe_fds[1]);
	while (pair.fd == -1)
		event_base_loop(pair.base, EVLOOP_ONCE);
	assert_int_equal(write(pair.fd, "w", 1), 1);
	assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
	assert_int_equal(byte, 'w');
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	pair_close(&pair);
}

static void
closed_end_is_told_after_its_last_message(void **state)
{
	struct pair pair;
	struct peer_callbacks callbacks;
	struct fetch_done done = {.job = 1};

	pair_open(&pair, ROLE_ENGINE, ROLE_FETCHER, &callbacks);
	fetch_done_put(peer_begin(pair.fetcher, MESSAGE_FETCH_DONE), &done);
	peer_send(pair.fetcher);
	peer_flush(pair.fetcher, 1000);
	peer_free(pair.fetcher);
	pair.fetcher = NULL;
	event_base_dispatch(pair.base);
	assert_int_equal(pair.received, 1);
	assert_string_equal(pair.gone, "closed");
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_come_back_as_they_were_put),
	    cmocka_unit_test(short_and_left_over_bytes_fail),
	    cmocka_unit_test(strings_with_nul_or_bad_utf8_fail),
	    cmocka_unit_test(only_listed_roles_may_send),
	    cmocka_unit_test(item_message_survives_the_wire),
	    cmocka_unit_test(cut_messages_are_malformed),
	    cmocka_unit_test(histogram_buckets_are_upper_bounds),
	    cmocka_unit_test(many_messages_arrive_whole_and_pressure_is_told),
	    cmocka_unit_test(unexpected_message_cuts_the_peer_off),
	    cmocka_unit_test(malformed_message_cuts_the_peer_off),
	    cmocka_unit_test(descriptor_rides_on_its_message),
	    cmocka_unit_test(closed_end_is_told_after_its_last_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
