/*
 * Lines of items, their stories and their keys, from any bytes: whatever they
 * are, an answer is a line or a reason, and a copy has the keys of the first.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "story/keys.h"
#include "story/line.h"
#include "story/line_flat.h"
#include "story/story.h"
#include "tests/fuzz.h"

static void
check_keys(const char *text)
{
	struct keys once, again;
	struct buf url = BUF_INIT;
	size_t len;
	const char *headline = keys_headline(text, &len);

	if (headline + len > text + strlen(text))
		abort();
	keys_make(text, text, &once);
	keys_make(text, text, &again);
	if ((once.url != 0 || once.title != 0) && !keys_match(&once, &again))
		abort();
	keys_put_url(&url, text);
	buf_clear(&url);
}

/* What is read the quick way is JSON, and a full parser reads the same. */
static void
check_flat(const char *line, size_t len)
{
	char *copy = xstrndup(line, len);
	struct line_fields fields;
	json_error_t error;
	json_t *object, *id;

	if (strlen(copy) == len && line_read_flat(copy, len, &fields)) {
		object = json_loadb(line, len, JSON_ALLOW_NUL, &error);
		id = json_object_get(object, "id");
		if (object == NULL || fields.has_id != (id != NULL))
			abort();
		for (int i = 0; i < LINE_TEXTS; i++) {
			const char *text = json_string_value(
			    json_object_get(object, line_text_keys[i]));

			if ((text == NULL) != (fields.texts[i] == NULL) ||
			    (text != NULL &&
				strcmp(text, fields.texts[i]) != 0))
				abort();
		}
		if (id != NULL && fields.id == NULL &&
		    fields.id_number != json_integer_value(id))
			abort();
		if (id != NULL && fields.id != NULL &&
		    strcmp(fields.id, json_string_value(id)) != 0)
			abort();
		json_decref(object);
	}
	free(copy);
}

static void
check_lines(const char *text, size_t len)
{
	struct story_index *index = story_index_new(NULL);
	struct story_lines lines;
	struct story_stats stats;
	struct buf out = BUF_INIT;
	const char *end;

	story_lines_init(&lines, index);
	for (; len > 0; len -= (size_t)(end - text), text = end) {
		size_t before = out.len;
		int result;

		end = memchr(text, '\n', len);
		end = end != NULL ? end + 1 : text + len;
		check_flat(text, (size_t)(end - text));
		result = story_lines_answer(
		    &lines, text, (size_t)(end - text), &out);
		if (result == -1 && lines.problem.len == 0)
			abort();
		if (out.len > before && out.data[out.len - 1] != '\n')
			abort();
		if (result == -1)
			buf_truncate(&out, before);
	}
	story_index_stats(index, &stats);
	if (stats.items < stats.stories)
		abort();
	story_lines_clear(&lines);
	story_index_free(index);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = xstrndup((const char *)bytes, len);

	check_keys(text);
	free(text);
	check_lines((const char *)bytes, len);
	return 0;
}
