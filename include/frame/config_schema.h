/*
 * The table of all configuration keys: what a value is, where it is kept in
 * struct config, which roles get it, and what it means. Reading, freeing, the
 * wire form, the manual's reference and the JSON Schema all walk this table.
 */
#ifndef FRAME_CONFIG_SCHEMA_H
#define FRAME_CONFIG_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include "frame/config.h"

#define SCHEMA_FIELDS_MAX 32 /* of a record */

enum field_type {           /* kept as */
	FIELD_TEXT,         /* char *, NULL when not given */
	FIELD_CHOICE,       /* char *, one of choices */
	FIELD_SECRET,       /* char *: the content of the file named */
	FIELD_CERTIFICATES, /* char *: the same of a file of certificates */
	FIELD_PATTERN,      /* char *, and a bool that is set (len_offset) */
	FIELD_BOOL,         /* bool */
	FIELD_COUNT,        /* int64_t */
	FIELD_DURATION,     /* int64_t, milliseconds */
	FIELD_SIZE,         /* int64_t, bytes */
	FIELD_RATIO,        /* int64_t, thousandths */
	FIELD_RATE,         /* int64_t, an hour */
	FIELD_ENUM,         /* an enum whose values are places in choices */
	FIELD_MASK,         /* uint32_t: 1 << place in choices; a list or one */
	FIELD_TEXTS,        /* struct strings: a list or one text */
	FIELD_GROUP,        /* a map, kept inside the same struct; of a scalar
			       record also one value */
	FIELD_LIST, /* pointer to records, and their number (len_offset) */
	FIELD_NAMES /* the same, in the shapes that names may take */
};

/* Kinds of things that have ids, and that others refer to. */
enum id_kind {
	ID_NONE,
	ID_FEED,
	ID_ENTITY,
	ID_RULE,
	ID_SINK,
	ID_RULE_OR_ENTITY, /* only to refer to */
	ID_KINDS
};

struct schema_record;

struct schema_field {
	const char *key;
	const char *doc; /* sentences for the manual, plain text */
	enum field_type type;
	bool required;
	size_t offset;      /* in the record's struct */
	size_t len_offset;  /* see enum field_type */
	uint32_t roles;     /* mask of 1 << enum role_kind */
	const char *preset; /* value when not given, as in a file; or NULL */
	int64_t min, max;   /* of numbers, as kept; max 0: no limits. Of
			       certificates, bytes */
	const char *const *choices;          /* ended by NULL */
	const struct schema_record *record;  /* of GROUP, LIST, NAMES */
	const struct schema_record *include; /* LIST: an element with this
						record's first key names a file
						that holds more elements */
	enum id_kind defines; /* the text is the id of a thing of that kind */
	enum id_kind refers;  /* each text is the id of such a thing */
	uint32_t kinds; /* only when the record's kind is in the mask; 0: any */
	/* What is wrong with a text or the secret ("must ..."), or NULL. */
	const char *(*check)(const char *);
	const char *example; /* for the manual, or NULL */
};

struct schema_record {
	const char *name; /* "feed" */
	size_t size;      /* of its struct */
	size_t mark;      /* offset of its config_mark; SCHEMA_NONE: none */
	size_t kind;      /* offset of the enum that `kinds` looks at */
	const char *const *kind_choices;
	bool scalar; /* one value in its place stands for each of its keys */
	const struct schema_field *fields; /* ended by a NULL key */
	const char *doc; /* for the manual in place of its keys; or NULL */
	/* What is wrong with it as a whole, as "must have ...", once each key
	 * is right; NULL: nothing, or there is nothing to check. */
	const char *(*check)(const void *record);
};

#define SCHEMA_NONE SIZE_MAX /* an offset: there is none */

extern const struct schema_record schema_config;
extern const struct schema_record schema_pack;         /* an entity pack file */
extern const struct schema_record schema_pack_element; /* {pack: FILE} */

/* What {opml: FILE} or {pack: FILE} says. */
struct config_include {
	char *path;
	char *language;
	struct config_interval interval;
	struct strings tags;
	struct config_mark mark;
};

#endif
