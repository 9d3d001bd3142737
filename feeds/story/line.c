/*
 * One line of JSON in, one out.
 */
#include <stdbool.h>
#include <string.h>

#include <jansson.h>

#include "base/json.h"
#include "parse/date.h"
#include "story/line.h"
#include "story/line_flat.h"
#include "story/story.h"

static int
fail(struct story_lines *lines, const char *what, const char *detail)
{
	buf_reset(&lines->problem);
	buf_addf(&lines->problem, "%s%s", what, detail);
	return -1;
}

/* The text of a member; it stays NULL where it is absent or null. */
static int
get_text(struct story_lines *lines, const json_t *object, const char *key,
    const char **text)
{
	const json_t *value = json_object_get(object, key);

	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return fail(lines, key, " is not a string");
	*text = json_string_value(value);
	return 0;
}

static void
get_id(const json_t *id, struct line_fields *fields)
{
	fields->has_id = json_is_string(id) || json_is_integer(id);
	if (json_is_string(id)) {
		fields->id = json_string_value(id);
		fields->id_len = json_string_length(id);
	} else {
		fields->id_number = json_integer_value(id);
	}
}

static int
get_fields(
    struct story_lines *lines, const json_t *object, struct line_fields *fields)
{
	*fields = (struct line_fields){.has_id = false};
	if (!json_is_object(object))
		return fail(lines, "not a JSON object", "");
	for (int i = 0; i < LINE_TEXTS; i++)
		if (get_text(lines, object, line_text_keys[i],
			&fields->texts[i]) == -1)
			return -1;
	get_id(json_object_get(object, "id"), fields);
	return 0;
}

static int
get_date(struct story_lines *lines, const char *text, int64_t *at)
{
	static const struct date_options utc = {.zone_s = 0};

	*at = lines->last_at;
	if (text != NULL && !date_parse(text, strlen(text), &utc, at))
		return fail(lines, "date_published is no date: ", text);
	return 0;
}

static int
answer_fields(struct story_lines *lines, const struct line_fields *fields,
    struct buf *out)
{
	const char *text = fields->texts[LINE_TEXT];
	struct story_item item = {
	    .title = fields->texts[LINE_TITLE],
	    .body = text != NULL && *text != '\0' ? text
						  : fields->texts[LINE_SUMMARY],
	    .language = fields->texts[LINE_LANGUAGE],
	};
	struct story_verdict verdict;

	if (get_date(lines, fields->texts[LINE_DATE], &item.at) == -1)
		return -1;
	if (!fields->has_id)
		return fail(
		    lines, "id is missing, or no string or integer", "");
	story_index_add(lines->index, &item, &verdict);
	lines->last_at = item.at;
	json_put_open(out, '{');
	json_put_key(out, "id");
	if (fields->id != NULL)
		json_put_strn(out, fields->id, fields->id_len);
	else
		json_put_i64(out, fields->id_number);
	json_pair_u64(out, "story", verdict.story);
	json_put_close(out, '}');
	buf_add_char(out, '\n');
	return 0;
}

static int
answer_tree(
    struct story_lines *lines, const char *line, size_t len, struct buf *out)
{
	struct line_fields fields;
	json_error_t error;
	json_t *object =
	    json_loadb(line, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	int result;

	if (object == NULL)
		return fail(lines, "invalid JSON: ", error.text);
	result = get_fields(lines, object, &fields);
	if (result == 0)
		result = answer_fields(lines, &fields, out);
	json_decref(object);
	return result;
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
	struct line_fields fields;

	lines->count++;
	if (is_blank(line, len))
		return 0;
	buf_reset(&lines->copy);
	buf_add(&lines->copy, line, len);
	if (line_read_flat(lines->copy.data, len, &fields))
		return answer_fields(lines, &fields, out);
	return answer_tree(lines, line, len, out);
}

void
story_lines_init(struct story_lines *lines, struct story_index *index)
{
	*lines = (struct story_lines){
	    .index = index, .problem = BUF_INIT, .copy = BUF_INIT};
}

void
story_lines_clear(struct story_lines *lines)
{
	buf_clear(&lines->problem);
	buf_clear(&lines->copy);
}
