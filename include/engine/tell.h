/*
 * From an item that is news to its alert and those of its story.
 */
#ifndef ENGINE_TELL_H
#define ENGINE_TELL_H

#include "base/strings.h"
#include "rule/rule.h"

struct engine;
struct feed;
struct flood;
struct item_record;
struct story_arrival;
struct story_state;

/* The rules that an item meets. */
struct met {
	struct strings rules;
	enum level level; /* the highest */
};

/* Of an item that has changed. */
struct edit {
	struct story_state *story; /* NULL: it is remembered no more */
	const char *changes;       /* as known_add_changes() has them */
};

/* Puts the alerts into the batch: of the item, if it met rules, and of its
 * story, whose others may have. The rules were asked about this item last. */
void tell_item(struct engine *, const struct feed *, const struct item_record *,
    const struct met *, const struct story_arrival *);
/* The same of an item that has changed, in a way that these rules are told
 * of. */
void tell_edit(struct engine *, const struct feed *, const struct item_record *,
    const struct met *, const struct edit *);
/* One alert for the rest of a flood, if there is any. */
void tell_flood(struct engine *, const struct feed *, const struct flood *);

#endif
