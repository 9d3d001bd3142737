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

/* The folder of systemd's credentials, or NULL. */
static const char *
credentials_folder(void)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	return folder != NULL && *folder != '\0' ? folder : NULL;
}

/* Where the file may be: systemd's credentials, where LoadCredential= of the
 * folder `secrets` puts its files with that prefix, or the configuration's
 * folder. When none is there, it is named as in `secrets`, where it belongs. */
static char *
find_file(const char *folder, const char *path)
{
	const char *credentials = credentials_folder();
	const struct {
		const char *folder;
		const char *prefix;
	} places[] = {{credentials, "/"}, {credentials, "/secrets_"},
	    {folder, "secrets/"}, {folder, ""}};

	if (*path == '/')
		return xstrdup(path);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *place;

		if (places[i].folder == NULL) /* no credentials */
			continue;
		place = xasprintf(
		    "%s%s%s", places[i].folder, places[i].prefix, path);
		if (access(place, F_OK) == 0)
			return place;
		free(place);
	}
	return xasprintf("%ssecrets/%s", folder, path);
}

static const char *
advice(int error)
{
	if (error != EACCES)
		return "";
	return credentials_folder() != NULL
		   ? " (systemd hands secrets over when it starts the service: "
		     "restart it)"
		   : " (use sudo)";
}

char *
secret_read(const char *folder, const char *path, bool *exposed, char **why)
{
	char *file = find_file(folder, path), *secret = NULL;
	struct config_source source = {.path = NULL};
	struct stat st;
	bool is_text;
	size_t len;

	*exposed = stat(file, &st) == 0 && (st.st_mode & S_IROTH);
	if (source_read(file, SECRET_MAX, &source) != 0) {
		*why = xasprintf("cannot read %s: %s%s", file,
		    errno == EFBIG ? "too large for a secret" : strerror(errno),
		    advice(errno));
		goto out;
	}
	len = strlen(source.bytes);
	is_text = len == source.len && utf8_is_valid(source.bytes, len);
	while (len > 0 && strchr("\r\n \t", source.bytes[len - 1]) != NULL)
		source.bytes[--len] = '\0';
	/* All lines: the courier signs with each while keys are rotated. */
	if (!is_text)
		*why = xasprintf("%s holds bytes that are not text", file);
	else if (len == 0)
		*why = xasprintf("%s is empty", file);
	else
		secret = xstrdup(source.bytes);
	explicit_bzero(source.bytes, source.len);
out:
	source_clear(&source);
	free(file);
	return secret;
}
