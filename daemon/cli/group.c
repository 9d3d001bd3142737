/*
 * wirewatch group: items as JSON Lines on stdin, in time order, become lines of
 * {"id","story"} on stdout. Answers what it has read before it waits for more,
 * so that it can stand in a pipe that stays open.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/group.h"
#include "story/line.h"
#include "story/story.h"

#define LINE_BYTES_MAX (64u << 20)
#define READ_BYTES (64u << 10)

struct group {
	struct story_lines lines;
	struct buf in; /* bytes read that are not answered yet */
	struct buf out;
};

static int
fail(uint64_t line, const char *problem)
{
	fprintf(
	    stderr, "wirewatch group: line %" PRIu64 ": %s\n", line, problem);
	return EXIT_INPUT;
}

static int
answer_line(struct group *group, const char *line, size_t len)
{
	if (story_lines_answer(&group->lines, line, len, &group->out) == 0)
		return EXIT_YES;
	return fail(group->lines.count, buf_str(&group->lines.problem));
}

/* Answers all complete lines of which the first `scanned` bytes have no end,
 * and at the end of the input the last one. */
static int
answer_lines(struct group *group, size_t scanned, bool at_end)
{
	const char *data = buf_str(&group->in);
	size_t start = 0, len = group->in.len;
	const char *end = memchr(data + scanned, '\n', len - scanned);
	int status = EXIT_YES;

	while (end != NULL && status == EXIT_YES) {
		status = answer_line(group, data + start, end - data - start);
		start = end - data + 1;
		end = memchr(data + start, '\n', len - start);
	}
	if (at_end && status == EXIT_YES)
		status = answer_line(group, data + start, len - start);
	if (start > 0) {
		memmove(group->in.data, data + start, len - start);
		buf_truncate(&group->in, len - start);
	}
	return status;
}

static int
write_answers(struct group *group)
{
	size_t done = 0;

	while (done < group->out.len) {
		ssize_t n = write(STDOUT_FILENO, group->out.data + done,
		    group->out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fprintf(stderr, "wirewatch group: stdout: %s\n",
			    strerror(errno));
			return EXIT_NO;
		}
		done += n;
	}
	buf_reset(&group->out);
	return EXIT_YES;
}

/* Reads more; *len becomes how much, 0 at the end. */
static int
read_more(struct group *group, size_t *len)
{
	char *end = buf_reserve(&group->in, READ_BYTES);
	ssize_t n;

	do {
		n = read(STDIN_FILENO, end, READ_BYTES);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		fprintf(
		    stderr, "wirewatch group: stdin: %s\n", strerror(errno));
		return EXIT_INPUT;
	}
	end[n] = '\0';
	group->in.len += n;
	*len = n;
	return EXIT_YES;
}

static int
group_stream(struct group *group)
{
	size_t scanned, n;
	int status, written;

	do {
		scanned = group->in.len;
		status = read_more(group, &n);
		if (status != EXIT_YES)
			return status;
		status = answer_lines(group, scanned, n == 0);
		if (status == EXIT_YES && group->in.len > LINE_BYTES_MAX)
			status =
			    fail(group->lines.count + 1, "longer than 64 MiB");
		written = write_answers(group);
	} while (n > 0 && status == EXIT_YES && written == EXIT_YES);
	return status != EXIT_YES ? status : written;
}

int
group_run(int argc, char **argv)
{
	struct group group = {.in = BUF_INIT, .out = BUF_INIT};
	struct story_index *index;
	int status;

	if (argc != 1 && (argc != 2 || strcmp(argv[1], "--json") != 0))
		return command_usage(argv[0]);
	index = story_index_new(NULL);
	story_lines_init(&group.lines, index);
	status = group_stream(&group);
	story_lines_clear(&group.lines);
	story_index_free(index);
	buf_clear(&group.in);
	buf_clear(&group.out);
	return status;
}
