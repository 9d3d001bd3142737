/*
 * Edits STATE_DIRECTORY/conf.d/feeds.yaml. Runs in the engine.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/feeds_file.h"
#include "frame/config_folder.h"
#include "frame/config_load.h"

#define FILE_MAX (4u << 20) /* bytes that are read */

static const char head[] =
    "# Feeds of `wirewatch feeds add`, a line each; `wirewatch feeds remove\n"
    "# ID` takes one out. Comments and changes by hand stay; then\n"
    "# `wirewatch reload`.\n"
    "feeds:\n";

/* The file before the last edit, to put it back. */
static struct buf before;
static bool was_there;

/* ---- the text ----------------------------------------------------------- */

/* Quoted as in JSON, which YAML reads. */
static void
put_quoted(struct buf *text, const char *value)
{
	struct buf quoted = BUF_INIT;

	json_put_str(&quoted, value);
	buf_add(text, quoted.data, quoted.len);
	buf_clear(&quoted);
}

static void
put_key(struct buf *text, const char *key, const char *value)
{
	if (value == NULL)
		return;
	if (text->data[text->len - 1] != '{')
		buf_add_str(text, ", ");
	buf_addf(text, "%s: ", key);
	put_quoted(text, value);
}

static void
add_line(struct buf *text, const struct feeds_file_entry *entry)
{
	if (text->len == 0)
		buf_add_str(text, head);
	if (text->data[text->len - 1] != '\n')
		buf_add_char(text, '\n');
	buf_add_str(text, "  - {");
	put_key(text, "id", entry->id);
	put_key(text, "outlet", entry->outlet);
	put_key(text, "url", entry->url);
	put_key(text, "language", entry->language);
	buf_add_str(text, "}\n");
}

/* False: no line has the id. */
static bool
remove_line(struct buf *text, const char *id)
{
	struct buf start = BUF_INIT, kept = BUF_INIT;
	const char *line = buf_str(text), *next;
	bool found = false;

	buf_add_str(&start, "  - {id: ");
	put_quoted(&start, id);
	buf_add_char(&start, ',');
	for (; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (strncmp(line, start.data, start.len) == 0)
			found = true;
		else
			buf_add(&kept, line, (size_t)(next - line));
	}
	buf_clear(&start);
	buf_clear(text);
	*text = kept;
	return found;
}

/* ---- the file ----------------------------------------------------------- */

/* NULL, or why it cannot be read; a file that is not there is empty. */
static char *
read_text(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char piece[16384], *error = NULL;
	ssize_t n = -1;

	was_there = fd != -1;
	if (fd == -1 && errno == ENOENT)
		return NULL;
	while (fd != -1 && text->len < FILE_MAX &&
	       (n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(text, piece, (size_t)n);
	if (n != 0)
		error = xasprintf("%s: %s", path,
		    n > 0 ? "larger than 4 MiB" : strerror(errno));
	if (fd != -1)
		close(fd);
	return error;
}

static int
write_synced(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok;

	if (fd == -1)
		return -1;
	ok = write(fd, buf_str(text), text->len) == (ssize_t)text->len &&
	     fsync(fd) == 0;
	return close(fd) == 0 && ok ? 0 : -1;
}

static void
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return;
	fsync(fd);
	close(fd);
}

/* The whole file or none of it. */
static char *
replace_file(const char *folder, const char *path, const struct buf *text)
{
	char *fresh = xasprintf("%s.new", path), *error = NULL;

	mkdir(folder, 0700);
	if (write_synced(fresh, text) == -1 || rename(fresh, path) == -1) {
		error = xasprintf("%s: %s", path, strerror(errno));
		unlink(fresh);
	}
	sync_folder(folder);
	free(fresh);
	return error;
}

/* add: what to add; NULL: remove the id. */
static char *
edit(const struct feeds_file_entry *add, const char *id)
{
	char *folder = config_path(FOLDER_STATE, CONFIG_OWN_FOLDER);
	char *path = xasprintf("%s/feeds.yaml", folder);
	struct buf text = BUF_INIT;
	char *error = read_text(path, &text);

	if (error != NULL)
		goto out;
	buf_reset(&before);
	buf_add(&before, buf_str(&text), text.len);
	if (add != NULL)
		add_line(&text, add);
	else if (!remove_line(&text, id))
		error = xasprintf("%s has no line of the feed \"%s\"; what was "
				  "not added by `wirewatch feeds add` is taken "
				  "out by hand",
		    path, id);
	if (error == NULL)
		error = replace_file(folder, path, &text);
out:
	buf_clear(&text);
	free(path);
	free(folder);
	return error;
}

char *
feeds_file_add(const struct feeds_file_entry *entry)
{
	return edit(entry, entry->id);
}

char *
feeds_file_remove(const char *id)
{
	return edit(NULL, id);
}

char *
feeds_file_undo(void)
{
	char *folder = config_path(FOLDER_STATE, CONFIG_OWN_FOLDER);
	char *path = xasprintf("%s/feeds.yaml", folder);
	char *error = NULL;

	if (was_there)
		error = replace_file(folder, path, &before);
	else if (unlink(path) == -1)
		error = xasprintf("%s: %s", path, strerror(errno));
	free(path);
	free(folder);
	return error;
}
