/*
 * An alert as one line for people. Pure.
 *
 * The texts were cleaned when the item was parsed; they are cleaned again here,
 * since this is where they meet a terminal.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "frame/alert_line.h"
#include "frame/config.h"
#include "text/clean.h"

#define HEADLINE_MAX 600 /* bytes, as the others */
#define NAME_MAX_LEN 100
#define URL_MAX 1500
#define REASON_MAX 500
#define STORY_MAX 150
#define NAMES_MAX 8       /* entities named; of the rest the number */
#define HIGHLIGHTS_MAX 64 /* mentions marked in a headline */

static const struct {
	const char *name;
	const char *color;
} levels[] = {
    [LEVEL_ROUTINE] = {"routine", "\033[32m"},
    [LEVEL_URGENT] = {"urgent", "\033[1;33m"},
    [LEVEL_FLASH] = {"flash", "\033[1;97;41m"},
};

#define COLOR_OUTLET "\033[36m"
#define COLOR_MENTION "\033[1;4m"
#define COLOR_FAINT "\033[2m"
#define COLOR_OFF "\033[0m"

struct line {
	struct buf *out;
	const struct alert_line_options *options;
};

struct span {
	size_t offset, len;
};

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static int
level_of(const json_t *alert)
{
	const char *name = text_of(alert, "level");

	for (int i = LEVEL_FLASH; i > LEVEL_ROUTINE; i--)
		if (strcmp(levels[i].name, name) == 0)
			return i;
	return LEVEL_ROUTINE;
}

static void
put_color(const struct line *line, const char *color)
{
	if (line->options->color)
		buf_add_str(line->out, color);
}

/* Cleaned, without line breaks; blanks at the ends stay. */
static void
put_text(const struct line *line, const char *text, size_t len)
{
	size_t from = line->out->len;

	clean_add(line->out, text, len, CLEAN_TEXT);
	for (size_t i = from; i < line->out->len; i++)
		if (strchr("\n\t", line->out->data[i]) != NULL)
			line->out->data[i] = ' ';
}

static void
put_cut(const struct line *line, const char *text, size_t max)
{
	size_t len = strlen(text), cut = utf8_cut(text, len, max);

	put_text(line, text, cut);
	if (cut < len)
		buf_add_str(line->out, "…");
}

static void
put_colored(
    const struct line *line, const char *color, const char *text, size_t max)
{
	put_color(line, color);
	put_cut(line, text, max);
	put_color(line, COLOR_OFF);
}

/* ---- times ---- */

/* Epoch microseconds of "2026-11-22T01:02:03.456Z"; 0: none. */
static int64_t
time_of(const json_t *times, const char *key)
{
	struct tm tm = {0};
	int ms = 0;

	if (sscanf(text_of(times, key), "%4d-%2d-%2dT%2d:%2d:%2d.%3d",
		&tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		&tm.tm_sec, &ms) < 6)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return (int64_t)timegm(&tm) * 1000000 + ms * 1000;
}

static void
put_time(const struct line *line, const json_t *times)
{
	time_t at = (time_t)(time_of(times, "alerted") / 1000000);
	time_t now = (time_t)(line->options->now_at / 1000000);
	char text[32];
	struct tm tm, today;

	if (!line->options->time || at == 0 || localtime_r(&at, &tm) == NULL)
		return;
	strftime(text, sizeof(text),
	    now == 0 || (localtime_r(&now, &today) != NULL &&
			    today.tm_yday == tm.tm_yday &&
			    today.tm_year == tm.tm_year)
		? "%H:%M:%S"
		: "%Y-%m-%d %H:%M:%S",
	    &tm);
	put_colored(line, COLOR_FAINT, text, sizeof(text));
	buf_add_char(line->out, ' ');
}

/* How old the news is: " 35 s", " 4 min", " 3 h", " 2 d". */
static void
put_age(const struct line *line, const json_t *times)
{
	int64_t from = time_of(times, "published"), now = line->options->now_at,
		age_s;

	if (from == 0)
		from = time_of(times, "seen");
	if (now == 0)
		now = time_of(times, "alerted");
	if (from == 0 || now == 0)
		return;
	age_s = now > from ? (now - from) / 1000000 : 0;
	put_color(line, COLOR_FAINT);
	if (age_s < 120)
		buf_addf(line->out, " %d s", (int)age_s);
	else if (age_s < 2 * 3600)
		buf_addf(line->out, " %d min", (int)(age_s / 60));
	else if (age_s < 2 * 86400)
		buf_addf(line->out, " %d h", (int)(age_s / 3600));
	else
		buf_addf(line->out, " %lld d", (long long)(age_s / 86400));
	put_color(line, COLOR_OFF);
}

/* ---- the headline ---- */

static int
compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The places of the title that mention an entity, in order. */
static size_t
find_spans(const json_t *alert, struct span *spans, size_t title_len)
{
	size_t len = 0, i, j;
	json_t *entity, *mention;

	json_array_foreach(json_object_get(alert, "entities"), i, entity)
	{
		json_array_foreach(
		    json_object_get(entity, "mentions"), j, mention)
		{
			json_int_t offset = json_integer_value(
			    json_object_get(mention, "offset"));
			json_int_t n = json_integer_value(
			    json_object_get(mention, "length"));

			if (strcmp(text_of(mention, "field"), "title") != 0 ||
			    offset < 0 || n <= 0 || len == HIGHLIGHTS_MAX ||
			    (uint64_t)offset + (uint64_t)n > title_len)
				continue;
			spans[len++] = (struct span){(size_t)offset, (size_t)n};
		}
	}
	qsort(spans, len, sizeof(*spans), compare_spans);
	return len;
}

static void
put_title(const struct line *line, const json_t *alert, const char *title)
{
	struct span spans[HIGHLIGHTS_MAX];
	size_t cut = utf8_cut(title, strlen(title), HEADLINE_MAX), at = 0;
	size_t len = line->options->color ? find_spans(alert, spans, cut) : 0;

	for (size_t i = 0; i < len; i++) {
		if (spans[i].offset < at)
			continue;
		put_text(line, title + at, spans[i].offset - at);
		put_color(line, COLOR_MENTION);
		put_text(line, title + spans[i].offset, spans[i].len);
		put_color(line, COLOR_OFF);
		at = spans[i].offset + spans[i].len;
	}
	put_text(line, title + at, cut - at);
	if (title[cut] != '\0')
		buf_add_str(line->out, "…");
}

/* The title; without one the summary, or why there is an alert at all. */
static void
put_headline(const struct line *line, const json_t *alert, const json_t *item)
{
	const char *title = text_of(item, "title");

	if (*title != '\0')
		put_title(line, alert, title);
	else if (*text_of(item, "summary") != '\0')
		put_cut(line, text_of(item, "summary"), HEADLINE_MAX);
	else
		put_cut(line, text_of(json_object_get(alert, "reason"), "text"),
		    HEADLINE_MAX);
}

static void
put_names(const struct line *line, const json_t *entities)
{
	size_t len = json_array_size(entities);

	if (len == 0)
		return;
	buf_add_str(line->out, " [");
	for (size_t i = 0; i < len && i < NAMES_MAX; i++) {
		const json_t *entity = json_array_get(entities, i);

		buf_add_str(line->out, i > 0 ? ", " : "");
		put_cut(line, text_of(entity, "name"), NAME_MAX_LEN);
	}
	if (len > NAMES_MAX)
		buf_addf(line->out, ", %zu more", len - NAMES_MAX);
	buf_add_char(line->out, ']');
}

/* ---- stories ---- */

static bool
is_of_story(const json_t *alert)
{
	return strncmp(text_of(alert, "type"), "story.", 6) == 0;
}

/* Which story, where its headline is not the item's: " “Fire in Paris”". */
static void
put_story_headline(const struct line *line, const json_t *alert)
{
	const char *headline =
	    text_of(json_object_get(alert, "story"), "headline");
	const char *title = text_of(json_object_get(alert, "item"), "title");

	if (*headline == '\0' || strcmp(headline, title) == 0)
		return;
	buf_add_str(line->out, " “");
	put_cut(line, headline, STORY_MAX);
	buf_add_str(line->out, "”");
}

/* What sets an alert apart from the plain one of a new item. */
static void
put_reason(const struct line *line, const json_t *alert)
{
	const json_t *reason = json_object_get(alert, "reason");
	const char *held = text_of(reason, "held");
	const char *type = text_of(alert, "type");
	bool told = strcmp(type, "digest") == 0 ||
		    (is_of_story(alert) && strcmp(type, "story.new") != 0);

	if (!told && *held == '\0')
		return;
	buf_add_str(line->out, told ? " (" : " (not pushed: ");
	put_cut(line, told ? text_of(reason, "text") : held, REASON_MAX);
	if (told)
		put_story_headline(line, alert);
	buf_add_char(line->out, ')');
}

/* Whether the line before was about the same item; notes this one's. */
static bool
is_repeated(const struct line *line, const json_t *alert)
{
	int64_t *last = line->options->last_item;
	int64_t item = json_integer_value(
	    json_object_get(json_object_get(alert, "item"), "id"));
	bool same = last != NULL && item != 0 && *last == item;

	if (last != NULL)
		*last = item;
	return same && is_of_story(alert);
}

static void
put_story(const struct line *line, const json_t *alert)
{
	const json_t *story = json_object_get(alert, "story");
	bool is_new = strcmp(text_of(alert, "type"), "story.new") == 0;

	if (line->options->time)
		buf_add_str(line->out, "         "); /* 12:04:31 */
	put_color(line, COLOR_FAINT);
	buf_add_str(line->out, is_new ? "new story " : "story ");
	put_cut(line, text_of(story, "id"), NAME_MAX_LEN);
	if (!is_new) {
		buf_add_str(line->out, ": ");
		put_cut(line, text_of(json_object_get(alert, "reason"), "text"),
		    REASON_MAX);
		put_story_headline(line, alert);
	}
	put_color(line, COLOR_OFF);
}

static void
put_alert(const struct line *line, const json_t *alert, int level)
{
	const json_t *item = json_object_get(alert, "item");
	const json_t *times = json_object_get(alert, "times");
	const char *type = text_of(alert, "type");
	const char *outlet = text_of(item, "outlet");
	const char *url = text_of(item, "url");

	put_time(line, times);
	put_colored(line, levels[level].color, levels[level].name, 16);
	buf_add_char(line->out, ' ');
	if (*type != '\0' && strcmp(type, "item") != 0) {
		put_cut(line, type, NAME_MAX_LEN);
		buf_add_char(line->out, ' ');
	}
	if (*outlet != '\0') {
		put_colored(line, COLOR_OUTLET, outlet, NAME_MAX_LEN);
		buf_add_str(line->out, ": ");
	}
	put_headline(line, alert, item);
	put_names(line, json_object_get(alert, "entities"));
	put_age(line, times);
	if (*url != '\0') {
		buf_add_char(line->out, ' ');
		put_colored(line, COLOR_FAINT, url, URL_MAX);
	}
	put_reason(line, alert);
}

int
alert_line_add(struct buf *out, const char *json, size_t len,
    const struct alert_line_options *options)
{
	const struct line line = {out, options};
	json_t *alert = json_loadb(json, len, 0, NULL);
	int level = -1;

	if (json_is_object(alert)) {
		level = level_of(alert);
		if (is_repeated(&line, alert))
			put_story(&line, alert);
		else
			put_alert(&line, alert, level);
	}
	json_decref(alert);
	return level;
}
