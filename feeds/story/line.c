/*
 * One line of JSON in, one out.
 */
#include <stdbool.h>
#include <string.h>

#include <jansson.h>

#include "base/json.h"
#include "parse/date.h"
#include "story/line.h"
#include "story/story.h"

static int
fail(struct story_lines *lines, const char *what, const char *detail)
{
	buf_reset(&lines->problem);
	buf_addf(&lines->problem, "%s%s", what, detail);
	return -1;
}

/* The text of a member; text stays NULL where it is absent or null. */
static int
get_text(struct story_lines *lines, const json_t *object, const char *key,
    const char **text)
{
	const json_t *value = json_object_get(object, key);

	*text = NULL;
	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return fail(lines, key, " is not a string");
	*text = json_string_value(value);
	return 0;
}

static int
get_date(struct story_lines *lines, const json_t *object, int64_t *at)
{
	static const struct date_options utc = {.zone_s = 0};
	const char *text;

	if (get_text(lines, object, "date_published", &text) == -1)
		return -1;
	*at = lines->last_at;
	if (text != NULL && !date_parse(text, strlen(text), &utc, at))
		return fail(lines, "date_published is no date: ", text);
	return 0;
}

static int
get_item(
    struct story_lines *lines, const json_t *object, struct story_item *item)
{
	const char *text, *summary;

	if (!json_is_object(object))
		return fail(lines, "not a JSON object", "");
	if (get_text(lines, object, "title", &item->title) == -1 ||
	    get_text(lines, object, "summary", &summary) == -1 ||
	    get_text(lines, object, "text", &text) == -1 ||
	    get_text(lines, object, "language", &item->language) == -1)
		return -1;
	item->body = text != NULL && *text != '\0' ? text : summary;
	return get_date(lines, object, &item->at);
}

static int
put_id(struct story_lines *lines, const json_t *id, struct buf *out)
{
	if (!json_is_string(id) && !json_is_integer(id))
		return fail(
		    lines, "id is missing, or no string or integer", "");
	json_put_open(out, '{');
	json_put_key(out, "id");
	if (json_is_string(id))
		json_put_strn(
		    out, json_string_value(id), json_string_length(id));
	else
		json_put_i64(out, json_integer_value(id));
	return 0;
}

static int
answer_object(struct story_lines *lines, const json_t *object, struct buf *out)
{
	struct story_item item = {.at = 0};
	struct story_verdict verdict;

	if (get_item(lines, object, &item) == -1 ||
	    put_id(lines, json_object_get(object, "id"), out) == -1)
		return -1;
	story_index_add(lines->index, &item, &verdict);
	lines->last_at = item.at;
	json_pair_u64(out, "story", verdict.story);
	json_put_close(out, '}');
	buf_add_char(out, '\n');
	return 0;
}

static bool
is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (memchr(" \t\r\n", line[i], 4) == NULL)
			return false;
	return true;
}

int
story_lines_answer(
    struct story_lines *lines, const char *line, size_t len, struct buf *out)
{
	json_error_t error;
	json_t *object;
	int result;

	lines->count++;
	if (is_blank(line, len))
		return 0;
	object =
	    json_loadb(line, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	if (object == NULL)
		return fail(lines, "invalid JSON: ", error.text);
	result = answer_object(lines, object, out);
	json_decref(object);
	return result;
}

void
story_lines_init(struct story_lines *lines, struct story_index *index)
{
	*lines = (struct story_lines){.index = index, .problem = BUF_INIT};
}

void
story_lines_clear(struct story_lines *lines)
{
	buf_clear(&lines->problem);
}
