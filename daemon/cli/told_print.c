/*
 * Alerts and their deliveries on a terminal.
 */
#include <stdio.h>
#include <string.h>
#include <jansson.h>

#include "base/buf.h"
#include "cli/api.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/told_print.h"
#include "cli/when.h"

static const struct table_column columns[] = {
    {"ALERTED", false, false},
    {"ALERT", true, false},
    {"TYPE", false, false},
    {"LEVEL", false, false},
    {"RULES", false, true},
    {"WENT TO", false, true},
    {NULL, false, false},
};

const char *
level_color(const char *level)
{
	if (level == NULL || strcmp(level, "routine") == 0)
		return NULL;
	return strcmp(level, "flash") == 0 ? "31" : "33";
}

/* "desk (retrying after 3 attempts: HTTP 503, next in 12 s)" */
static void
add_delivery(struct buf *out, json_t *delivery)
{
	const char *state = api_text(delivery, "state");
	const char *error = api_text(delivery, "error");
	const char *next = api_text(delivery, "next");
	char span[16];

	buf_add_str(out, api_text(delivery, "sink"));
	if (strcmp(state, "delivered") == 0)
		return;
	buf_addf(out, " (%s", state);
	if (api_count(delivery, "attempts") > 0)
		buf_addf(out, " after %lld", api_count(delivery, "attempts"));
	if (error != NULL)
		buf_addf(out, ": %s", error);
	if (next != NULL) {
		when_in(next, span);
		buf_addf(out, ", next %s%s",
		    strcmp(span, "now") == 0 ? "" : "in ", span);
	}
	buf_add_char(out, ')');
}

/* "log, desk (retrying ...); not to mail (by types or routes)" */
static void
add_deliveries(struct table *table, json_t *alert)
{
	json_t *deliveries = json_object_get(alert, "deliveries");
	json_t *not_to = json_object_get(alert, "not_to");
	struct buf out = BUF_INIT;
	json_t *delivery, *sink;
	size_t i;

	json_array_foreach(deliveries, i, delivery)
	{
		buf_add_str(&out, i > 0 ? ", " : "");
		add_delivery(&out, delivery);
	}
	if (json_array_size(not_to) > 0)
		buf_add_str(&out, out.len > 0 ? "; not to " : "not to ");
	json_array_foreach(not_to, i, sink)
	{
		buf_addf(
		    &out, "%s%s", i > 0 ? ", " : "", json_string_value(sink));
	}
	if (json_array_size(not_to) > 0)
		buf_add_str(&out, " (by types or routes)");
	table_add(table, buf_str(&out), NULL);
	buf_clear(&out);
}

static void
add_rules(struct table *table, json_t *rules)
{
	struct buf out = BUF_INIT;
	json_t *rule;
	size_t i;

	json_array_foreach(rules, i, rule)
	{
		buf_addf(
		    &out, "%s%s", i > 0 ? ", " : "", json_string_value(rule));
	}
	table_add(table, buf_str(&out), NULL);
	buf_clear(&out);
}

/* Of each alert that was not pushed: why. */
static void
print_held(json_t *alerts)
{
	json_t *alert;
	size_t i;

	json_array_foreach(alerts, i, alert)
	{
		json_t *reason = json_object_get(alert, "reason");

		if (api_text(reason, "held") == NULL)
			continue;
		printf("alert %lld was not pushed: ", api_count(alert, "seq"));
		print_clean(api_text(reason, "held"));
		putchar('\n');
	}
}

void
told_print(json_t *alerts)
{
	struct table *table = table_new(columns);
	json_t *alert;
	char when[32];
	size_t i;

	json_array_foreach(alerts, i, alert)
	{
		const char *level = api_text(alert, "level");

		when_local(api_text(alert, "alerted"), when);
		table_add(table, when, NULL);
		table_addf(table, "%lld", api_count(alert, "seq"));
		table_add(table, api_text(alert, "type"), NULL);
		table_add(table, level, level_color(level));
		add_rules(table, json_object_get(alert, "rules"));
		add_deliveries(table, alert);
	}
	api_print_table(table);
	table_free(table);
	print_held(alerts);
}
