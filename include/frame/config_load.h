/*
 * From files to a checked configuration. All problems are found in one go.
 */
#ifndef FRAME_CONFIG_LOAD_H
#define FRAME_CONFIG_LOAD_H

#include "frame/config_folder.h"
#include "frame/config_problem.h"

#define CONFIG_OWN_FOLDER "conf.d" /* in the state folder: our own */

struct config;

/* Reads FILE and conf.d/\*.yaml beside it (in byte order), OPML and packs named
 * there. NULL path: ${CONFIGURATION_DIRECTORY}/wirewatch.yaml, else the
 * built-in one below sysconfdir, and the drop-ins that the daemon itself has
 * written. Returns the configuration, or NULL when there
 * were errors; problems gets both kinds and is cleared by the caller. */
struct config *config_load(const char *path, struct config_problems *);
/* The same with the drop-ins of the daemon, whatever the path. */
struct config *config_load_daemon(const char *path, struct config_problems *);
/* Only entities and rules matter (for `wirewatch match`): feeds and sinks may
 * be absent, and wrong values and unknown keys are warnings. */
struct config *config_load_entities(const char *path, struct config_problems *);

#endif
