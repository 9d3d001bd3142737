/*
 * The table of all configuration keys: settings, and the whole. Docs are plain
 * sentences: the manual page and the JSON Schema are made of them.
 */
#include "frame/config_schema.h"
#include "frame/config_schema_part.h"
#include "frame/config_value.h"

static const char *const log_levels[] = {
    "error", "warning", "info", "debug", NULL};

/* ---- settings -------------------------------------------------------- */

static const struct schema_field defaults_fields[] = {
    {
	.key = "interval",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config_defaults, interval),
	.roles = ENGINE | DESK,
	.record = &schema_interval,
	.preset = "60s",
	.doc = "How often each feed is polled. One duration is a promise: "
	       "each feed is polled that often, whatever it publishes, and "
	       "only a server that asks for patience is given more of it. "
	       "With two bounds wirewatch learns at which hours and on which "
	       "weekdays each feed publishes, and polls it often when news "
	       "is due and seldom when it sleeps.",
	.example = "{min: 30s, max: 15m}",
    },
    {
	.key = "budget",
	.type = FIELD_RATE,
	.offset = offsetof(struct config_defaults, budget),
	.roles = ENGINE,
	.min = 1,
	.max = INT64_C(3600) * 100000,
	.doc = "How many polls all feeds together may cost, on average over a "
	       "day; in no second more than twice as many. Feeds with bounds "
	       "share what those with one interval leave of it. Without it "
	       "they share as many polls as if each came at the geometric "
	       "mean of its bounds.",
	.example = "50/s",
    },
    {
	.key = "down_after",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_defaults, down_ms),
	.roles = ENGINE,
	.preset = "10m",
	.min = SECONDS(1),
	.max = DAYS(30),
	.doc = "A feed that could not be read for so long, three times in a "
	       "row at least, is told by an alert of type feed.down.",
    },
    {
	.key = "timeout",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_defaults, timeout_ms),
	.roles = ENGINE | FETCHER,
	.preset = "30s",
	.min = SECONDS(1),
	.max = SECONDS(600),
	.doc = "After this time a fetch is given up; after a third of it, "
	       "when fewer than 200 bytes a second come.",
    },
    {
	.key = "fresh",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_defaults, fresh_ms),
	.roles = ENGINE,
	.preset = "6h",
	.max = DAYS(3650),
	.doc = "Of the items found by the first fetch of a feed, only those "
	       "published within this time are alerted; older ones are "
	       "recorded quietly. So are items that turn up later though the "
	       "feed was read when they are dated; for these it is an hour at "
	       "least.",
    },
    {
	.key = "flood",
	.type = FIELD_COUNT,
	.offset = offsetof(struct config_defaults, flood),
	.roles = ENGINE,
	.preset = "30",
	.max = 1000,
	.doc = "How many items that meet rules one poll of a feed may bring "
	       "before the rest is told in one alert of type digest; 0 tells "
	       "all of them one by one.",
    },
    {
	.key = "retention",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_defaults, retention_ms),
	.roles = ENGINE,
	.preset = "30d",
	.min = SECONDS(3600),
	.max = DAYS(3650),
	.doc = "How long items, alerts and finished deliveries are kept.",
    },
    {
	.key = "contact",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_defaults, contact),
	.roles = FETCHER | COURIER,
	.check = value_check_text,
	.doc = "A mail address or web page for the operators of the servers "
	       "that are polled; it goes into the User-Agent.",
	.example = "desk@example.org",
    },
    {
	.key = "user_agent",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_defaults, user_agent),
	.roles = FETCHER | COURIER,
	.check = value_check_text,
	.doc = "Sent in place of the name and version of wirewatch.",
    },
    ACCESS_FIELDS(struct config_defaults),
    END,
};

static const struct schema_record schema_defaults = {
    .name = "defaults",
    .size = sizeof(struct config_defaults),
    .mark = SCHEMA_NONE,
    .fields = defaults_fields,
};

static const struct schema_field stories_fields[] = {
    {
	.key = "grown",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_stories, grown),
	.roles = ENGINE,
	.check = value_check_milestone,
	.doc = "Rising numbers of outlets at which a told story gives a "
	       "story.grown alert, or off. When not given: 2, 3, 5, 10, 20, "
	       "and on by "
	       "doubling.",
	.example = "[3, 10]",
    },
    {
	.key = "quiet",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_stories, quiet_ms),
	.roles = ENGINE,
	.preset = "6h",
	.min = SECONDS(1),
	.max = DAYS(30),
	.doc = "When a told story had no item for so long, the next one that "
	       "meets a rule gives a story.update alert.",
    },
    {
	.key = "join",
	.type = FIELD_RATIO,
	.offset = offsetof(struct config_stories, join),
	.roles = ENGINE,
	.preset = "0.18",
	.min = 50,
	.max = 1000,
	.doc = "How near an item must come to a story to be shown as part of "
	       "it. Higher splits stories, lower mixes them.",
    },
    {
	.key = "hold",
	.type = FIELD_RATIO,
	.offset = offsetof(struct config_stories, hold),
	.roles = ENGINE,
	.preset = "0.24",
	.min = 50,
	.max = 1000,
	.doc = "How near it must come for the story to hold its push back; "
	       "what joined less nearly is pushed on its own. Not below "
	       "join.",
    },
    END,
};

static const struct schema_record schema_stories = {
    .name = "stories",
    .size = sizeof(struct config_stories),
    .mark = offsetof(struct config_stories, mark),
    .fields = stories_fields,
};

static const struct schema_field network_fields[] = {
    {
	.key = "allow",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_network, allow),
	.roles = FETCHER | COURIER,
	.check = value_check_cidr,
	.doc = "Blocks of private or special addresses that may be connected "
	       "to; all others of that kind are refused.",
	.example = "[\"10.0.0.0/8\"]",
    },
    {
	.key = "ca_file",
	.type = FIELD_CERTIFICATES,
	.offset = offsetof(struct config_network, certificates),
	.roles = FETCHER | COURIER,
	.max = 16 * 1024 * 1024,
	.doc = "Certificates (PEM, at most 16 MiB) to trust in place of the "
	       "system's, read when the configuration is.",
    },
    {
	.key = "max_connections",
	.type = FIELD_COUNT,
	.offset = offsetof(struct config_network, max_connections),
	.roles = ENGINE | FETCHER,
	.preset = "512",
	.min = 1,
	.max = 65536,
	.doc = "How many fetches a fetcher may have under way; a quarter of "
	       "them for feeds that did not answer last time.",
    },
    {
	.key = "idle_connections",
	.type = FIELD_COUNT,
	.offset = offsetof(struct config_network, idle_connections),
	.roles = FETCHER,
	.preset = "1000",
	.max = 65536,
	.doc = "How many connections a fetcher keeps open to servers that it "
	       "will ask again within 75 seconds. Each takes 6 kB of memory, "
	       "50 kB with TLS, and saves a handshake for each poll.",
    },
    {
	.key = "host_spacing",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_network, host_spacing_ms),
	.roles = FETCHER,
	.preset = "20ms",
	.max = SECONDS(60),
	.doc = "The least time between two requests to the same host, of "
	       "which at most two are under way at a time, more only where "
	       "HTTP/2 carries them on one connection.",
    },
    {
	.key = "resolver",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_network, resolver),
	.roles = FETCHER | COURIER,
	.check = value_check_address,
	.doc = "The name server to ask in place of the system's.",
	.example = "127.0.0.1:53",
    },
    END,
};

static const struct schema_record schema_network = {
    .name = "network",
    .size = sizeof(struct config_network),
    .mark = SCHEMA_NONE,
    .fields = network_fields,
};

static const struct schema_field desk_fields[] = {
    {
	.key = "listen",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_desk, listen),
	.roles = PARENT | DESK,
	.preset = "127.0.0.1:8610",
	.check = value_check_listen,
	.doc = "Address and port of the page and the API; port 0 takes any "
	       "that is free, \"off\" opens none.",
    },
    {
	.key = "hosts",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_desk, hosts),
	.roles = DESK,
	.check = value_check_text,
	.doc = "Names that requests may give in their Host header, beside "
	       "localhost and the address itself: those of a proxy in front.",
	.example = "[wirewatch.example.org]",
    },
    END,
};

static const struct schema_record schema_desk = {
    .name = "desk",
    .size = sizeof(struct config_desk),
    .mark = SCHEMA_NONE,
    .fields = desk_fields,
};

static const struct schema_field websub_fields[] = {
    {
	.key = "callback",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_websub, callback),
	.roles = ENGINE | DESK,
	.check = value_check_callback,
	.doc = "The public address of this desk's callbacks, which a proxy "
	       "leads to /websub/ of the desk. Without it no hub is asked.",
	.example = "https://wirewatch.example.org/websub/",
    },
    END,
};

static const struct schema_record schema_websub = {
    .name = "websub",
    .size = sizeof(struct config_websub),
    .mark = SCHEMA_NONE,
    .fields = websub_fields,
};

static const struct schema_field log_fields[] = {
    {
	.key = "level",
	.type = FIELD_CHOICE,
	.offset = offsetof(struct config_log, level),
	.roles = ALL,
	.preset = "info",
	.choices = log_levels,
	.doc = "The least weighty messages that are still written.",
    },
    END,
};

static const struct schema_record schema_log = {
    .name = "log",
    .size = sizeof(struct config_log),
    .mark = SCHEMA_NONE,
    .fields = log_fields,
};

/* ---- the whole --------------------------------------------------------- */

#define ENTITIES_FIELD                                                        \
	{                                                                     \
		.key = "entities", .type = FIELD_LIST,                        \
		.offset = offsetof(struct config, entities),                  \
		.len_offset = offsetof(struct config, entities_len),          \
		.roles = ENGINE | FETCHER | DESK, .record = &schema_entity,   \
		.include = &schema_pack_element,                              \
		.doc =                                                        \
		    "The persons, places, organisations and events that are " \
		    "tracked.",                                               \
	}

static const struct schema_field config_fields[] = {
    {
	.key = "defaults",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config, defaults),
	.roles = ALL,
	.record = &schema_defaults,
	.doc = "What holds for all feeds unless they say otherwise.",
    },
    {
	.key = "feeds",
	.type = FIELD_LIST,
	.offset = offsetof(struct config, feeds),
	.len_offset = offsetof(struct config, feeds_len),
	.roles = ENGINE | DESK,
	.record = &schema_feed,
	.include = &schema_opml,
	.doc = "What is polled.",
    },
    ENTITIES_FIELD,
    {
	.key = "rules",
	.type = FIELD_LIST,
	.offset = offsetof(struct config, rules),
	.len_offset = offsetof(struct config, rules_len),
	.roles = ENGINE | FETCHER | DESK,
	.record = &schema_rule,
	.doc = "What makes an item an alert, and how weighty it is. All keys "
	       "of a rule must be met; within a list any one will do. An "
	       "entity that no rule names is a rule of its own: its id, "
	       "routine, anywhere in an item.",
    },
    {
	.key = "sinks",
	.type = FIELD_LIST,
	.offset = offsetof(struct config, sinks),
	.len_offset = offsetof(struct config, sinks_len),
	.roles = ENGINE | COURIER | DESK,
	.record = &schema_sink,
	.doc = "Where alerts go. Without this section there is one sink: "
	       "{id: log, type: log, path: alerts.jsonl}.",
    },
    {
	.key = "routes",
	.type = FIELD_LIST,
	.offset = offsetof(struct config, routes),
	.len_offset = offsetof(struct config, routes_len),
	.roles = ENGINE,
	.record = &schema_route,
	.doc = "Which alerts go to which sinks. Without this section every "
	       "alert goes to every sink; with it, a sink that no route "
	       "names still gets every alert.",
    },
    {
	.key = "stories",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config, stories),
	.roles = ENGINE,
	.record = &schema_stories,
	.doc = "Items that report the same event are one story, whatever "
	       "outlet they come from, and alerts follow stories. Nothing is "
	       "hidden by that: each item that meets a rule is an alert of "
	       "type item in the log, on the page and in the API.",
    },
    {
	.key = "network",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config, network),
	.roles = ENGINE | FETCHER | COURIER,
	.record = &schema_network,
	.doc = "Connections to feeds and webhooks.",
    },
    {
	.key = "desk",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config, desk),
	.roles = PARENT | DESK,
	.record = &schema_desk,
	.doc = "The page and the API.",
    },
    {
	.key = "websub",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config, websub),
	.roles = ENGINE | DESK,
	.record = &schema_websub,
	.doc = "Feeds that name a hub are subscribed to there: the hub brings "
	       "news as they appear, and polls become rarer once it has "
	       "proved itself. A cloud (rssCloud) has its feed polled when it "
	       "tells of news.",
    },
    {
	.key = "log",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config, log),
	.roles = ALL,
	.record = &schema_log,
	.doc = "The daemon's own messages, to stderr or syslog.",
    },
    {
	.key = "fetchers",
	.type = FIELD_COUNT,
	.offset = offsetof(struct config, fetchers),
	.roles = PARENT | ENGINE | DESK,
	.max = 256,
	.doc = "How many fetcher processes there are; 0 is one for each "
	       "processor core that it may run on.",
    },
    END,
};

const struct schema_record schema_config = {
    .name = "configuration",
    .size = sizeof(struct config),
    .mark = SCHEMA_NONE,
    .fields = config_fields,
};

static const struct schema_field pack_file_fields[] = {
    ENTITIES_FIELD,
    END,
};

const struct schema_record schema_pack = {
    .name = "entity pack",
    .size = sizeof(struct config),
    .mark = SCHEMA_NONE,
    .fields = pack_file_fields,
};
