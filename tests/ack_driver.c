/*
 * A store and a rolling log under load, for tests that cut the power.
 *
 *	ack_driver run FOLDER	commits alerts and items for ever, the search
 *				index and checkpoints between, and prints
 *				"ack SEQ" once a commit has come back
 *	ack_driver check FOLDER SEQ
 *				opens both again, as after a crash: exit 0 when
 *				all up to SEQ are in the store and, once, in the
 *				log, and the store and its index are sound
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/log_archive.h"
#include "engine/log_line.h"
#include "engine/log_sink.h"
#include "frame/clock.h"
#include "frame/log.h"
#include "store/store.h"

#define BATCH_MAX 20 /* alerts in a commit */
#define FEED 1

struct driver {
	struct store *store;
	struct batch *batch;
	struct log_sink *log;
	char *log_path;
};

static void
open_all(struct driver *driver, const char *folder)
{
	char *path = xasprintf("%s/wirewatch.db", folder);
	char *warning, *error;
	struct rolling_log_options options = {
	    .size_max = 64 * 1024, .keep = 100000};

	driver->log_path = xasprintf("%s/alerts.jsonl", folder);
	options.path = driver->log_path;
	driver->store = store_open(path, &warning, &error);
	if (driver->store == NULL || warning != NULL)
		fatal("%s", warning != NULL ? warning : error);
	driver->batch = batch_new();
	driver->log =
	    log_sink_new("log", &options, driver->store, driver->batch);
	log_sink_start(driver->log, clock_now_us());
	free(path);
}

static void
close_all(struct driver *driver)
{
	log_sink_free(driver->log);
	batch_free(driver->batch);
	store_close(driver->store);
	free(driver->log_path);
}

/* ---- run ---------------------------------------------------------------- */

static void
add_alert(struct driver *driver)
{
	struct alert_record alert = {.seq = store_next_seq(driver->store),
	    .type = "item",
	    .at = clock_now_us()};

	alert.id = xasprintf("%s-%llu", store_name(driver->store),
	    (unsigned long long)alert.seq);
	alert.json = xasprintf("{\"id\":\"%s\",\"seq\":%llu,\"type\":\"item\","
			       "\"filler\":\"%0*d\"}",
	    alert.id, (unsigned long long)alert.seq, rand() % 500 + 1, 0);
	strings_add(&alert.sinks, "log");
	batch_add_alert(driver->batch, &alert);
}

static void
add_item(struct driver *driver)
{
	struct feed_record feed = {.row = FEED, .id = xstrdup("a")};
	struct item_record record = {.id = store_next_item(driver->store),
	    .feed = FEED,
	    .seen_at = clock_now_us()};
	struct item *item = &record.item;

	item_init(item);
	item->key = item->revision = record.id;
	item->title = xasprintf("News number %d", rand());
	item->summary = xasprintf("%0*d", rand() % 5000 + 1, rand());
	item->content = xstrdup("Nothing more is known");
	batch_add_feed(driver->batch, &feed);
	batch_add_item(driver->batch, &record);
}

/* Acknowledges by one write each, so that a kill tears none in two. */
static int
run(struct driver *driver)
{
	uint64_t acked = store_last_seq(driver->store);
	char line[32];

	for (unsigned turn = 0;; turn++) {
		for (int i = rand() % BATCH_MAX; i >= 0; i--)
			add_alert(driver);
		add_item(driver);
		while (store_commit(driver->store, driver->batch) != STORE_OK)
			usleep(10000);
		acked = store_last_seq(driver->store);
		snprintf(line, sizeof(line), "ack %llu\n",
		    (unsigned long long)acked);
		if (write(STDOUT_FILENO, line, strlen(line)) < 0)
			return 1;
		log_sink_pump(driver->log, clock_now_us());
		if (turn % 8 == 0)
			log_sink_tick(driver->log, clock_now_us());
		store_index_step(driver->store, 2);
		store_checkpoint(driver->store);
	}
}

/* ---- check -------------------------------------------------------------- */

struct tally {
	unsigned char *count;
	uint64_t max;
	bool ok;
};

static void
count_stored(void *arg, uint64_t seq, const char *json)
{
	struct tally *tally = arg;

	if (seq <= tally->max)
		tally->count[seq] |= 1;
}

static void
count_logged(void *arg, uint64_t seq)
{
	struct tally *tally = arg;

	if (seq > tally->max)
		return;
	if (tally->count[seq] & 2) {
		printf(
		    "seq %llu is in the log twice\n", (unsigned long long)seq);
		tally->ok = false;
	}
	tally->count[seq] |= 2;
}

static void
read_log(struct driver *driver, struct tally *tally)
{
	struct strings rotated = {0};

	log_archive_list(driver->log_path, &rotated);
	for (size_t i = 0; i < rotated.len; i++)
		log_line_scan(rotated.at[i], NULL, count_logged, tally);
	strings_clear(&rotated);
	log_line_scan(driver->log_path, NULL, count_logged, tally);
}

static bool
is_sound(const char *folder)
{
	char *path = xasprintf("%s/wirewatch.db", folder);
	sqlite3_stmt *check = NULL;
	sqlite3 *db;
	bool sound =
	    sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(
		db, "PRAGMA integrity_check", -1, &check, NULL) == SQLITE_OK &&
	    sqlite3_step(check) == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(check, 0), "ok") == 0 &&
	    sqlite3_exec(db,
		"INSERT INTO items_text (items_text, rank)"
		" VALUES ('integrity-check', 1)",
		NULL, NULL, NULL) == SQLITE_OK;

	sqlite3_finalize(check);
	sqlite3_close(db);
	free(path);
	return sound;
}

static int
check(struct driver *driver, const char *folder, uint64_t acked)
{
	struct tally tally = {.max = store_last_seq(driver->store), .ok = true};

	if (acked > tally.max) {
		printf("the store ends at %llu, %llu was acknowledged\n",
		    (unsigned long long)tally.max, (unsigned long long)acked);
		return 1;
	}
	tally.count = xcalloc(tally.max + 1, 1);
	store_read_alerts(driver->store, 0, UINT32_MAX, count_stored, &tally);
	read_log(driver, &tally);
	for (uint64_t seq = 1; seq <= tally.max; seq++) {
		if (tally.count[seq] == 3)
			continue;
		printf("seq %llu is missing in the %s\n",
		    (unsigned long long)seq,
		    tally.count[seq] & 1 ? "log" : "store");
		tally.ok = false;
	}
	free(tally.count);
	while (store_index_step(driver->store, 100))
		;
	if (!is_sound(folder)) {
		printf("the store is not sound\n");
		tally.ok = false;
	}
	return !tally.ok;
}

int
main(int argc, char **argv)
{
	struct driver driver;
	int status;

	log_open("driver", LOG_FORM_TEXT);
	log_set_level("error");
	if (argc < 3)
		return 64;
	srand((unsigned)getpid());
	open_all(&driver, argv[2]);
	status = strcmp(argv[1], "run") == 0
		     ? run(&driver)
		     : check(&driver, argv[2], strtoull(argv[3], NULL, 10));
	close_all(&driver);
	return status;
}
