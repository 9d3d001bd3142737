/*
 * From files to a checked configuration. All problems are found in one go.
 */
#ifndef FRAME_CONFIG_LOAD_H
#define FRAME_CONFIG_LOAD_H

#include <stdbool.h>
#include <stddef.h>

struct config;

struct config_problem {
	bool warning;
	char *file;
	int line, col; /* from 1; 0: of the file as a whole */
	char *message; /* "unknown key \"intervall\" (did you mean ...)" */
	char *source;  /* the source line, or NULL */
};

struct config_problems {
	struct config_problem *at;
	size_t len;
	size_t errors; /* how many are no warnings */
};

/* Reads FILE and conf.d/\*.yaml beside it (in byte order), OPML and packs named
 * there. NULL path: ${CONFIGURATION_DIRECTORY}/wirewatch.yaml, else the built-in
 * one below sysconfdir. Returns the configuration, or NULL when there were
 * errors; problems gets both kinds and is cleared by the caller. */
struct config *config_load(const char *path, struct config_problems *);
/* Only entities and rules matter (for `wirewatch match`): feeds and sinks may
 * be absent. */
struct config *config_load_entities(
    const char *path, struct config_problems *);
void config_problems_clear(struct config_problems *);
/* One problem as `file:line:col: error: message`, the source line and a caret
 * below; ends with a newline; the caller frees. color: for a terminal. */
char *config_problem_text(const struct config_problem *, bool color);

/* Folders: the systemd variable (STATE_DIRECTORY ...) or the configured
 * prefix's. The result is never NULL; the caller frees. */
enum config_folder {
	FOLDER_CONFIGURATION,
	FOLDER_STATE,
	FOLDER_LOGS,
	FOLDER_RUNTIME,
	FOLDER_CREDENTIALS
};
char *config_folder(enum config_folder);
/* path as it is when absolute, else below the folder; the caller frees. */
char *config_path(enum config_folder, const char *path);

#endif
