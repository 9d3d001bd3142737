/*
 * The JSON of an alert: made once, stored, and the same bytes go to the
 * rolling log, webhooks, API and live events. Pure.
 */
#ifndef ENGINE_ALERT_H
#define ENGINE_ALERT_H

#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"
#include "frame/job.h"
#include "rule/rule.h"

/* What of a long item stands in an alert; the store has all of it. */
#define ALERT_TITLE_MAX 1000        /* bytes */
#define ALERT_SUMMARY_MAX 2000      /* bytes */
#define ALERT_MENTIONS_MAX 8        /* of an entity */
#define ALERT_MENTION_TEXT_MAX 200  /* bytes */
#define ALERT_MENTIONS_ALL_MAX 100  /* of all entities */
#define ALERT_JSON_MAX (200 * 1024) /* bytes; past it without mentions */

struct alert_entity {
	const char *id;
	const char *name; /* for people */
};

struct alert_facts {
	const char *id;
	uint64_t seq;
	const char *type;
	enum level level;
	const struct strings *rules;
	const struct alert_entity *entities; /* in the order of mention */
	size_t entities_len;
	const struct job_mention *mentions;
	size_t mentions_len;
	uint64_t item_id;
	const struct item *item; /* NULL: the alert is about the feed */
	const char *feed;
	const char *url; /* of the feed, when there is no item */
	const char *outlet;
	const struct story_state *story; /* NULL: none */
	const char *why_new;
	const char *text; /* why there is an alert, for people */
	const char *held; /* why the item is not pushed; NULL: it is */
	/* Of a story's alert, what its story had not told; or NULL. */
	const struct strings *new_rules;
	const struct strings *new_entities;
	uint64_t digest;      /* items that it stands for; 0: it is none */
	int64_t published_at; /* epoch us or ITEM_NO_DATE */
	int64_t seen_at;
	int64_t matched_at;
	int64_t alerted_at;
};

/* Appends the alert as one line without its end. Keys come in the order of
 * DESIGN section 6; offsets are bytes of the field's whole text. */
void alert_add_json(struct buf *, const struct alert_facts *);
/* Whether an address may be shown as a link: http and https alone. */
const char *alert_link(const char *url);

#endif
