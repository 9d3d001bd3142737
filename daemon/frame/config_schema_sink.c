/*
 * The keys of sinks and routes.
 */
#include "frame/config_schema.h"
#include "frame/config_schema_part.h"
#include "frame/config_value.h"
#include "frame/sign.h"

static const char *const sink_types[] = {"webhook", "log", "syslog", NULL};
static const char *const facilities[] = {"auth", "authpriv", "cron", "daemon",
    "ftp", "lpr", "mail", "news", "syslog", "user", "uucp", "local0", "local1",
    "local2", "local3", "local4", "local5", "local6", "local7", NULL};

#define WEBHOOK (1u << SINK_WEBHOOK)
#define LOG (1u << SINK_LOG)
#define SYSLOG (1u << SINK_SYSLOG)

/* Of signing keys, one a line: what the courier could not sign with. */
static const char *
check_keys(const char *keys)
{
	const char *wrong;

	sign_keys_free(sign_keys_new(keys, &wrong));
	return wrong;
}

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
	.choices = alert_type_names,
	.doc = "The types of alerts that it gets; when not given, a log gets "
	       "all, and other sinks those of stories.",
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
	.check = check_keys,
	.doc = "A file with the key that alerts are signed with "
	       "(whsec_...), or several, one a line, while receivers change "
	       "from one to the next.",
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

const struct schema_record schema_sink = {
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
	.choices = schema_levels,
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

const struct schema_record schema_route = {
    .name = "route",
    .size = sizeof(struct config_route),
    .mark = offsetof(struct config_route, mark),
    .fields = route_fields,
};
