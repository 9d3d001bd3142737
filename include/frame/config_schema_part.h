/*
 * What the files of the schema share: short names for its columns, and the
 * records that each brings to the whole (daemon/frame/config_schema.c).
 */
#ifndef FRAME_CONFIG_SCHEMA_PART_H
#define FRAME_CONFIG_SCHEMA_PART_H

#include <stdint.h>

#include "frame/message.h"

/* Who gets a field. */
#define PARENT (1u << ROLE_PARENT)
#define ENGINE (1u << ROLE_ENGINE)
#define FETCHER (1u << ROLE_FETCHER)
#define COURIER (1u << ROLE_COURIER)
#define DESK (1u << ROLE_DESK)
#define ALL (PARENT | ENGINE | FETCHER | COURIER | DESK)

#define SECONDS(n) ((n)*INT64_C(1000))
#define DAYS(n) (SECONDS(n) * 86400)
#define MEBIBYTES(n) ((n)*INT64_C(1048576))

#define END                 \
	{                   \
		.key = NULL \
	}

struct schema_record;

/* config_schema_feed.c */
extern const struct schema_record schema_feed;
extern const struct schema_record schema_opml;
/* config_schema_entity.c */
extern const struct schema_record schema_entity;
/* config_schema_rule.c */
extern const struct schema_record schema_rule;
extern const char *const schema_levels[];
/* config_schema_sink.c */
extern const struct schema_record schema_sink;
extern const struct schema_record schema_route;

#endif
