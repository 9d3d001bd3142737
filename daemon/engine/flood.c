/*
 * The rest of a flood, gathered for one alert. Runs in the engine.
 */
#include <string.h>

#include "base/utf8.h"
#include "engine/flood.h"
#include "engine/tell.h"

#define HEADLINE_MAX 120 /* bytes */

void
flood_clear(struct flood *flood)
{
	strings_clear(&flood->rules);
	strings_clear(&flood->entities);
	buf_clear(&flood->headlines);
	*flood = (struct flood){.told = 0};
}

bool
flood_admits(struct flood *flood, int64_t max)
{
	if (max > 0 && flood->told >= (uint64_t)max)
		return false;
	flood->told++;
	return true;
}

static void
add_headline(struct buf *out, const char *title)
{
	size_t len = strlen(title);

	buf_add_str(out, out->len > 0 ? " | " : "");
	if (len > HEADLINE_MAX)
		len = utf8_cut(title, len, HEADLINE_MAX);
	buf_add(out, title, len);
}

void
flood_add(struct flood *flood, const struct rule_set *rules,
    const struct item_record *item, const struct met *met)
{
	if (flood->items == 0)
		flood->item = *item;
	if (flood->items++ < FLOOD_HEADLINES_MAX)
		add_headline(&flood->headlines, item->item.title);
	if (met->level > flood->level)
		flood->level = met->level;
	for (size_t i = 0; i < met->rules.len; i++)
		strings_add_once(&flood->rules, met->rules.at[i]);
	for (size_t i = 0; i < item->mentions_len; i++)
		if (rule_set_counts(rules, item->mentions[i].entity))
			strings_add_once(
			    &flood->entities, item->mentions[i].entity);
}
