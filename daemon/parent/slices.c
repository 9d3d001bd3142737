/*
 * The memory files of one configuration.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "frame/config.h"
#include "frame/config_folder.h"
#include "parent/slices.h"

#define SUMMARY_MAX (16 * 1024)
#define LOG_FOLDERS_MAX (8 * 1024) /* bytes; later ones are left out */
#define PROBLEMS_MAX (200 * 1024)

struct slices *
slices_new(uint64_t epoch)
{
	struct slices *slices = xcalloc(1, sizeof(*slices));
	int failed = 0;

	slices->epoch = epoch;
	for (size_t i = 0; i < ROLE_KINDS; i++) {
		slices->fd[i] =
		    memfd_create(role_name(i), MFD_CLOEXEC | MFD_ALLOW_SEALING);
		failed |= slices->fd[i] == -1;
	}
	slices->match_set =
	    memfd_create("match set", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	slices->problems = memfd_create("problems", MFD_CLOEXEC);
	if (failed || slices->match_set == -1 || slices->problems == -1) {
		slices_free(slices);
		return NULL;
	}
	return slices;
}

void
slices_free(struct slices *slices)
{
	if (slices == NULL)
		return;
	for (size_t i = 0; i < ROLE_KINDS; i++)
		close(slices->fd[i]);
	close(slices->match_set);
	close(slices->problems);
	free(slices->listen);
	free(slices->log_folders);
	free(slices);
}

/* Whether the line is one of the lines of text. */
static bool
has_line(const char *text, const char *line, size_t len)
{
	for (; *text != '\0'; text += strcspn(text, "\n") + 1)
		if (strcspn(text, "\n") == len && strncmp(text, line, len) == 0)
			return true;
	return false;
}

static void
put_log_folders(const struct config *config, struct buf *buf)
{
	struct buf folders = BUF_INIT;

	for (size_t i = 0; i < config->sinks_len; i++) {
		const struct config_sink *sink = &config->sinks[i];
		char *path, *folder;

		if (sink->type != SINK_LOG || folders.len > LOG_FOLDERS_MAX)
			continue;
		path = config_path(FOLDER_LOGS, sink->path);
		folder = dirname(path);
		if (!has_line(buf_str(&folders), folder, strlen(folder)))
			buf_addf(&folders, "%s\n", folder);
		free(path);
	}
	message_put_str(buf, buf_str(&folders));
	buf_clear(&folders);
}

void
slices_put_summary(const struct config *config, struct buf *buf)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t fetchers = config->fetchers;

	if (fetchers == 0)
		fetchers = cores > 0 ? cores : 1;
	message_put_u32(buf, (uint32_t)fetchers);
	message_put_u32(buf, (uint32_t)config->feeds_len);
	message_put_u32(buf, (uint32_t)config->entities_len);
	message_put_u32(buf, (uint32_t)config->sinks_len);
	message_put_str(buf, config->desk.listen);
	put_log_folders(config, buf);
}

char *
slices_needing_restart(const struct slices *old, const struct slices *new)
{
	struct buf needs = BUF_INIT;
	size_t len;

	for (const char *at = new->log_folders; *at != '\0'; at += len + 1) {
		len = strcspn(at, "\n");
		if (!has_line(old->log_folders, at, len))
			buf_addf(&needs, "%sa log in the new folder %.*s",
			    needs.len > 0 ? ", " : "", (int)len, at);
	}
	if (needs.len == 0)
		return NULL;
	return buf_take(&needs);
}

char *
slices_summary(const struct slices *slices)
{
	return xasprintf("%u feed%s, %u entit%s, %u sink%s", slices->feeds,
	    slices->feeds == 1 ? "" : "s", slices->entities,
	    slices->entities == 1 ? "y" : "ies", slices->sinks,
	    slices->sinks == 1 ? "" : "s");
}

static int
read_summary(struct slices *slices)
{
	char bytes[SUMMARY_MAX];
	struct message_reader reader;
	ssize_t len = pread(slices->fd[ROLE_PARENT], bytes, sizeof(bytes), 0);

	if (len < 0)
		return -1;
	message_reader_init(&reader, bytes, (size_t)len);
	slices->fetchers = message_get_u32(&reader);
	slices->feeds = message_get_u32(&reader);
	slices->entities = message_get_u32(&reader);
	slices->sinks = message_get_u32(&reader);
	slices->listen = message_take_text(&reader);
	slices->log_folders = message_take_text(&reader);
	return message_end(&reader) && slices->fetchers > 0 ? 0 : -1;
}

int
slices_seal(struct slices *slices)
{
	const int seals =
	    F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

	for (size_t i = 0; i < ROLE_KINDS; i++)
		if (fcntl(slices->fd[i], F_ADD_SEALS, seals) == -1)
			return -1;
	if (fcntl(slices->match_set, F_ADD_SEALS, seals) == -1)
		return -1;
	return read_summary(slices);
}

char *
slices_problems(const struct slices *slices)
{
	char *text = xmalloc(PROBLEMS_MAX + 1);
	ssize_t len = pread(slices->problems, text, PROBLEMS_MAX, 0);

	text[len < 0 ? 0 : len] = '\0';
	return text;
}

int
slices_write(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}
