/*
 * wirewatch status: how the daemon is, on one screen.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>

#include "base/mem.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/status.h"
#include "cli/table.h"
#include "cli/when.h"

#define BLOCKED_MAX 10 /* feeds that are listed */

static const struct table_column role_columns[] = {
    {"ROLE", false, false},
    {"STATE", false, false},
    {"PID", true, false},
    {"RESTARTS", true, false},
    {NULL, false, false},
};

static const struct table_column blocked_columns[] = {
    {"BLOCKED", false, false},
    {"TROUBLE", false, true},
    {NULL, false, false},
};

static const struct table_column sink_columns[] = {
    {"SINK", false, true},
    {"STATE", false, false},
    {"DELIVERED", true, false},
    {"WAITING", true, false},
    {"OLDEST", true, false},
    {"FAILED", true, false},
    {"DEAD", true, false},
    {"TROUBLE", false, true},
    {NULL, false, false},
};

static const char *
color_of(const char *state)
{
	return state != NULL && strcmp(state, "up") == 0 ? "32" : "33";
}

static void
print_table(struct table *table)
{
	if (table_rows(table) > 0)
		putchar('\n');
	api_print_table(table);
}

static void
print_roles(json_t *status)
{
	struct table *table = table_new(role_columns);
	json_t *role;
	size_t i;

	json_array_foreach(json_object_get(status, "roles"), i, role)
	{
		const char *state = api_text(role, "state");

		table_addf(table, "%s %lld", api_text(role, "role"),
		    api_count(role, "index"));
		table_add(table, state, color_of(state));
		table_addf(table, "%lld", api_count(role, "pid"));
		table_addf(table, "%lld", api_count(role, "restarts"));
	}
	print_table(table);
	table_free(table);
}

static void
print_sinks(json_t *status)
{
	struct table *table = table_new(sink_columns);
	char when[16];
	json_t *sink;
	size_t i;

	json_array_foreach(json_object_get(status, "sinks"), i, sink)
	{
		const char *state = api_text(sink, "state");

		table_add(table, api_text(sink, "id"), NULL);
		table_add(table, state, color_of(state));
		table_addf(table, "%lld", api_count(sink, "delivered"));
		table_addf(table, "%lld", api_count(sink, "waiting"));
		when_ago(api_text(sink, "oldest_waiting"), when);
		table_add(table, when, NULL);
		table_addf(table, "%lld", api_count(sink, "failed"));
		table_addf(table, "%lld", api_count(sink, "dead"));
		table_add(table, api_text(sink, "error"), NULL);
	}
	print_table(table);
	table_free(table);
}

/* ": 3 up, 1 failing", of those that there are; returns whether any was. */
static bool
print_states(json_t *feeds, const char *const *states, const char *before)
{
	bool any = false;

	for (; *states != NULL; states++) {
		if (api_count(feeds, *states) == 0)
			continue;
		printf("%s%lld %s", any ? ", " : before,
		    api_count(feeds, *states), *states);
		any = true;
	}
	return any;
}

static void
print_feeds(json_t *feeds)
{
	static const char *const states[] = {
	    "up", "waiting", "failing", "quarantined", NULL};
	static const char *const troubles[] = {
	    "down", "silent", "gone", "blocked", NULL};

	printf("feeds    %lld", api_count(feeds, "total"));
	print_states(feeds, states, ": ");
	if (print_states(feeds, troubles, "\nhealth   "))
		printf("; see wirewatch feeds --state STATE");
	putchar('\n');
}

static void
print_share(json_t *delay, const char *key, const char *label)
{
	json_t *value = json_object_get(delay, key);
	double seconds = json_number_value(value);
	char span[16];

	if (!json_is_number(value))
		return;
	if (seconds < 10)
		snprintf(span, sizeof(span), "%g s", seconds);
	else
		span_text(seconds, span);
	printf(", %s within %s", label, span);
}

static void
print_counts(json_t *status)
{
	json_t *alerts = json_object_get(status, "alerts");
	json_t *items = json_object_get(status, "items");
	json_t *delay = json_object_get(status, "deliver_delay");

	if (alerts == NULL)
		return;
	printf("alerts   %lld flash, %lld urgent, %lld routine since the "
	       "start; the last is number %lld\n",
	    api_count(alerts, "flash"), api_count(alerts, "urgent"),
	    api_count(alerts, "routine"), api_count(alerts, "last_seq"));
	printf("items    %lld new, %lld edited", api_count(items, "new"),
	    api_count(items, "edited"));
	if (api_count(items, "gaps") > 0)
		printf("; %lld gap%s where some may be lost (see "
		       "wirewatch feeds)",
		    api_count(items, "gaps"),
		    api_count(items, "gaps") == 1 ? "" : "s");
	putchar('\n');
	if (json_is_number(json_object_get(delay, "p50_s"))) {
		fputs("delivery after an alert", stdout);
		print_share(delay, "p50_s", "half");
		print_share(delay, "p99_s", "99 of 100");
		putchar('\n');
	}
}

static void
print_config(json_t *status)
{
	json_t *config = json_object_get(status, "configuration");
	const char *error = api_text(config, "last_reload_error");
	char when[16];

	when_ago(api_text(config, "in_force_since"), when);
	printf("config   in force for %s\n", when);
	if (!json_is_true(json_object_get(config, "last_reload_ok")))
		printf("         the last reload was refused:\n%s\n",
		    error != NULL ? error : "");
}

static void
take_blocked(void *arg, json_t *feed)
{
	table_add(arg, api_text(feed, "id"), "33");
	table_add(arg, api_text(feed, "error"), NULL);
}

/* Bot walls and their kin do not go away: someone has to do something. */
static void
print_blocked(struct api *api, json_t *feeds)
{
	struct table *table;

	if (api_count(feeds, "blocked") == 0)
		return;
	table = table_new(blocked_columns);
	api_walk(api,
	    xasprintf("/api/v1/feeds?state=blocked&limit=%d", BLOCKED_MAX),
	    "feeds", BLOCKED_MAX, take_blocked, table);
	print_table(table);
	table_free(table);
}

static void
print_status(json_t *status)
{
	const char *obstacle = api_text(status, "obstacle");
	const char *listen = api_text(status, "listen");
	bool color = command_color(STDOUT_FILENO);
	char when[16];

	when_ago(api_text(status, "started"), when);
	printf("wirewatch %s, up for %s: %s%s%s%s\n",
	    api_text(status, "version"), when,
	    color ? (obstacle != NULL ? "\033[31m" : "\033[32m") : "",
	    obstacle != NULL ? "not ready, " : "ready",
	    obstacle != NULL ? obstacle : "", color ? "\033[0m" : "");
	print_feeds(json_object_get(status, "feeds"));
	print_counts(status);
	print_config(status);
	if (listen != NULL)
		printf("page     http://%s/\n", listen);
	print_sinks(status);
	print_roles(status);
}

static int
show(struct api *api)
{
	int status = EXIT_YES;
	json_t *answer = api_get(api, "/api/v1/status", &status);

	if (answer == NULL)
		return status;
	if (!json_is_true(json_object_get(answer, "ready")))
		status = EXIT_NO;
	if (api->json) {
		api_print(answer);
	} else {
		print_status(answer);
		print_blocked(api, json_object_get(answer, "feeds"));
	}
	json_decref(answer);
	return status;
}

int
status_run(int argc, char **argv)
{
	struct api api = {0};
	int status;

	if (api_read_options(&api, argc, argv) && optind == argc)
		status = show(&api);
	else
		status = command_usage("status");
	api_clear(&api);
	return status;
}
