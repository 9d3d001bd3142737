/*
 * The configuration as data. Read and checked by the loader from YAML, OPML
 * and entity packs; each role gets a slice of it (frame/config_wire.h).
 */
#ifndef FRAME_CONFIG_H
#define FRAME_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"
#include "match/match.h"
#include "rule/rule.h"

enum sink_type {
	SINK_WEBHOOK,
	SINK_LOG,
	SINK_SYSLOG,
};

/* Alert types of DESIGN section 6; sinks and routes choose among them by a
 * mask of 1 << type. */
enum alert_type {
	ALERT_ITEM,
	ALERT_STORY_NEW,
	ALERT_STORY_GROWN,
	ALERT_STORY_UPDATE,
	ALERT_STORY_EDITED,
	ALERT_DIGEST,
	ALERT_FEED_DOWN,
	ALERT_FEED_SILENT,
	ALERT_FEED_GAP,
	ALERT_FEED_RECOVERED,
	ALERT_TYPES
};

/* Their names, "item", "story.new" ..., ended by NULL. */
extern const char *const alert_type_names[ALERT_TYPES + 1];

/* Where a thing was defined, for messages. */
struct config_mark {
	const char *file;
	int line; /* from 1; 0: built in */
	int col;  /* from 1 */
};

enum config_ip { CONFIG_IP_ANY, CONFIG_IP_4, CONFIG_IP_6 };

/* How feeds are reached; what is not given is as the defaults say. */
struct config_access {
	char *proxy; /* an address, "none" or "environment"; NULL: as none */
	struct strings headers; /* "Name: value" */
	enum config_ip ip;
};

/* How often a feed is polled. Equal bounds, given as one number, are a promise;
 * others leave it to the schedule. */
struct config_interval {
	int64_t min_ms; /* of a feed 0: the defaults' */
	int64_t max_ms;
};

struct config_defaults {
	struct config_interval interval; /* 60 s */
	int64_t budget;     /* polls an hour of all feeds; 0: not given */
	int64_t down_ms;    /* 10 m: unread for so long is told */
	int64_t timeout_ms; /* 30 s: a whole fetch */
	int64_t fresh_ms;   /* 6 h: what is older is not told at first sight */
	int64_t flood;      /* items of a poll told one by one; 0: all */
	int64_t retention_ms; /* 30 d: items, alerts, delivered rows */
	char *contact;        /* mail or URL for the User-Agent; NULL: none */
	char *user_agent;     /* NULL: wirewatch/VERSION (+contact) */
	struct config_access access;
};

struct config_network {
	struct strings allow;     /* CIDRs beyond public addresses */
	char *certificates;       /* content of ca_file; NULL: the system's */
	int64_t max_connections;  /* a fetcher's; default 256 */
	int64_t host_spacing_ms;  /* between two requests to a host; 20 ms */
	int64_t idle_connections; /* a fetcher's; default 1000 */
	char *resolver;           /* "address:port"; NULL: the system's */
};

struct config_desk {
	char *listen;         /* "127.0.0.1:8610"; port 0: any; "off": none */
	struct strings hosts; /* further Host names to answer to */
};

struct config_websub {
	char *callback; /* public address of our callbacks, with its last
			   slash; NULL: no hub is asked */
};

struct config_log {  /* the daemon's diagnostics */
	char *level; /* error, warning, info, debug; default info */
};

/* What a feed is told to let us in: a user and password, or a bearer. */
struct config_auth {
	char *user;
	char *password;
	char *bearer;
};

struct config_feed {
	char *id;     /* unique; from OPML: made of outlet or title */
	char *outlet; /* display name of who publishes; default: id */
	char *url;
	char *language; /* BCP 47 or NULL */
	struct config_interval interval;
	struct strings tags; /* OPML categories, config tags */
	struct config_access access;
	struct config_auth auth; /* reaches the engine and one fetch */
	char *user_agent;
	char *certificates; /* content of ca_file; NULL: network.ca_file's */
	struct config_mark mark;
};

struct config_name {
	char *text;
	char *language; /* NULL: given as a plain list */
	bool exact;
	bool regex; /* text is a PCRE2 pattern */
	enum match_case letter_case;
	struct config_mark mark;
};

struct config_entity {
	char *id;
	enum match_type type;
	char *label; /* display name; default: the first English, else first */
	struct config_name *names;
	size_t names_len;
	bool exact;                  /* of all names */
	enum match_case letter_case; /* of names that do not say */
	struct strings exclude;
	struct strings near;
	int64_t near_words;
	struct strings require; /* entity ids, one in the same item */
	struct config_mark mark;
};

/* What holds back or lets through the alerts of stories. */
struct config_stories {
	struct strings grown; /* outlets, or "off"; none: the default ones */
	int64_t quiet_ms;     /* 6 h: after it an item is news again */
	int64_t join;         /* thousandths, as hold: the score that ... */
	int64_t hold;         /* ... items share a story, hold a push back at */
	struct config_mark mark;
};

enum rule_stories { RULE_STORIES_ON, RULE_STORIES_OFF };

struct config_rule {
	char *id;
	struct rule_condition when;
	enum level level;
	enum rule_stories stories; /* off: each item is pushed */
	int64_t min_outlets;       /* independent ones that a push waits for */
	bool edits;                /* told again when the item is edited */
	struct config_mark mark;
};

struct config_rotate {
	int64_t size;     /* bytes; 64 MiB */
	int64_t every_ms; /* 1 d */
	int64_t keep;     /* files; 14 */
	int64_t total;    /* bytes of all rotated files; 0: no limit */
};

struct config_sink {
	char *id;
	enum sink_type type;
	uint32_t types; /* mask of 1 << alert_type; 0: the default */
	/* webhook */
	char *url;
	char *secret; /* content of secret_file; reaches only the courier */
	int64_t timeout_ms; /* 15 s */
	/* log */
	char *path; /* relative to LOGS_DIRECTORY */
	struct config_rotate rotate;
	/* syslog */
	char *facility; /* "daemon", "local0" ... */
	struct config_mark mark;
};

struct config_route {
	uint32_t levels;      /* mask of 1 << level; 0: all */
	struct strings rules; /* rule or entity ids; none: all */
	struct strings to;    /* sink ids */
	struct config_mark mark;
};

struct config {
	struct config_defaults defaults;
	struct config_stories stories;
	struct config_network network;
	struct config_desk desk;
	struct config_websub websub;
	struct config_log log;
	struct config_feed *feeds;
	size_t feeds_len;
	struct config_entity *entities;
	size_t entities_len;
	struct config_rule *rules;
	size_t rules_len;
	struct config_sink *sinks;
	size_t sinks_len;
	struct config_route *routes;
	size_t routes_len;
	int64_t fetchers;     /* how many; 0: one per core */
	struct strings files; /* that were read; marks point into it */
	uint64_t hash;        /* of these files' bytes, in their order */
};

/* With the schema's defaults; the caller frees. */
struct config *config_new(void);

/* Frees all; takes NULL. */
void config_free(struct config *);

#endif
