/*
 * Reads secrets from files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "frame/config_secret.h"
#include "frame/config_source.h"

/* Where the file is. */
static char *
find_file(const char *folder, const char *path)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	char *found;

	if (*path == '/')
		return xstrdup(path);
	if (credentials != NULL && *credentials != '\0') {
		found = xasprintf("%s/%s", credentials, path);
		if (access(found, F_OK) == 0)
			return found;
		free(found);
	}
	return xasprintf("%s/%s", folder, path);
}

char *
secret_read(const char *folder, const char *path, bool *exposed, char **why)
{
	char *file = find_file(folder, path), *secret = NULL;
	struct config_source source = {.path = NULL};
	struct stat st;

	*exposed = stat(file, &st) == 0 && (st.st_mode & S_IROTH);
	if (source_read(file, SECRET_MAX, &source) != 0) {
		*why = xasprintf("cannot read %s: %s", file,
		    errno == EFBIG ? "too large for a secret"
				   : strerror(errno));
		goto out;
	}
	source.bytes[strcspn(source.bytes, "\r\n")] = '\0';
	if (*source.bytes == '\0')
		*why = xasprintf("%s is empty", file);
	else if (!utf8_is_valid(source.bytes, strlen(source.bytes)))
		*why = xasprintf("%s holds bytes that are not text", file);
	else
		secret = xstrdup(source.bytes);
	explicit_bzero(source.bytes, source.len);
out:
	source_clear(&source);
	free(file);
	return secret;
}
