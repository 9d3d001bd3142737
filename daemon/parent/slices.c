/*
 * The memory files of one configuration.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "frame/config.h"
#include "parent/opened.h"
#include "parent/slices.h"
#include "text/clean.h"

#define SUMMARY_MAX 1024 /* bytes */
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
		int error = errno;

		slices_free(slices);
		errno = error;
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
	free(slices->log_level);
	free(slices);
}

/* Those that we may run on; the machine may have more. */
static int
count_cores(void)
{
	cpu_set_t cores;

	if (sched_getaffinity(0, sizeof(cores), &cores) == -1)
		return 1;
	return CPU_COUNT(&cores);
}

void
slices_put_summary(const struct config *config, struct buf *buf)
{
	int64_t fetchers = config->fetchers;

	if (fetchers == 0)
		fetchers = count_cores();
	message_put_u32(buf, (uint32_t)fetchers);
	message_put_u32(buf, (uint32_t)config->feeds_len);
	message_put_u32(buf, (uint32_t)config->entities_len);
	message_put_u32(buf, (uint32_t)config->sinks_len);
	message_put_str(buf, config->desk.listen);
	message_put_str(buf, config->log.level);
	for (int kind = 0; kind < ROLE_KINDS; kind++)
		message_put_u64(buf, opened_hash(config, kind));
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
	slices->log_level = message_take_text(&reader);
	for (int kind = 0; kind < ROLE_KINDS; kind++)
		slices->opened[kind] = message_get_u64(&reader);
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
	char *bytes = xmalloc(PROBLEMS_MAX);
	ssize_t len = pread(slices->problems, bytes, PROBLEMS_MAX, 0);
	struct buf text = BUF_INIT;

	if (len > 0) /* names of files may be anything */
		clean_add(&text, bytes, (size_t)len, CLEAN_TEXT);
	free(bytes);
	buf_truncate(&text, utf8_cut(buf_str(&text), text.len, PROBLEMS_MAX));
	return buf_take(&text);
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
