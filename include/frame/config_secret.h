/*
 * Secrets: read from a file, never written in the configuration itself.
 */
#ifndef FRAME_CONFIG_SECRET_H
#define FRAME_CONFIG_SECRET_H

#include <stdbool.h>

#define SECRET_MAX 4096 /* bytes */

/* The content of a file without white space at its end; it may have several
 * lines. Looked for in CREDENTIALS_DIRECTORY when that is set, by its name and
 * as secrets_NAME, then in secrets/ below folder ("" or "PATH/") and in folder.
 * NULL and the reason, which the caller frees, on failure. exposed: any user of
 * the machine can read it. */
char *secret_read(
    const char *folder, const char *path, bool *exposed, char **why);

#endif
