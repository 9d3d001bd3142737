/*
 * What the files of the schema share: short names for its columns, and the
 * records that each brings to the whole (daemon/frame/config_schema.c).
 */
#ifndef FRAME_CONFIG_SCHEMA_PART_H
#define FRAME_CONFIG_SCHEMA_PART_H

#include <stdint.h>

#include "frame/config_value.h"
#include "frame/message.h"
#include "frame/proxy.h"

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

/* The keys of a struct config_access in a record that has one as `access`. */
#define ACCESS_FIELDS(owner)                                                 \
	{                                                                    \
	    .key = "proxy",                                                  \
	    .type = FIELD_TEXT,                                              \
	    .offset = offsetof(owner, access.proxy),                         \
	    .roles = ENGINE,                                                 \
	    .check = proxy_check,                                            \
	    .doc = "The way round: http://HOST:PORT, https, socks5 or "      \
		   "socks5h, which has names looked up by the proxy alone. " \
		   "\"environment\" obeys http_proxy, https_proxy, "         \
		   "all_proxy and no_proxy of the daemon's environment, "    \
		   "which count for nothing otherwise; \"none\" is a "       \
		   "direct connection. The proxy may stand at a private "    \
		   "address; hosts asked for through it may not, unless "    \
		   "network.allow has them.",                                \
	    .example = "socks5h://127.0.0.1:9050",                           \
	},                                                                   \
	    {                                                                \
		.key = "headers",                                            \
		.type = FIELD_TEXTS,                                         \
		.offset = offsetof(owner, access.headers),                   \
		.roles = ENGINE,                                             \
		.check = value_check_header,                                 \
		.doc = "Further header lines to send, each a name, a colon " \
		       "and a value. They do not follow a redirect to "      \
		       "another scheme, host or port.",                      \
		.example = "[\"Accept-Language: ru\"]",                      \
	    },                                                               \
	{                                                                    \
		.key = "ip", .type = FIELD_ENUM,                             \
		.offset = offsetof(owner, access.ip), .roles = ENGINE,       \
		.choices = schema_ip_versions,                               \
		.doc = "The version of IP to connect with, where only one "  \
		       "of them works.",                                     \
	}

struct schema_record;
/* config_schema_feed.c */
extern const char *const schema_ip_versions[];
extern const struct schema_record schema_feed;
extern const struct schema_record schema_interval;
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
