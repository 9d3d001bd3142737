/*
 * Reading query parameters. Pure.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "desk/params.h"
#include "desk/request.h"
#include "frame/config.h"
#include "parse/date.h"

static const char *const level_names[] = {"routine", "urgent", "flash", NULL};
static const char *const state_names[] = {"waiting", "up", "failing",
    "quarantined", "down", "silent", "gone", "blocked", NULL};

static bool
is_listed(const char *const *names, const char *value)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, value) == 0)
			return true;
	return false;
}

static int
refuse_choice(struct buf *error, const char *name, const char *const *names)
{
	buf_addf(error, "%s must be one of", name);
	for (size_t i = 0; names[i] != NULL; i++)
		buf_addf(error, "%s %s", i > 0 ? "," : "", names[i]);
	return -1;
}

/* Digits alone; -1 when it is no number or larger than any in the store. */
static int
read_number(const char *text, uint64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return *end != '\0' || errno != 0 || *number > INT64_MAX ? -1 : 0;
}

/* "15m": that long before now. */
static int
read_age(const char *text, int64_t now_at, int64_t *at)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {
	    {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
	char *end;
	long count;

	if (*text < '0' || *text > '9')
		return -1;
	count = strtol(text, &end, 10);
	if (count > 1000000 || *end == '\0' || end[1] != '\0')
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (units[i].unit != *end)
			continue;
		*at = now_at - count * units[i].seconds * 1000000;
		if (*at < 1)
			*at = 1;
		return 0;
	}
	return -1;
}

static int
read_time(const char *text, int64_t now_at, int64_t *at)
{
	struct date_options options = {.now_at = now_at};

	if (read_age(text, now_at, at) == 0)
		return 0;
	return date_parse(text, strlen(text), &options, at) ? 0 : -1;
}

static int
read_flag(const char *text, bool *flag)
{
	if (*text != '\0' && strcmp(text, "1") != 0 &&
	    strcmp(text, "true") != 0 && strcmp(text, "0") != 0 &&
	    strcmp(text, "false") != 0)
		return -1;
	*flag = *text != '0' && *text != 'f';
	return 0;
}

static int
set_number(const struct param *param, const char *value, void *field,
    struct buf *error)
{
	uint64_t number;
	bool is_limit = param->kind == PARAM_LIMIT;

	if (read_number(value, &number) != 0 ||
	    (is_limit && (number < 1 || number > PARAM_LIMIT_MAX))) {
		buf_addf(error, "%s must be a number", param->name);
		if (is_limit)
			buf_addf(error, " from 1 to %d", PARAM_LIMIT_MAX);
		return -1;
	}
	if (is_limit)
		*(unsigned *)field = (unsigned)number;
	else
		*(uint64_t *)field = number;
	return 0;
}

static int
set_text(const struct param *param, const char *value, void *field,
    struct buf *error)
{
	if (param->kind == PARAM_LEVEL && !is_listed(level_names, value))
		return refuse_choice(error, param->name, level_names);
	if (param->kind == PARAM_TYPE && !is_listed(alert_type_names, value))
		return refuse_choice(error, param->name, alert_type_names);
	if (param->kind == PARAM_STATE && !is_listed(state_names, value))
		return refuse_choice(error, param->name, state_names);
	if (*value == '\0') {
		buf_addf(
		    error, "%s is empty; leave it out instead", param->name);
		return -1;
	}
	if (!utf8_is_valid(value, strlen(value))) {
		buf_addf(error, "%s must be text in UTF-8", param->name);
		return -1;
	}
	*(const char **)field = value;
	return 0;
}

static int
set_value(const struct param *param, const char *value, int64_t now_at,
    void *into, struct buf *error)
{
	void *field = (char *)into + param->offset;

	switch (param->kind) {
	case PARAM_TEXT:
	case PARAM_LEVEL:
	case PARAM_TYPE:
	case PARAM_STATE:
		return set_text(param, value, field, error);
	case PARAM_NUMBER:
	case PARAM_LIMIT:
		return set_number(param, value, field, error);
	case PARAM_TIME:
		if (read_time(value, now_at, field) == 0)
			return 0;
		buf_addf(error,
		    "%s must be a date as 2024-03-22T19:00:00Z or an age as "
		    "90s, 15m, 2h, 7d",
		    param->name);
		return -1;
	case PARAM_FLAG:
		if (read_flag(value, field) == 0)
			return 0;
		buf_addf(error, "%s must be 1 or 0", param->name);
		return -1;
	}
	return -1;
}

static void
refuse_unknown(const struct param *table, const char *name, struct buf *error)
{
	buf_addf(error, "unknown parameter \"%.100s\"; this page takes", name);
	for (const struct param *param = table; param->name != NULL; param++)
		buf_addf(error, "%s %s", param > table ? "," : "", param->name);
}

/* One decoded pair; the seen mask has a bit for each row of the table. */
static int
take_pair(const struct param *table, const char *name, const char *value,
    uint64_t *seen, struct buf *error)
{
	size_t i = 0;

	while (table[i].name != NULL && strcmp(table[i].name, name) != 0)
		i++;
	if (table[i].name == NULL) {
		refuse_unknown(table, name, error);
		return -1;
	}
	if (strlen(value) > PARAM_TEXT_MAX || (*seen & UINT64_C(1) << i) != 0) {
		buf_addf(error, "%s is given %s", name,
		    strlen(value) > PARAM_TEXT_MAX ? "at too great a length"
						   : "twice");
		return -1;
	}
	*seen |= UINT64_C(1) << i;
	return (int)i;
}

/* Splits and decodes the pair that starts at text, len bytes. */
static int
split_pair(const char *text, size_t len, char **name, char **value)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - text) : len;

	*name = request_decode(text, name_len, true);
	*value = equals != NULL
		     ? request_decode(equals + 1, len - name_len - 1, true)
		     : xstrdup("");
	if (*name != NULL && *value != NULL)
		return 0;
	free(*name);
	free(*value);
	return -1;
}

int
params_parse(const char *query, const struct param *table, int64_t now_at,
    void *into, struct strings *owned, struct buf *error)
{
	uint64_t seen = 0;
	char *name, *value;
	size_t len;
	int row;

	for (; query != NULL && *query != '\0'; query += len) {
		query += *query == '&';
		len = strcspn(query, "&");
		if (len == 0)
			continue;
		if (split_pair(query, len, &name, &value) != 0) {
			buf_add_str(error,
			    "a % in the query is not followed by "
			    "two hexadecimal digits");
			return -1;
		}
		strings_take(owned, name);
		strings_take(owned, value);
		row = take_pair(table, name, value, &seen, error);
		if (row < 0 ||
		    set_value(&table[row], value, now_at, into, error) != 0)
			return -1;
	}
	return 0;
}
