/*
 * The loader's two ends: how the parent starts one, and what it does.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "frame/config.h"
#include "frame/config_load.h"
#include "frame/config_match.h"
#include "frame/config_wire.h"
#include "match/match.h"
#include "parent/loader.h"
#include "parent/slices.h"

#define EXIT_BAD_CONFIG 78

/* Where the files stand in the loader: the roles' slices from here on, by
 * their kind, then the match set and the problems. */
#define FIRST_FD 3
#define MATCH_SET_FD (FIRST_FD + ROLE_KINDS)
#define PROBLEMS_FD (MATCH_SET_FD + 1)

/* In the child: puts the files where the loader expects them. They are moved
 * out of the way first, for they may stand on one another's places. */
static void
place_fds(const struct slices *slices)
{
	int fds[ROLE_KINDS + 2];
	size_t len = 0;

	for (; len < ROLE_KINDS; len++)
		fds[len] = slices->fd[len];
	fds[len++] = slices->match_set;
	fds[len++] = slices->problems;
	for (size_t i = 0; i < len; i++)
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, PROBLEMS_FD + 1);
	for (size_t i = 0; i < len; i++)
		dup2(fds[i], FIRST_FD + (int)i);
}

pid_t
loader_spawn(const struct slices *slices, const char *config_path)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	place_fds(slices);
	if (config_path != NULL)
		execl("/proc/self/exe", "wirewatchd", "--role", "loader", "-c",
		    config_path, (char *)NULL);
	else
		execl("/proc/self/exe", "wirewatchd", "--role", "loader",
		    (char *)NULL);
	_exit(127);
}

static int
write_problems(const struct config_problems *problems)
{
	int result = 0;

	for (size_t i = 0; i < problems->len; i++) {
		char *text = config_problem_text(&problems->at[i], false);

		result |= slices_write(PROBLEMS_FD, text, strlen(text));
		free(text);
	}
	return result;
}

static int
write_match_set(const struct config *config)
{
	struct match_set *set = config_match_set(config);
	size_t len;
	const void *bytes = match_set_bytes(set, &len);
	int result = slices_write(MATCH_SET_FD, bytes, len);

	match_set_free(set);
	return result;
}

static int
write_slices(const struct config *config)
{
	int result = 0;

	for (int kind = 0; kind < ROLE_KINDS; kind++) {
		struct buf buf = BUF_INIT;

		if (kind == ROLE_PARENT)
			slices_put_summary(config, &buf);
		else
			config_encode(config, kind, &buf);
		result |= slices_write(FIRST_FD + kind, buf.data, buf.len);
		buf_clear(&buf);
	}
	return result | write_match_set(config);
}

int
loader_main(const char *config_path)
{
	struct config_problems problems = {0};
	struct config *config = config_load_daemon(config_path, &problems);
	int result = write_problems(&problems);

	if (config == NULL)
		return EXIT_BAD_CONFIG;
	result |= write_slices(config);
	config_problems_clear(&problems);
	config_free(config);
	return result == 0 ? 0 : 1;
}
