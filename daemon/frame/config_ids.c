/*
 * Ids, and who refers to them. Runs where configurations are read.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "frame/config_ids.h"
#include "frame/config_reader.h"

/* A text that must be the id of something. */
struct config_reference {
	const char *id; /* owned by the configuration */
	enum id_kind kind;
	struct config_mark mark;
};

static const char *const kind_names[ID_KINDS] = {
    [ID_FEED] = "feed",
    [ID_ENTITY] = "entity",
    [ID_RULE] = "rule",
    [ID_SINK] = "sink",
    [ID_RULE_OR_ENTITY] = "rule or entity",
};

/* "on line 3" of the file that `from` is in, else "at FILE:3". */
static char *
place_of(const struct config_mark *mark, const struct config_mark *from)
{
	return mark->file == from->file
		   ? xasprintf("on line %d", mark->line)
		   : xasprintf("at %s:%d", mark->file, mark->line);
}

const struct config_mark *
ids_find(const struct config_reader *reader, enum id_kind kind, const char *id)
{
	size_t i = map_get(&reader->ids.places[kind], id);

	return i == MAP_NONE ? NULL : &reader->ids.marks[i];
}

bool
ids_define(struct config_reader *reader, enum id_kind kind, const char *id,
    const struct config_mark *mark)
{
	struct config_ids *ids = &reader->ids;
	size_t len = ids->marks_len;
	size_t old = map_add(&ids->places[kind], id, len);

	if (old != MAP_NONE) {
		char *place = place_of(&ids->marks[old], mark);

		reader_error(reader, mark, "%s \"%s\" is already defined %s",
		    kind_names[kind], id, place);
		free(place);
		return false;
	}
	if ((len & (len - 1)) == 0)
		ids->marks = xreallocarray(
		    ids->marks, len ? len * 2 : 1, sizeof(*ids->marks));
	ids->marks[ids->marks_len++] = *mark;
	return true;
}

void
ids_refer(struct config_reader *reader, enum id_kind kind, const char *id,
    const struct config_mark *mark)
{
	struct config_ids *ids = &reader->ids;
	size_t len = ids->references_len;

	if ((len & (len - 1)) == 0)
		ids->references = xreallocarray(ids->references,
		    len ? len * 2 : 1, sizeof(*ids->references));
	ids->references[ids->references_len++] =
	    (struct config_reference){id, kind, *mark};
}

/* ---- references --------------------------------------------------------- */

static void
guess_id(const struct config_reader *reader, enum id_kind kind,
    struct problem_guess *guess)
{
	const struct map *map = &reader->ids.places[kind];

	for (size_t i = 0; i < map->cap; i++)
		if (map->slots[i].key != NULL)
			problem_guess(guess, map->slots[i].key);
}

static void
check_reference(
    struct config_reader *reader, const struct config_reference *ref)
{
	struct problem_guess guess = {.word = ref->id};
	bool either = ref->kind == ID_RULE_OR_ENTITY;
	enum id_kind kind = either ? ID_RULE : ref->kind;
	char *hint;

	if (ids_find(reader, kind, ref->id) != NULL)
		return;
	if (either && ids_find(reader, ID_ENTITY, ref->id) != NULL)
		return;
	guess_id(reader, kind, &guess);
	if (either)
		guess_id(reader, ID_ENTITY, &guess);
	hint = problem_guess_text(&guess);
	reader_error(reader, &ref->mark, "there is no %s \"%s\"%s",
	    kind_names[ref->kind], ref->id, hint);
	free(hint);
}

void
ids_check(struct config_reader *reader)
{
	for (size_t i = 0; i < reader->ids.references_len; i++)
		if (!reader->entities_only ||
		    reader->ids.references[i].kind == ID_ENTITY)
			check_reference(reader, &reader->ids.references[i]);
}

void
ids_clear(struct config_ids *ids)
{
	for (int i = 0; i < ID_KINDS; i++)
		map_clear(&ids->places[i]);
	free(ids->marks);
	free(ids->references);
}
