/*
 * Where things are: the folders of the installation.
 */
#ifndef FRAME_CONFIG_FOLDER_H
#define FRAME_CONFIG_FOLDER_H

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
