/*
 * The table of all configuration keys. Docs are plain sentences: the manual
 * page and the JSON Schema are made of them.
 */
#include "frame/config_schema.h"
#include "frame/config_value.h"
#include "frame/message.h"

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

static const char *const levels[] = {"routine", "urgent", "flash", NULL};
static const char *const item_fields[] = {"title", "summary", "content", NULL};
static const char *const log_levels[] = {
    "error", "warning", "info", "debug", NULL};
static const char *const sink_types[] = {"webhook", "log", "syslog", NULL};
static const char *const entity_types[] = {
    "other", "person", "place", "organisation", "event", NULL};
static const char *const letter_cases[] = {"auto", "false", "true", NULL};
static const char *const alert_types[] = {"item", "story.new", "story.grown",
    "story.update", "story.edited", "feed.down", "feed.silent", "feed.gap",
    "feed.recovered", NULL};
static const char *const facilities[] = {"auth", "authpriv", "cron", "daemon",
    "kern", "lpr", "mail", "news", "syslog", "user", "uucp", "local0", "local1",
    "local2", "local3", "local4", "local5", "local6", "local7", NULL};

/* ---- settings -------------------------------------------------------- */

static const struct schema_field defaults_fields[] = {
    {
	.key = "interval",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_defaults, interval_ms),
	.roles = ENGINE | DESK,
	.preset = "60s",
	.min = 100,
	.max = DAYS(7),
	.doc = "How often each feed is polled.",
    },
    {
	.key = "timeout",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_defaults, timeout_ms),
	.roles = ENGINE | FETCHER,
	.preset = "30s",
	.min = SECONDS(1),
	.max = SECONDS(600),
	.doc = "After this time a fetch is given up.",
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
	       "recorded quietly.",
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
    END,
};

static const struct schema_record schema_defaults = {
    .name = "defaults",
    .size = sizeof(struct config_defaults),
    .mark = SCHEMA_NONE,
    .fields = defaults_fields,
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
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_network, ca_file),
	.roles = FETCHER | COURIER,
	.check = value_check_text,
	.doc = "Certificates (PEM) to trust in place of the system's.",
    },
    {
	.key = "max_connections",
	.type = FIELD_COUNT,
	.offset = offsetof(struct config_network, max_connections),
	.roles = FETCHER,
	.preset = "256",
	.min = 1,
	.max = 65536,
	.doc = "How many connections a fetcher may have open.",
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

/* ---- feeds ----------------------------------------------------------- */

#define INTERVAL_DOC "How often it is polled, when not as the defaults say."
#define TAGS_DOC "Words of your own to choose feeds by in rules."

static const struct schema_field feed_fields[] = {
    {
	.key = "id",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_feed, id),
	.roles = ENGINE | DESK,
	.check = value_check_id,
	.defines = ID_FEED,
	.doc = "Its name in logs, alerts and commands.",
	.example = "tass-en",
    },
    {
	.key = "url",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_feed, url),
	.roles = ENGINE | DESK,
	.check = value_check_url,
	.doc = "The address that is polled.",
	.example = "https://tass.com/rss/v2.xml",
    },
    {
	.key = "outlet",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_feed, outlet),
	.roles = ENGINE | DESK,
	.check = value_check_text,
	.doc = "Who publishes it, for people; when not given, the id. Feeds "
	       "of one outlet should have the same.",
	.example = "TASS",
    },
    {
	.key = "language",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_feed, language),
	.roles = ENGINE | DESK,
	.check = value_check_language,
	.doc = "The language of its items (BCP 47) where they do not say.",
	.example = "en",
    },
    {
	.key = "interval",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_feed, interval_ms),
	.roles = ENGINE | DESK,
	.min = 100,
	.max = DAYS(7),
	.doc = INTERVAL_DOC,
    },
    {
	.key = "tags",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_feed, tags),
	.roles = ENGINE | DESK,
	.check = value_check_text,
	.doc = TAGS_DOC,
	.example = "[state, russia]",
    },
    END,
};

static const struct schema_record schema_feed = {
    .name = "feed",
    .size = sizeof(struct config_feed),
    .mark = offsetof(struct config_feed, mark),
    .fields = feed_fields,
};

static const struct schema_field opml_fields[] = {
    {
	.key = "opml",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_include, path),
	.check = value_check_text,
	.doc = "An OPML file of feeds, looked for in the folder of the "
	       "configuration, then in that of the bundled catalog. "
	       "Titles become outlets, categories and folders become tags; "
	       "addresses that are listed already are left out.",
	.example = "catalog/russia.opml",
    },
    {
	.key = "language",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_include, language),
	.check = value_check_language,
	.doc = "The language of feeds for which the file gives none.",
    },
    {
	.key = "interval",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_include, interval_ms),
	.min = 100,
	.max = DAYS(7),
	.doc = INTERVAL_DOC,
    },
    {
	.key = "tags",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_include, tags),
	.check = value_check_text,
	.doc = "Further tags for all of its feeds.",
    },
    END,
};

static const struct schema_record schema_opml = {
    .name = "OPML list",
    .size = sizeof(struct config_include),
    .mark = offsetof(struct config_include, mark),
    .fields = opml_fields,
};

/* ---- entities -------------------------------------------------------- */

#define EXACT_DOC "Find this form only: no case endings, no other spellings."
#define CASE_DOC                                                             \
	"Whether capital letters must be as written (true) or are of no "    \
	"matter (false); auto asks for them where a name would be mistaken " \
	"for a common word without them."

static const struct schema_field name_fields[] = {
    {
	.key = "name",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_name, text),
	.roles = FETCHER,
	.check = value_check_text,
	.doc = "The name in its base form.",
	.example = "Shoigu",
    },
    {
	.key = "regex",
	.type = FIELD_PATTERN,
	.offset = offsetof(struct config_name, text),
	.len_offset = offsetof(struct config_name, regex),
	.roles = FETCHER,
	.check = value_check_text,
	.doc = "In place of a name: a Perl-compatible regular expression; "
	       "for what a name cannot say.",
	.example = "'(?i)crocus.?city'",
    },
    {
	.key = "language",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_name, language),
	.roles = FETCHER,
	.check = value_check_language,
	.doc = "The language whose endings it takes; when not given, those "
	       "of the languages that its letters allow.",
    },
    {
	.key = "exact",
	.type = FIELD_BOOL,
	.offset = offsetof(struct config_name, exact),
	.roles = FETCHER,
	.doc = EXACT_DOC,
    },
    {
	.key = "case",
	.type = FIELD_ENUM,
	.offset = offsetof(struct config_name, letter_case),
	.roles = FETCHER,
	.preset = "auto",
	.choices = letter_cases,
	.doc = CASE_DOC,
    },
    END,
};

static const struct schema_record schema_name = {
    .name = "name",
    .size = sizeof(struct config_name),
    .mark = offsetof(struct config_name, mark),
    .fields = name_fields,
};

/* Kept in the entity itself. */
static const struct schema_field near_fields[] = {
    {
	.key = "words",
	.type = FIELD_TEXTS,
	.required = true,
	.offset = offsetof(struct config_entity, near),
	.roles = FETCHER,
	.check = value_check_text,
	.doc = "Words or phrases.",
	.example = "[president, France]",
    },
    {
	.key = "within",
	.type = FIELD_COUNT,
	.offset = offsetof(struct config_entity, near_words),
	.roles = FETCHER,
	.preset = "10",
	.min = 1,
	.max = 1000,
	.doc = "How many words away at most.",
    },
    END,
};

static const struct schema_record schema_near = {
    .name = "near",
    .size = 0,
    .mark = SCHEMA_NONE,
    .fields = near_fields,
};

static const struct schema_field entity_fields[] = {
    {
	.key = "id",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_entity, id),
	.roles = ENGINE | FETCHER | DESK,
	.check = value_check_id,
	.defines = ID_ENTITY,
	.doc = "Its name in rules, logs and alerts.",
	.example = "macron",
    },
    {
	.key = "type",
	.type = FIELD_ENUM,
	.offset = offsetof(struct config_entity, type),
	.roles = ENGINE | FETCHER | DESK,
	.preset = "other",
	.choices = entity_types,
	.doc = "What it is; a person may have a patronymic between first and "
	       "last name, for example.",
    },
    {
	.key = "label",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_entity, label),
	.roles = ENGINE | FETCHER | DESK,
	.check = value_check_text,
	.doc = "What people read; when not given, its first English name, "
	       "else its first.",
	.example = "Emmanuel Macron",
    },
    {
	.key = "names",
	.type = FIELD_NAMES,
	.required = true,
	.offset = offsetof(struct config_entity, names),
	.len_offset = offsetof(struct config_entity, names_len),
	.roles = FETCHER,
	.record = &schema_name,
	.doc = "Its names in their base form; inflected forms and spellings "
	       "are found by themselves. Either a map from language to one "
	       "name or a list of names, or just a list. A name is a text or "
	       "a map with the keys below.",
	.example = "{en: [Emmanuel Macron, Macron], ru: Макрон}",
    },
    {
	.key = "exact",
	.type = FIELD_BOOL,
	.offset = offsetof(struct config_entity, exact),
	.doc = "The same as exact on each of its names.",
    },
    {
	.key = "case",
	.type = FIELD_ENUM,
	.offset = offsetof(struct config_entity, letter_case),
	.preset = "auto",
	.choices = letter_cases,
	.doc = "Case for those of its names that do not say.",
    },
    {
	.key = "exclude",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_entity, exclude),
	.roles = FETCHER,
	.check = value_check_text,
	.doc = "Phrases in which a name does not count.",
	.example = "[Macron Software]",
    },
    {
	.key = "near",
	.type = FIELD_GROUP,
	.offset = 0,
	.roles = FETCHER,
	.record = &schema_near,
	.doc = "For ambiguous names: one of these words must stand near.",
    },
    {
	.key = "require",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_entity, require),
	.roles = ENGINE,
	.refers = ID_ENTITY,
	.doc = "For ambiguous names: one of these entities must be mentioned "
	       "in the same item.",
	.example = "[moscow, fsb]",
    },
    END,
};

static const struct schema_record schema_entity = {
    .name = "entity",
    .size = sizeof(struct config_entity),
    .mark = offsetof(struct config_entity, mark),
    .fields = entity_fields,
};

static const struct schema_field pack_fields[] = {
    {
	.key = "pack",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_include, path),
	.check = value_check_text,
	.doc = "A file with entities of its own, looked for in the folder of "
	       "the configuration, then in that of the bundled catalog.",
	.example = "catalog/mission.yaml",
    },
    END,
};

const struct schema_record schema_pack_element = {
    .name = "pack",
    .size = sizeof(struct config_include),
    .mark = offsetof(struct config_include, mark),
    .fields = pack_fields,
};

/* ---- rules ----------------------------------------------------------- */

static const struct schema_record schema_condition;

/* The keys of a condition, which is part of a rule or nested in another. */
#define CONDITION_FIELDS(struct_type, when)                                    \
	{                                                                      \
	    .key = "entities",                                                 \
	    .type = FIELD_TEXTS,                                               \
	    .offset = offsetof(struct_type, when entities),                    \
	    .roles = ENGINE,                                                   \
	    .refers = ID_ENTITY,                                               \
	    .doc = "One of these is mentioned.",                               \
	    .example = "[crocus-city-hall]",                                   \
	},                                                                     \
	    {                                                                  \
		.key = "words",                                                \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when words),                   \
		.roles = ENGINE | FETCHER,                                     \
		.check = value_check_text,                                     \
		.doc =                                                         \
		    "One of these words or phrases stands in the item; they "  \
		    "are found as names are.",                                 \
		.example = "[evacuation, shelling]",                           \
	    },                                                                 \
	    {                                                                  \
		.key = "in",                                                   \
		.type = FIELD_MASK,                                            \
		.offset = offsetof(struct_type, when in),                      \
		.roles = ENGINE,                                               \
		.choices = item_fields,                                        \
		.doc = "The parts of an item in which entities and words are " \
		       "looked for; when not given, all, or those of the "     \
		       "condition around it.",                                 \
	    },                                                                 \
	    {                                                                  \
		.key = "feeds",                                                \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when feeds),                   \
		.roles = ENGINE,                                               \
		.refers = ID_FEED,                                             \
		.doc = "The item comes from one of these feeds.",              \
	    },                                                                 \
	    {                                                                  \
		.key = "outlets",                                              \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when outlets),                 \
		.roles = ENGINE,                                               \
		.check = value_check_text,                                     \
		.doc = "The item comes from one of these outlets.",            \
		.example = "[TASS, RT]",                                       \
	    },                                                                 \
	    {                                                                  \
		.key = "languages",                                            \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when languages),               \
		.roles = ENGINE,                                               \
		.check = value_check_language,                                 \
		.doc =                                                         \
		    "The item is in one of these languages; en takes en-GB "   \
		    "as well.",                                                \
	    },                                                                 \
	    {                                                                  \
		.key = "tags",                                                 \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when tags),                    \
		.roles = ENGINE,                                               \
		.check = value_check_text,                                     \
		.doc = "The feed or the item has one of these tags.",          \
	    },                                                                 \
	    {                                                                  \
		.key = "all",                                                  \
		.type = FIELD_LIST,                                            \
		.offset = offsetof(struct_type, when all),                     \
		.len_offset = offsetof(struct_type, when all_len),             \
		.roles = ENGINE | FETCHER,                                     \
		.record = &schema_condition,                                   \
		.doc = "Conditions that are all met.",                         \
	    },                                                                 \
	    {                                                                  \
		.key = "any",                                                  \
		.type = FIELD_LIST,                                            \
		.offset = offsetof(struct_type, when any),                     \
		.len_offset = offsetof(struct_type, when any_len),             \
		.roles = ENGINE | FETCHER,                                     \
		.record = &schema_condition,                                   \
		.doc = "Conditions one of which is met.",                      \
	    },                                                                 \
	{                                                                      \
		.key = "not", .type = FIELD_LIST,                              \
		.offset = offsetof(struct_type, when none),                    \
		.len_offset = offsetof(struct_type, when none_len),            \
		.roles = ENGINE | FETCHER, .record = &schema_condition,        \
		.doc = "Conditions none of which is met; one, or a list.",     \
	}

static const struct schema_field condition_fields[] = {
    CONDITION_FIELDS(struct rule_condition, ),
    END,
};

static const struct schema_record schema_condition = {
    .name = "condition",
    .size = sizeof(struct rule_condition),
    .mark = SCHEMA_NONE,
    .fields = condition_fields,
    .doc = "Its keys are those of a rule but id and level.",
};

static const struct schema_field rule_fields[] = {
    {
	.key = "id",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_rule, id),
	.roles = ENGINE | DESK,
	.check = value_check_id,
	.defines = ID_RULE,
	.doc = "Its name in alerts and routes.",
	.example = "crocus",
    },
    {
	.key = "level",
	.type = FIELD_ENUM,
	.offset = offsetof(struct config_rule, level),
	.roles = ENGINE | DESK,
	.preset = "routine",
	.choices = levels,
	.doc = "How weighty what meets the rule is.",
    },
    CONDITION_FIELDS(struct config_rule, when.),
    END,
};

static const struct schema_record schema_rule = {
    .name = "rule",
    .size = sizeof(struct config_rule),
    .mark = offsetof(struct config_rule, mark),
    .fields = rule_fields,
};

/* ---- sinks and routes ------------------------------------------------- */

#define WEBHOOK (1u << SINK_WEBHOOK)
#define LOG (1u << SINK_LOG)
#define SYSLOG (1u << SINK_SYSLOG)

static const struct schema_field rotate_fields[] = {
    {
	.key = "size",
	.type = FIELD_SIZE,
	.offset = offsetof(struct config_rotate, size),
	.roles = ENGINE,
	.preset = "64MiB",
	.min = 4096,
	.max = MEBIBYTES(1048576),
	.doc = "A new file is begun before this one grows larger.",
    },
    {
	.key = "every",
	.type = FIELD_DURATION,
	.offset = offsetof(struct config_rotate, every_ms),
	.roles = ENGINE,
	.preset = "1d",
	.min = SECONDS(1),
	.max = DAYS(3650),
	.doc = "A new file is begun when this one is older.",
    },
    {
	.key = "keep",
	.type = FIELD_COUNT,
	.offset = offsetof(struct config_rotate, keep),
	.roles = ENGINE,
	.preset = "14",
	.min = 1,
	.max = 100000,
	.doc = "How many old files are kept, compressed.",
    },
    {
	.key = "total",
	.type = FIELD_SIZE,
	.offset = offsetof(struct config_rotate, total),
	.roles = ENGINE,
	.max = MEBIBYTES(1048576),
	.doc = "How large the old files may be together; when not given, "
	       "only their number counts.",
    },
    END,
};

static const struct schema_record schema_rotate = {
    .name = "rotate",
    .size = sizeof(struct config_rotate),
    .mark = SCHEMA_NONE,
    .fields = rotate_fields,
};

static const struct schema_field sink_fields[] = {
    {
	.key = "id",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_sink, id),
	.roles = ENGINE | COURIER | DESK,
	.check = value_check_id,
	.defines = ID_SINK,
	.doc = "Its name in routes and logs.",
    },
    {
	.key = "type",
	.type = FIELD_ENUM,
	.required = true,
	.offset = offsetof(struct config_sink, type),
	.roles = ENGINE | COURIER | DESK,
	.choices = sink_types,
	.doc = "A webhook (Standard Webhooks 1.0), the rolling log (JSON "
	       "Lines), or syslog.",
    },
    {
	.key = "types",
	.type = FIELD_MASK,
	.offset = offsetof(struct config_sink, types),
	.roles = ENGINE | DESK,
	.choices = alert_types,
	.doc = "The types of alerts that it gets; when not given, a log gets "
	       "all and other sinks all that are about news.",
	.example = "[story.new, story.update]",
    },
    {
	.key = "url",
	.type = FIELD_TEXT,
	.required = true,
	.kinds = WEBHOOK,
	.offset = offsetof(struct config_sink, url),
	.roles = COURIER,
	.check = value_check_url,
	.doc = "Where alerts are posted.",
	.example = "https://desk.example/hook",
    },
    {
	.key = "secret_file",
	.type = FIELD_SECRET,
	.kinds = WEBHOOK,
	.offset = offsetof(struct config_sink, secret),
	.roles = COURIER,
	.check = value_check_text,
	.doc = "A file with the key that alerts are signed with "
	       "(whsec_...): a systemd credential, or a file in the folder "
	       "of the configuration.",
	.example = "hook.key",
    },
    {
	.key = "timeout",
	.type = FIELD_DURATION,
	.kinds = WEBHOOK,
	.offset = offsetof(struct config_sink, timeout_ms),
	.roles = COURIER,
	.preset = "15s",
	.min = 100,
	.max = SECONDS(600),
	.doc = "How long an answer may take.",
    },
    {
	.key = "path",
	.type = FIELD_TEXT,
	.required = true,
	.kinds = LOG,
	.offset = offsetof(struct config_sink, path),
	.roles = ENGINE | DESK,
	.check = value_check_text,
	.doc = "The file, in the log folder unless absolute.",
	.example = "alerts.jsonl",
    },
    {
	.key = "rotate",
	.type = FIELD_GROUP,
	.kinds = LOG,
	.offset = offsetof(struct config_sink, rotate),
	.roles = ENGINE,
	.record = &schema_rotate,
	.doc = "When a new file is begun, and how many old ones are kept.",
    },
    {
	.key = "facility",
	.type = FIELD_CHOICE,
	.kinds = SYSLOG,
	.offset = offsetof(struct config_sink, facility),
	.roles = COURIER,
	.preset = "daemon",
	.choices = facilities,
	.doc = "The syslog facility.",
    },
    END,
};

static const struct schema_record schema_sink = {
    .name = "sink",
    .size = sizeof(struct config_sink),
    .mark = offsetof(struct config_sink, mark),
    .kind = offsetof(struct config_sink, type),
    .kind_choices = sink_types,
    .fields = sink_fields,
};

static const struct schema_field route_fields[] = {
    {
	.key = "levels",
	.type = FIELD_MASK,
	.offset = offsetof(struct config_route, levels),
	.roles = ENGINE,
	.choices = levels,
	.doc = "Takes alerts of these levels; when not given, of all.",
	.example = "[urgent, flash]",
    },
    {
	.key = "rules",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_route, rules),
	.roles = ENGINE,
	.refers = ID_RULE_OR_ENTITY,
	.doc = "Takes alerts that meet one of these rules, or mention one of "
	       "these entities that are rules of their own; when not given, "
	       "all.",
    },
    {
	.key = "to",
	.type = FIELD_TEXTS,
	.required = true,
	.offset = offsetof(struct config_route, to),
	.roles = ENGINE,
	.refers = ID_SINK,
	.doc = "The sinks that they go to.",
	.example = "[desk]",
    },
    END,
};

static const struct schema_record schema_route = {
    .name = "route",
    .size = sizeof(struct config_route),
    .mark = offsetof(struct config_route, mark),
    .fields = route_fields,
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
	.key = "network",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config, network),
	.roles = FETCHER | COURIER,
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
	       "processor core.",
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
