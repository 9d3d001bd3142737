/*
 * wirewatch parse: one feed document in, one JSON Feed 1.1 document out.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/parse.h"
#include "cli/command.h"
#include "parse/feed_json.h"
#include "parse/parser.h"

#define READ_LEN 65536

static bool
on_item(void *arg, const struct raw_item *item)
{
	feed_json_add_item(arg, item);
	return true;
}

/* Pushes the file to its end; -1 with errno set when it cannot be read. */
static int
push_file(struct parser *parser, FILE *file)
{
	static char piece[READ_LEN];
	size_t n;

	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		if (!parser_push(parser, piece, n))
			return 0;
	return ferror(file) ? -1 : 0;
}

static int
answer(struct parser *parser, const char *name, const struct buf *items,
    const char *url)
{
	enum parser_result result = parser_finish(parser);
	struct buf out = BUF_INIT;

	if (*parser_problem(parser) != '\0')
		fprintf(stderr, "%s: %s\n", name, parser_problem(parser));
	switch (result) {
	case PARSER_EMPTY:
	case PARSER_NOT_A_FEED:
	case PARSER_REFUSED:
		return EXIT_INPUT;
	case PARSER_OK:
	case PARSER_TRUNCATED:
	case PARSER_STOPPED:
		break;
	}
	feed_json_finish(&out, parser_feed(parser), items, url);
	fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
	return EXIT_YES;
}

static int
parse_file(const char *path, const struct parser_options *options)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "rb");
	const char *name = is_stdin ? "standard input" : path;
	struct buf items = BUF_INIT;
	struct parser *parser;
	int status;

	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return EXIT_INPUT;
	}
	parser_init_process();
	parser = parser_new(options, on_item, &items);
	if (push_file(parser, file) == -1) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		status = EXIT_INPUT;
	} else
		status = answer(parser, name, &items, options->url);
	parser_free(parser);
	buf_clear(&items);
	if (!is_stdin)
		fclose(file);
	return status;
}

/* Takes "--name VALUE" and "--name=VALUE"; moves *i on. */
static bool
take_option(char **argv, int argc, int *i, const char *name, const char **value)
{
	size_t len = strlen(name);

	if (strncmp(argv[*i], name, len) != 0)
		return false;
	if (argv[*i][len] == '=') {
		*value = argv[*i] + len + 1;
		return true;
	}
	if (argv[*i][len] != '\0' || *i + 1 >= argc)
		return false;
	*value = argv[++*i];
	return true;
}

int
parse_run(int argc, char **argv)
{
	struct parser_options options = {0};
	const char *path = NULL;
	bool only_files = false;

	for (int i = 1; i < argc; i++) {
		if (!only_files && strcmp(argv[i], "--") == 0)
			only_files = true;
		else if (!only_files && strcmp(argv[i], "--json") == 0)
			continue; /* as always */
		else if (!only_files &&
			 (take_option(argv, argc, &i, "--url", &options.url) ||
			     take_option(argv, argc, &i, "--content-type",
				 &options.content_type) ||
			     take_option(argv, argc, &i, "--content-location",
				 &options.content_location)))
			continue;
		else if ((!only_files && argv[i][0] == '-' &&
			     argv[i][1] != '\0') ||
			 path != NULL)
			return command_usage("parse");
		else
			path = argv[i];
	}
	if (path == NULL)
		return command_usage("parse");
	return parse_file(path, &options);
}
