/*
 * The keys of rules and of the conditions in them.
 */
#include "frame/config_schema.h"
#include "frame/config_schema_part.h"
#include "frame/config_value.h"

const char *const schema_levels[] = {"routine", "urgent", "flash", NULL};
static const char *const rule_stories[] = {"on", "off", NULL};
static const char *const item_fields[] = {"title", "summary", "content", NULL};

static const struct schema_record schema_condition;

/* The keys of a condition, which is part of a rule or nested in another. */
#define CONDITION_FIELDS(struct_type, when)                                    \
	{                                                                      \
	    .key = "entities",                                                 \
	    .type = FIELD_TEXTS,                                               \
	    .offset = offsetof(struct_type, when entities),                    \
	    .roles = ENGINE | DESK,                                            \
	    .refers = ID_ENTITY,                                               \
	    .doc = "One of these is mentioned.",                               \
	    .example = "[crocus-city-hall]",                                   \
	},                                                                     \
	    {                                                                  \
		.key = "words",                                                \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when words),                   \
		.roles = ENGINE | FETCHER | DESK,                              \
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
		.roles = ENGINE | DESK,                                        \
		.choices = item_fields,                                        \
		.doc = "The parts of an item in which entities and words are " \
		       "looked for; when not given, all, or those of the "     \
		       "condition around it.",                                 \
	    },                                                                 \
	    {                                                                  \
		.key = "feeds",                                                \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when feeds),                   \
		.roles = ENGINE | DESK,                                        \
		.refers = ID_FEED,                                             \
		.doc = "The item comes from one of these feeds.",              \
	    },                                                                 \
	    {                                                                  \
		.key = "outlets",                                              \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when outlets),                 \
		.roles = ENGINE | DESK,                                        \
		.check = value_check_text,                                     \
		.doc = "The item comes from one of these outlets.",            \
		.example = "[TASS, RT]",                                       \
	    },                                                                 \
	    {                                                                  \
		.key = "languages",                                            \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when languages),               \
		.roles = ENGINE | DESK,                                        \
		.check = value_check_language,                                 \
		.doc =                                                         \
		    "The item is in one of these languages; en takes en-GB "   \
		    "as well.",                                                \
	    },                                                                 \
	    {                                                                  \
		.key = "tags",                                                 \
		.type = FIELD_TEXTS,                                           \
		.offset = offsetof(struct_type, when tags),                    \
		.roles = ENGINE | DESK,                                        \
		.check = value_check_text,                                     \
		.doc = "The feed or the item has one of these tags.",          \
	    },                                                                 \
	    {                                                                  \
		.key = "all",                                                  \
		.type = FIELD_LIST,                                            \
		.offset = offsetof(struct_type, when all),                     \
		.len_offset = offsetof(struct_type, when all_len),             \
		.roles = ENGINE | FETCHER | DESK,                              \
		.record = &schema_condition,                                   \
		.doc = "Conditions that are all met.",                         \
	    },                                                                 \
	    {                                                                  \
		.key = "any",                                                  \
		.type = FIELD_LIST,                                            \
		.offset = offsetof(struct_type, when any),                     \
		.len_offset = offsetof(struct_type, when any_len),             \
		.roles = ENGINE | FETCHER | DESK,                              \
		.record = &schema_condition,                                   \
		.doc = "Conditions one of which is met.",                      \
	    },                                                                 \
	{                                                                      \
		.key = "not", .type = FIELD_LIST,                              \
		.offset = offsetof(struct_type, when none),                    \
		.len_offset = offsetof(struct_type, when none_len),            \
		.roles = ENGINE | FETCHER | DESK, .record = &schema_condition, \
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
    .doc = "Its keys are those of a rule but id, level, stories, "
	   "min_outlets and edits.",
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
	.choices = schema_levels,
	.doc = "How weighty what meets the rule is.",
    },
    {
	.key = "stories",
	.type = FIELD_ENUM,
	.offset = offsetof(struct config_rule, stories),
	.roles = ENGINE,
	.preset = "on",
	.choices = rule_stories,
	.doc = "With off, each item that meets the rule is pushed: its item "
	       "alert goes to all sinks that take story.new, and the rule has "
	       "no part in story alerts.",
    },
    {
	.key = "min_outlets",
	.type = FIELD_COUNT,
	.offset = offsetof(struct config_rule, min_outlets),
	.roles = ENGINE,
	.preset = "1",
	.min = 1,
	.max = 1000,
	.doc = "Story alerts for the rule wait until so many independent "
	       "outlets have the story. Outlets that carry the same text "
	       "count once.",
    },
    {
	.key = "edits",
	.type = FIELD_BOOL,
	.offset = offsetof(struct config_rule, edits),
	.roles = ENGINE,
	.doc = "Whether an item that meets the rule is told again each time "
	       "its title, text or figures change. An edit that brings a "
	       "mention which was not there before is told in any case.",
    },
    CONDITION_FIELDS(struct config_rule, when.),
    END,
};

const struct schema_record schema_rule = {
    .name = "rule",
    .size = sizeof(struct config_rule),
    .mark = offsetof(struct config_rule, mark),
    .fields = rule_fields,
};
