/*
 * Which alerts an item gives rise to in its story, and why, in words. Pure.
 */
#ifndef ENGINE_STORY_ALERTS_H
#define ENGINE_STORY_ALERTS_H

#include <stddef.h>

#include "base/strings.h"
#include "frame/config.h"

struct alert_entity;
struct story_arrival;

#define STORY_ALERTS_MAX 2 /* of an item: story.update and story.grown */

/* An item that came to its story. */
struct story_news {
	const struct story_arrival *arrival;
	const struct strings *rules; /* that it met */
	const struct alert_entity *entities;
	size_t entities_len;
	const char *reason;  /* why it met them, for people */
	const char *changes; /* of an edit: "; title changed: ..." */
};

struct story_alert {
	enum alert_type type;
	struct strings new_rules;
	struct strings new_entities; /* ids */
	char *text;                  /* reason.text */
};

/* Why an item that met rules is not pushed. */
enum story_silence {
	STORY_SILENT_NOT,     /* it is, or it met no rule that stories hold */
	STORY_SILENT_TOLD,    /* its story is told, and it adds nothing */
	STORY_SILENT_WAITING, /* for min_outlets */
	STORY_SILENCES
};

struct story_alerts {
	struct story_alert at[STORY_ALERTS_MAX];
	size_t len;
	enum story_silence silence;
	char *held; /* the same for people: reason.held; NULL: not silent */
};

/* Notes in the story what the item met, and decides. The story counts as told
 * of the alerts from then on. */
void story_alerts_decide(
    const struct config *, const struct story_news *, struct story_alerts *);
/* The same of an item that an alert has told and that has changed since; its
 * story is told of it as it is of an item. */
void story_alerts_decide_edit(
    const struct config *, const struct story_news *, struct story_alerts *);
void story_alerts_clear(struct story_alerts *);
/* Whether a rule pushes each item that meets it. */
bool story_alerts_are_off(const struct config *, const char *rule);

#endif
