/*
 * A checkpoint writes thousands of pages and syncs them, which takes a slow
 * disk tenths of a second: too long for the loop that alerts go through. So a
 * thread does it over a connection of its own, which SQLite allows beside a
 * writer. One that fails is undone and simply comes again.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/checkpoint.h"
#include "store/db.h"

#define STACK_BYTES (256 * 1024)

struct checkpoint {
	char *path;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t begin;
	bool runs;
	bool ends; /* the thread is to end */
};

static void
copy_log(const char *path)
{
	char *error = NULL;
	struct db *db = db_open(path, DB_WRITE, &error);

	if (db != NULL)
		sqlite3_wal_checkpoint_v2(
		    db_handle(db), NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	db_close(db);
	free(error);
}

static void *
run(void *arg)
{
	struct checkpoint *checkpoint = arg;

	pthread_mutex_lock(&checkpoint->lock);
	while (!checkpoint->ends) {
		if (!checkpoint->runs) {
			pthread_cond_wait(
			    &checkpoint->begin, &checkpoint->lock);
			continue;
		}
		pthread_mutex_unlock(&checkpoint->lock);
		copy_log(checkpoint->path);
		pthread_mutex_lock(&checkpoint->lock);
		checkpoint->runs = false;
	}
	pthread_mutex_unlock(&checkpoint->lock);
	return NULL;
}

struct checkpoint *
checkpoint_new(const char *path)
{
	struct checkpoint *checkpoint = xcalloc(1, sizeof(*checkpoint));

	checkpoint->path = xstrdup(path);
	pthread_mutex_init(&checkpoint->lock, NULL);
	pthread_cond_init(&checkpoint->begin, NULL);
	return checkpoint;
}

/* Signals are for the loop. */
static void
start_thread(struct checkpoint *checkpoint)
{
	pthread_attr_t attr;
	sigset_t all, before;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	checkpoint->has_thread =
	    pthread_create(&checkpoint->thread, &attr, run, checkpoint) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
}

void
checkpoint_free(struct checkpoint *checkpoint)
{
	if (checkpoint == NULL)
		return;
	pthread_mutex_lock(&checkpoint->lock);
	checkpoint->ends = true;
	pthread_cond_signal(&checkpoint->begin);
	pthread_mutex_unlock(&checkpoint->lock);
	if (checkpoint->has_thread)
		pthread_join(checkpoint->thread, NULL);
	pthread_cond_destroy(&checkpoint->begin);
	pthread_mutex_destroy(&checkpoint->lock);
	free(checkpoint->path);
	free(checkpoint);
}

void
checkpoint_start(struct checkpoint *checkpoint)
{
	if (!checkpoint->has_thread)
		start_thread(checkpoint);
	if (!checkpoint->has_thread) {
		copy_log(checkpoint->path);
		return;
	}
	pthread_mutex_lock(&checkpoint->lock);
	checkpoint->runs = true;
	pthread_cond_signal(&checkpoint->begin);
	pthread_mutex_unlock(&checkpoint->lock);
}

bool
checkpoint_runs(struct checkpoint *checkpoint)
{
	bool runs;

	pthread_mutex_lock(&checkpoint->lock);
	runs = checkpoint->runs;
	pthread_mutex_unlock(&checkpoint->lock);
	return runs;
}
