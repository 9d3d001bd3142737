/*
 * Runs a fuzz target over files, so that its corpus is replayed in the normal
 * tests, by any compiler. Prints TAP: each folder of the corpus is one test.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/fuzz.h"

/* Feeds the target one file; -1 when it cannot be read. */
static int
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	size_t len;

	if (file == NULL)
		return -1;
	fseek(file, 0, SEEK_END);
	len = (size_t)ftell(file);
	rewind(file);
	bytes = xmalloc(len); /* exact, so that ASan sees each overrun */
	if (fread(bytes, 1, len, file) != len)
		len = 0;
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	return 0;
}

static int
replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int files = 0;

	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL) {
		char *path = xasprintf("%s/%s", folder, entry->d_name);

		if (entry->d_name[0] != '.' && replay_file(path) == 0)
			files++;
		free(path);
	}
	closedir(dir);
	return files;
}

/* The corpus is tests/data/fuzz/NAME for a program NAME_replay. */
int
main(int argc, char **argv)
{
	const char *source = getenv("SRCDIR");
	const char *name = strrchr(argv[0], '/');
	char *folder;
	int files;

	name = name != NULL ? name + 1 : argv[0];
	folder =
	    xasprintf("%s/tests/data/fuzz/%.*s", source != NULL ? source : ".",
		(int)(strlen(name) - strlen("_replay")), name);
	files = replay_folder(folder);
	printf("1..1\n%s 1 - %d files of %s do no harm\n",
	    files > 0 ? "ok" : "not ok", files, folder);
	free(folder);
	return 0;
}
