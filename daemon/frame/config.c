/*
 * The life of a struct config, by the schema.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "frame/config.h"
#include "frame/config_record.h"
#include "frame/config_schema.h"

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
