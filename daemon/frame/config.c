/*
 * The life of a struct config, by the schema.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "frame/config.h"
#include "frame/config_record.h"
#include "frame/config_schema.h"

const char *const alert_type_names[] = {
    [ALERT_ITEM] = "item",
    [ALERT_STORY_NEW] = "story.new",
    [ALERT_STORY_GROWN] = "story.grown",
    [ALERT_STORY_UPDATE] = "story.update",
    [ALERT_STORY_EDITED] = "story.edited",
    [ALERT_DIGEST] = "digest",
    [ALERT_FEED_DOWN] = "feed.down",
    [ALERT_FEED_SILENT] = "feed.silent",
    [ALERT_FEED_GAP] = "feed.gap",
    [ALERT_FEED_RECOVERED] = "feed.recovered",
    [ALERT_TYPES] = NULL,
};

struct config *
config_new(void)
{
	struct config *config = xcalloc(1, sizeof(*config));

	record_init(&schema_config, config);
	return config;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	strings_clear(&config->files);
	record_clear(&schema_config, config);
	free(config);
}
