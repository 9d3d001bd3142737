/*
 * Secrets: read from a file, never written in the configuration itself.
 */
#ifndef FRAME_CONFIG_SECRET_H
#define FRAME_CONFIG_SECRET_H

#include <stdbool.h>

#define SECRET_MAX 4096 /* bytes */

/* The content of a file without the line end: in CREDENTIALS_DIRECTORY when
 * that is set and has it, else in folder. NULL and the reason, which the caller
 * frees, on failure. exposed: any user of the machine can read it. */
char *secret_read(
    const char *folder, const char *path, bool *exposed, char **why);

#endif
