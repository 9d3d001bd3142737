/*
 * The fetcher role as a process: what the engine asks and what it is told,
 * inside the sandbox, over HTTP, TLS and DNS of our own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "certificates.h"
#include "feed_server.h"
#include "fetcher_driver.h"
#include "frame/config.h"
#include "name_server.h"

#define ITEMS_MAX 100
#define DAY 86400L

struct world {
	struct feed_server server;
	struct name_server names;
	struct fetcher_driver driver;
	struct config config;
	struct config_entity entity;
	struct config_name name;
	char *folder; /* of certificates */
	char *ca_file;
	struct authority *authority;
};

/* What was told of one fetch. */
struct told {
	struct fetch_done done;
	bool is_done;
	unsigned done_count;
	unsigned items;
	unsigned edited;
	unsigned mentions;
	struct job_seen seen[ITEMS_MAX];
	char *last_title;
	char *last_name; /* of a mention */
};

static const char feed_with_one_item[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<rss version=\"2.0\"><channel><title>One</title>\n"
    "<item><title>%s</title><link>http://feed.example/1</link>"
    "<guid>1</guid><description>%s</description></item>\n"
    "</channel></rss>\n";

/* ---- the world ------------------------------------------------------------
 */

static char *
in_folder(const struct world *world, const char *name)
{
	return xasprintf("%s/%s", world->folder, name);
}

/* One entity, found under one name. */
static void
make_config(struct world *world, const char *entity, const char *name)
{
	struct config *config = &world->config;

	world->name = (struct config_name){.text = (char *)(uintptr_t)name};
	world->entity = (struct config_entity){.id = (char *)(uintptr_t)entity,
	    .label = (char *)(uintptr_t)name,
	    .names = &world->name,
	    .names_len = 1};
	config->entities = &world->entity;
	config->entities_len = 1;
}

static int
set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));
	struct config *config = &world->config;
	char folder[] = "/tmp/wirewatch-test-XXXXXX";

	if (mkdtemp(folder) == NULL)
		return -1;
	world->folder = xstrdup(folder);
	world->ca_file = in_folder(world, "ca.pem");
	world->authority = authority_new();
	authority_write(world->authority, world->ca_file);
	feed_server_start(&world->server, NULL);
	config->defaults.timeout_ms = 3000;
	config->defaults.contact = (char *)(uintptr_t) "desk@example.org";
	config->network.max_connections = 32;
	config->network.ca_file = world->ca_file;
	config->log.level = (char *)(uintptr_t) "warning";
	strings_add(&config->network.allow, "127.0.0.0/8");
	make_config(world, "shoigu", "Шойгу");
	name_server_open(&world->names);
	config->network.resolver = xasprintf("127.0.0.1:%u", world->names.port);
	fetcher_driver_start(&world->driver, config);
	name_server_serve(&world->names, world->driver.base);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;
	char *command = xasprintf("rm -rf '%s'", world->folder);

	name_server_stop(&world->names);
	fetcher_driver_stop(&world->driver);
	feed_server_stop(&world->server);
	authority_free(world->authority);
	if (system(command) != 0)
		return -1;
	strings_clear(&world->config.network.allow);
	free(world->config.network.resolver);
	free(world->folder);
	free(world->ca_file);
	free(command);
	free(world);
	return 0;
}

/* ---- fetches --------------------------------------------------------------
 */

static void
on_item(void *arg, const struct item_message *message)
{
	struct told *told = arg;

	if (told->items < ITEMS_MAX)
		told->seen[told->items] = (struct job_seen){
		    message->item.key, message->item.revision};
	told->items++;
	told->edited += message->edited;
	told->mentions += (unsigned)message->mentions_len;
	free(told->last_title);
	told->last_title = xstrdup(message->item.title);
	if (message->mentions_len > 0) {
		free(told->last_name);
		told->last_name = xstrdup(message->mentions[0].name);
	}
}

static void
on_done(void *arg, const struct fetch_done *done)
{
	struct told *told = arg;

	told->is_done = true;
	told->done_count++;
	fetch_done_clear(&told->done);
	told->done = *done;
	told->done.error = xstrdup_null(done->error);
	told->done.etag = xstrdup_null(done->etag);
	told->done.modified = xstrdup_null(done->modified);
	told->done.moved_to = xstrdup_null(done->moved_to);
	told->done.title = xstrdup_null(done->title);
}

static void
told_clear(struct told *told)
{
	fetch_done_clear(&told->done);
	free(told->last_title);
	free(told->last_name);
	*told = (struct told){0};
}

static void
expect_told(struct world *world, struct told *told)
{
	*told = (struct told){0};
	world->driver.on_item = on_item;
	world->driver.on_done = on_done;
	world->driver.arg = told;
}

/* Fetches and waits for the end. */
static void
run(struct world *world, const struct fetch_start *start, struct told *told)
{
	expect_told(world, told);
	fetcher_driver_fetch(&world->driver, start);
	while (!told->is_done)
		fetcher_driver_turn(&world->driver);
	assert_int_equal(*world->driver.bench, 0);
}

static void
run_url(struct world *world, const char *url, struct told *told)
{
	run(world,
	    &(struct fetch_start){.feed = (char *)(uintptr_t) "test",
		.url = (char *)(uintptr_t)url},
	    told);
}

static void
run_path(struct world *world, const char *path, struct told *told)
{
	char *url = feed_server_url(&world->server, path);

	run_url(world, url, told);
	free(url);
}

static void
expect_url(struct world *world, const char *url, enum fetch_outcome outcome,
    const char *error)
{
	struct told told;

	run_url(world, url, &told);
	if (told.done.outcome != outcome ||
	    (error != NULL && strstr(told.done.error, error) == NULL))
		fail_msg("%s: %s: %s", url,
		    fetch_outcome_name(told.done.outcome),
		    told.done.error != NULL ? told.done.error : "");
	told_clear(&told);
}

static void
expect_path(struct world *world, const char *path, enum fetch_outcome outcome,
    const char *error)
{
	char *url = feed_server_url(&world->server, path);

	expect_url(world, url, outcome, error);
	free(url);
}

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
	run_path(world, "/new.xml", &told);
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
	run(world, &start, &first);
	assert_int_equal(first.items, 1);
	start.seen = first.seen;
	start.seen_len = 1;
	run(world, &start, &second);
	assert_int_equal(second.items, 0);
	assert_int_equal(second.done.known, 1);
	assert_int_equal(second.done.items, 1);
	told_clear(&second);
	put_item(world, "/edit.xml", "Seven wounded", "text");
	run(world, &start, &second);
	assert_int_equal(second.items, 1);
	assert_int_equal(second.edited, 1);
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
	run(world, &start, &first);
	start.etag = first.done.etag;
	start.modified = first.done.modified;
	start.body_hash = first.done.body_hash;
	run(world, &start, &second);
	assert_int_equal(second.done.outcome, FETCH_NOT_MODIFIED);
	assert_int_equal(second.done.http_status, 304);
	assert_string_equal(second.done.etag, first.done.etag);
	assert_true(second.done.body_hash == first.done.body_hash);
	told_clear(&second);
	/* Without validators the same bytes say it. */
	start.etag = start.modified = NULL;
	run(world, &start, &second);
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
	run(world, &start, &told);
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

	run_path(world, "/chain/1?code=301", &told);
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
	run_path(world, "/1251.xml", &told);
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
	expect_path(world, "/bomb.xml", FETCH_HOSTILE, NULL);
	feed_server_put(
	    &world->server, "/page.html", "text/html", page, sizeof(page) - 1);
	expect_path(world, "/page.html", FETCH_NOT_A_FEED, NULL);
	feed_server_put(&world->server, "/empty.xml", "text/xml", "", 0);
	expect_path(world, "/empty.xml", FETCH_NOT_A_FEED, "empty");
	expect_path(world, "/bomb/one", FETCH_TOO_LARGE, "16 MiB");
	expect_path(world, "/bomb/nested", FETCH_NOT_A_FEED, NULL);
	expect_path(world, "/gzip/corrupt", FETCH_NOT_A_FEED, "damaged");
	expect_path(world, "/gzip/cut", FETCH_NOT_A_FEED, "damaged");
	expect_path(world, "/gzip/lie", FETCH_OK, NULL);
	expect_path(world, "/flood/body", FETCH_OK, NULL);
}

/* ---- TLS ------------------------------------------------------------------
 */

/* Fetches over TLS from a server with such a certificate. */
static void
expect_tls(struct world *world, bool signed_by_us, const char *name,
    long from_s, long until_s, enum fetch_outcome outcome, const char *error)
{
	char *key = in_folder(world, "key.pem");
	char *cert = in_folder(world, "cert.pem"), *url;
	struct feed_server server;

	certificate_write(signed_by_us ? world->authority : NULL, name, from_s,
	    until_s, key, cert);
	feed_server_start(
	    &server, (const char *const[]){"-k", key, "-c", cert, NULL});
	url = xasprintf("https://127.0.0.1:%u/chain/0", server.tls_port);
	expect_url(world, url, outcome, error);
	feed_server_stop(&server);
	free(url);
	free(key);
	free(cert);
}

static void
verified_tls_works_inside_the_sandbox(void **state)
{
	expect_tls(*state, true, "127.0.0.1", -DAY, DAY, FETCH_OK, NULL);
}

static void
bad_certificates_are_refused_in_plain_words(void **state)
{
	struct world *world = *state;
	char *url;

	expect_tls(
	    world, true, "127.0.0.1", -2 * DAY, -DAY, FETCH_TLS, "expired");
	expect_tls(
	    world, true, "127.0.0.1", DAY, 2 * DAY, FETCH_TLS, "not yet valid");
	expect_tls(world, true, "other.example", -DAY, DAY, FETCH_TLS, NULL);
	expect_tls(world, false, "127.0.0.1", -DAY, DAY, FETCH_TLS, "self");
	url = xasprintf("https://127.0.0.1:%u/chain/0", world->server.port);
	expect_url(world, url, FETCH_TLS, NULL); /* plain text on the port */
	free(url);
}

/* ---- names ----------------------------------------------------------------
 */

static void
expect_name(struct world *world, const char *name, enum fetch_outcome outcome)
{
	char *url = xasprintf("http://%s:%u/chain/0", name, world->server.port);

	expect_url(world, url, outcome, NULL);
	free(url);
}

static void
names_are_resolved_inside_the_sandbox(void **state)
{
	struct world *world = *state;
	unsigned asked;

	expect_name(world, "lo.test", FETCH_OK);
	asked = world->names.asked;
	expect_name(world, "lo.test", FETCH_OK);
	expect_name(world, "LO.test.", FETCH_OK);
	assert_int_equal(world->names.asked, asked); /* from the cache */
	expect_name(world, "localhost", FETCH_OK);
}

static void
names_of_inside_addresses_are_refused(void **state)
{
	struct world *world = *state;

	expect_name(world, "meta.test", FETCH_REFUSED);
	expect_name(world, "both.test", FETCH_OK);   /* the allowed one */
	expect_name(world, "mapped.test", FETCH_OK); /* 127/8 is allowed */
	expect_name(world, "rebind.test", FETCH_OK);
}

static void
failing_name_servers_are_told_as_such(void **state)
{
	struct world *world = *state;

	expect_name(world, "fail.test", FETCH_DNS);
	expect_name(world, "none.test", FETCH_DNS);
	expect_name(world, "junk.test", FETCH_DNS);
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
	expect_told(world, &told);
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
	expect_path(*state, "/hang/", FETCH_TIMEOUT, "no answer within 3 s");
}

static void
reload_swaps_the_names(void **state)
{
	struct world *world = *state;
	struct told told;

	put_item(world, "/reload.xml", "Macron met Шойгу", "text");
	make_config(world, "macron", "Macron");
	fetcher_driver_reload(&world->driver, &world->config, 2);
	run_path(world, "/reload.xml", &told);
	assert_int_equal(told.mentions, 1);
	assert_string_equal(told.last_name, "Macron");
	told_clear(&told);
	make_config(world, "shoigu", "Шойгу");
	fetcher_driver_reload(&world->driver, &world->config, 3);
	run_path(world, "/reload.xml", &told);
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
	run_path(world, "/chain/0", &told);
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
	expect_told(world, &told);
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
	    cmocka_unit_test(verified_tls_works_inside_the_sandbox),
	    cmocka_unit_test(bad_certificates_are_refused_in_plain_words),
	    cmocka_unit_test(names_are_resolved_inside_the_sandbox),
	    cmocka_unit_test(names_of_inside_addresses_are_refused),
	    cmocka_unit_test(failing_name_servers_are_told_as_such),
	    cmocka_unit_test(cancelled_fetch_is_told_as_cancelled),
	    cmocka_unit_test(silent_server_frees_its_slot),
	    cmocka_unit_test(reload_swaps_the_names),
	    cmocka_unit_test(new_engine_starts_afresh),
	    cmocka_unit_test(job_number_given_twice_ends_the_peer),
	    cmocka_unit_test(engine_that_does_not_read_loses_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
