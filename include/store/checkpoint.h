/*
 * Copies the write-ahead log into the file, on a thread beside the writer.
 */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include <stdbool.h>

struct checkpoint;

/* For the store at path; the thread comes with the first start. */
struct checkpoint *checkpoint_new(const char *path);
/* Waits for the thread; takes NULL. */
void checkpoint_free(struct checkpoint *);
/* Begins one, and does not wait for its end. Not while one runs. */
void checkpoint_start(struct checkpoint *);
bool checkpoint_runs(struct checkpoint *);

#endif
