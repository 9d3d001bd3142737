/*
 * Tables of feeds: the columns that all of them have.
 */
#include <string.h>

#include "cli/api.h"
#include "cli/feed_table.h"
#include "cli/table.h"
#include "cli/when.h"

static const char *
state_color(const char *state)
{
	if (strcmp(state, "up") == 0)
		return "32";
	if (strcmp(state, "failing") == 0)
		return "33";
	return strcmp(state, "quarantined") == 0 ? "31" : NULL;
}

void
feed_table_add_state(struct table *table, json_t *feed)
{
	const char *state = api_text(feed, "state");
	char when[16];

	table_add(table, state, state != NULL ? state_color(state) : NULL);
	table_add(table, api_text(feed, "id"), NULL);
	table_add(table, api_text(feed, "outlet"), NULL);
	when_ago(api_text(feed, "last_success"), when);
	table_add(table, when, NULL);
	when_ago(api_text(feed, "last_new"), when);
	table_add(table, when, NULL);
	when_in(api_text(feed, "next_fetch"), when);
	table_add(table, when, NULL);
}

static void
add_gaps(struct table *table, json_t *feed)
{
	long long gaps = api_count(feed, "gaps");
	char when[16];

	when_ago(api_text(feed, "last_gap"), when);
	table_addf(table,
	    "items may be lost: window rolled over %lld time%s, last %s ago",
	    gaps, gaps == 1 ? "" : "s", when);
}

/* What health says beside the last fetch; false: nothing. */
static bool
add_health(struct table *table, json_t *feed)
{
	const char *health = api_text(feed, "health");
	char when[16];

	if (health == NULL)
		return false;
	if (strcmp(health, "gone") == 0) {
		table_addf(table,
		    "%s: polled no more; remove it, or try "
		    "`wirewatch poll`",
		    api_text(feed, "error") != NULL ? api_text(feed, "error")
						    : "gone");
		return true;
	}
	if (strcmp(health, "silent") != 0 || api_text(feed, "error") != NULL)
		return false;
	when_ago(api_text(feed, "last_new"), when);
	table_addf(
	    table, "silent: nothing new for %s, which is not its rhythm", when);
	return true;
}

void
feed_table_add_trouble(struct table *table, json_t *feed)
{
	const char *error = api_text(feed, "error");
	const char *move = api_text(feed, "move");

	if (add_health(table, feed))
		return;
	if (error != NULL)
		table_add(table, error, NULL);
	else if (move != NULL)
		table_addf(table, "moved to %s (%s)",
		    api_text(feed, "moved_to"),
		    strcmp(move, "adopted") == 0   ? "polled there"
		    : strcmp(move, "foreign") == 0 ? "not adopted"
						   : "for a day yet to come");
	else if (api_count(feed, "gaps") > 0)
		add_gaps(table, feed);
	else
		table_add(table, NULL, NULL);
}
