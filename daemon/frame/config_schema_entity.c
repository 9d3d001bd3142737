/*
 * The keys of entities, their names, and packs of them.
 */
#include "frame/config_schema.h"
#include "frame/config_schema_part.h"
#include "frame/config_value.h"

static const char *const entity_types[] = {
    "other", "person", "place", "organisation", "event", NULL};
static const char *const letter_cases[] = {"auto", "false", "true", NULL};

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
	.roles = ENGINE | DESK,
	.refers = ID_ENTITY,
	.doc = "For ambiguous names: one of these entities must be mentioned "
	       "in the same item.",
	.example = "[moscow, fsb]",
    },
    END,
};

const struct schema_record schema_entity = {
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
	       "the configuration, then in that of the bundled catalog. "
	       "Those whose id is defined elsewhere are left out.",
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
