/*
 * A checked configuration as the roles get it: sealed memory files, one for
 * each role, and the compiled names. The loader process fills them; the parent
 * only hands them on and never reads what they hold.
 */
#ifndef PARENT_SLICES_H
#define PARENT_SLICES_H

#include <stdint.h>

#include "frame/message.h"

struct slices {
	uint64_t epoch;
	int fd[ROLE_KINDS]; /* [ROLE_PARENT]: the summary, see below */
	int match_set;
	int problems; /* errors and warnings as text */
	/* The summary, read by slices_seal(). */
	unsigned fetchers;
	uint32_t feeds, entities, sinks;
	char *listen;                /* of the desk */
	char *log_level;             /* of the parent, too */
	uint64_t opened[ROLE_KINDS]; /* see parent/opened.h */
};

/* Empty files to be filled; NULL with errno on failure. */
struct slices *slices_new(uint64_t epoch);
void slices_free(struct slices *);
/* After the loader succeeded: makes the files unchangeable and reads the
 * summary. Returns 0, or -1 when they are not what they should be. */
int slices_seal(struct slices *);
/* What the loader wrote about problems, cleaned and cut to what a message
 * holds; the caller frees. */
char *slices_problems(const struct slices *);
/* The summary in words, "1 feed, 2 entities, 1 sink"; the caller frees. */
char *slices_summary(const struct slices *);

/* For the loader: writes the summary, and any of the files. */
struct config;
void slices_put_summary(const struct config *, struct buf *);
int slices_write(int fd, const void *bytes, size_t len);

#endif
