/*
 * A configuration file of any bytes: either problems are told, or there is a
 * configuration, whose slices can be sent and read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "frame/config.h"
#include "frame/config_load.h"
#include "frame/config_match.h"
#include "frame/config_wire.h"
#include "rule/rule.h"
#include "tests/fuzz.h"

/* A slice that was sent once must be the same when it is sent again. */
static void
check_slice(const struct config *config, enum role_kind role)
{
	struct buf bytes = BUF_INIT, again = BUF_INIT;
	struct config *copy;

	config_encode(config, role, &bytes);
	copy = config_decode(bytes.data, bytes.len);
	if (copy == NULL)
		abort();
	config_encode(copy, role, &again);
	if (again.len != bytes.len)
		abort();
	config_free(copy);
	buf_clear(&bytes);
	buf_clear(&again);
}

static void
check_config(const struct config *config)
{
	struct config_match match;

	for (int role = 0; role < ROLE_KINDS; role++)
		check_slice(config, (enum role_kind)role);
	config_match_init(&match, config);
	config_match_clear(&match);
	rule_set_free(config_rule_set(config));
}

static void
check_problems(struct config_problems *problems, const struct config *config)
{
	if ((problems->errors == 0) != (config != NULL))
		abort();
	for (size_t i = 0; i < problems->len; i++)
		free(config_problem_text(&problems->at[i], i % 2));
	config_problems_clear(problems);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct config_problems problems;
	struct config *config;
	char path[40];
	int fd = memfd_create("config", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config = config_load(path, &problems);
	check_problems(&problems, config);
	if (config != NULL)
		check_config(config);
	config_free(config);
	close(fd);
	return 0;
}
