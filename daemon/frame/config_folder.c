/*
 * Folders: what systemd says, else what configure said.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "frame/config_folder.h"

static const struct {
	const char *variable;
	const char *fallback;
} folders[] = {
    [FOLDER_CONFIGURATION] = {"CONFIGURATION_DIRECTORY",
	SYSCONFDIR "/wirewatch"},
    [FOLDER_STATE] = {"STATE_DIRECTORY", LOCALSTATEDIR "/lib/wirewatch"},
    [FOLDER_LOGS] = {"LOGS_DIRECTORY", LOCALSTATEDIR "/log/wirewatch"},
    [FOLDER_RUNTIME] = {"RUNTIME_DIRECTORY", RUNSTATEDIR "/wirewatch"},
    [FOLDER_CREDENTIALS] = {"CREDENTIALS_DIRECTORY", SYSCONFDIR "/wirewatch"},
};

char *
config_folder(enum config_folder folder)
{
	const char *set = getenv(folders[folder].variable);

	if (set == NULL || *set == '\0')
		return xstrdup(folders[folder].fallback);
	/* systemd separates several folders by colons; the first is ours */
	return xstrndup(set, strcspn(set, ":"));
}

char *
config_path(enum config_folder folder, const char *path)
{
	char *base, *joined;

	if (*path == '/')
		return xstrdup(path);
	base = config_folder(folder);
	joined = xasprintf("%s/%s", base, path);
	free(base);
	return joined;
}
