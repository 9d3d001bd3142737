/*
 * The loader: a short-lived process that reads and checks the configuration
 * and compiles the names, so that the parent parses nothing and goes on
 * meanwhile.
 */
#ifndef PARENT_LOADER_H
#define PARENT_LOADER_H

#include <sys/types.h>

struct slices;

/* Starts a loader that fills the slices; returns its pid, or -1 with errno.
 * It exits 0 when they are complete, 78 when the configuration has errors. */
pid_t loader_spawn(const struct slices *, const char *config_path);
/* The loader itself; returns the exit status. */
int loader_main(const char *config_path);

#endif
