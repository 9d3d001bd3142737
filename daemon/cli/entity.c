/*
 * wirewatch entity: packs from Wikidata, and the forms of a name.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/entity.h"
#include "cli/read_file.h"
#include "cli/wikidata.h"
#include "match/match.h"

#define IMPORT_MAX ((size_t)1 << 30) /* bytes of a file to import */

static const struct option options[] = {
    {"language", required_argument, NULL, 'l'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

static int
import(const char *path)
{
	struct buf json = BUF_INIT, pack = BUF_INIT;
	int status = EXIT_YES;
	char *error = NULL;

	if (read_file(path, IMPORT_MAX, &json) == -1) {
		fprintf(stderr, "wirewatch: %s: %s\n", path, strerror(errno));
		status = EXIT_INPUT;
	} else if (wikidata_to_pack(buf_str(&json), json.len, &pack, &error) ==
		   0) {
		fprintf(stderr, "wirewatch: %s: %s\n", path,
		    error != NULL ? error : "no Wikidata entities in it");
		status = EXIT_INPUT;
	} else {
		fputs(buf_str(&pack), stdout);
	}
	free(error);
	buf_clear(&json);
	buf_clear(&pack);
	return status;
}

/* "word: form form ..."; arg: bool, whether there was a word. */
static void
print_forms(
    void *arg, const char *word, size_t len, const struct strings *forms)
{
	*(bool *)arg = true;
	printf("%.*s:", (int)len, word);
	for (size_t i = 0; i < forms->len; i++)
		printf(" %s", forms->at[i]);
	putchar('\n');
}

static void
print_forms_json(
    void *arg, const char *word, size_t len, const struct strings *forms)
{
	struct buf out = BUF_INIT;

	*(bool *)arg = true;
	json_put_open(&out, '{');
	json_put_key(&out, "word");
	json_put_strn(&out, word, len);
	json_pair_strings(&out, "forms", forms->at, forms->len);
	json_put_close(&out, '}');
	puts(buf_str(&out));
	buf_clear(&out);
}

static int
list_forms(const char *name, const char *language, bool json)
{
	bool any = false;

	match_list_forms(
	    name, language, json ? print_forms_json : print_forms, &any);
	if (any)
		return EXIT_YES;
	fprintf(stderr, "wirewatch: a name without letters matches nothing\n");
	return EXIT_INPUT;
}

int
entity_run(int argc, char **argv)
{
	const char *language = NULL, *action;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'l' && command_check_language(optarg))
			language = optarg;
		else if (option == 'l')
			return EXIT_USAGE;
		else if (option == 'j')
			json = true;
		else
			return command_usage("entity");
	}
	if (argc - optind != 2)
		return command_usage("entity");
	action = argv[optind];
	if (strcmp(action, "import") == 0)
		return import(argv[optind + 1]);
	if (strcmp(action, "forms") != 0)
		return command_usage("entity");
	return list_forms(argv[optind + 1], language, json);
}
