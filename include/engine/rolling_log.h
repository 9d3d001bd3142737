/*
 * A rolling log: one JSON line for each alert, rotated by size and age.
 *
 * Lines are written right after the commit of their alerts and synced with
 * rolling_log_sync(), once a second and before a rotation; only then does the
 * store mark them. What a power cut takes is appended again at the start.
 */
#ifndef ENGINE_ROLLING_LOG_H
#define ENGINE_ROLLING_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rolling_log;

struct rolling_log_options {
	const char *path; /* absolute; its folder exists */
	int64_t size_max; /* bytes */
	int64_t every_us; /* age at which it is rotated, 0: never; periods
			     begin at multiples of it (a day: midnight UTC) */
	int64_t keep;     /* rotated files */
	int64_t total;    /* bytes of these, 0: no limit */
};

/* Never fails; nothing is opened yet. */
struct rolling_log *rolling_log_new(const struct rolling_log_options *);
void rolling_log_free(struct rolling_log *);
/* Whether it was made with the same options. */
bool rolling_log_is_like(
    const struct rolling_log *, const struct rolling_log_options *);
/* Opens the file where it is not open yet: 0, or -1 with the cause in
 * rolling_log_error(). Each append does, too. */
int rolling_log_open(struct rolling_log *);
/* Repairs a torn end; whether there was one. For the start. */
bool rolling_log_repair(struct rolling_log *);

/* Appends the line of an alert, rotating first where that is due. 0, or -1 with
 * the cause in rolling_log_error(): then nothing of the line is in the file. */
int rolling_log_append(
    struct rolling_log *, uint64_t seq, const char *line, int64_t now);
/* Instead of append: the line is there already. */
void rolling_log_skip(struct rolling_log *, uint64_t seq);
/* Syncs what was appended: 0. On -1 the file is cut back to what was synced
 * before, and so is rolling_log_written(). */
int rolling_log_sync(struct rolling_log *);
/* The seq appended (or skipped) last, and the last one that is synced; those
 * above are to be appended next. */
uint64_t rolling_log_written(const struct rolling_log *);
uint64_t rolling_log_synced(const struct rolling_log *);
/* Opens the path anew (somebody else may have moved the file). */
void rolling_log_reopen(struct rolling_log *);
/* Upkeep, at most about 10 ms: the path anew when the file is not there any
 * more, age, compression, limits. True: more to do. */
bool rolling_log_step(struct rolling_log *, int64_t now);
const char *rolling_log_path(const struct rolling_log *);
/* The last failure, "" when all is well. */
const char *rolling_log_error(const struct rolling_log *);

#endif
