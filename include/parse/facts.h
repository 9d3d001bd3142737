/*
 * What is gathered of a feed or an item while its document is read. Strings
 * are offsets into one buf, so that a record is used again and again without
 * allocation. Of several sources of a field the one of highest rank wins, of
 * equal ones the first.
 */
#ifndef PARSE_FACTS_H
#define PARSE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "parse/raw.h"

enum fact_string {
	FACT_GUID,
	FACT_URL,
	FACT_EXTERNAL,
	FACT_IMAGE,
	FACT_LANGUAGE,
	FACT_SELF, /* of a feed, as the next two */
	FACT_NEXT,
	FACT_ICON,
	FACT_STRINGS
};

enum fact_text {
	FACT_TITLE,
	FACT_SUMMARY,
	FACT_CONTENT,
	FACT_CONTENT_TEXT, /* of a JSON Feed that has it beside the HTML */
	FACT_TEXTS
};

enum fact_date { FACT_PUBLISHED, FACT_MODIFIED, FACT_DATES };

/* Ranks; a field that is not set has 0. */
enum {
	RANK_LEAST = 1,
	RANK_LAST,   /* where it is all there is */
	RANK_MODULE, /* a module says so */
	RANK_WEAK,   /* the format's own, in an odd place */
	RANK_OWN,    /* the format's own element */
	RANK_BEST
};

struct facts_person {
	uint32_t name, url, email, avatar; /* offsets; 0: none */
};

struct facts_attachment {
	uint32_t url, type, title;
	int64_t size;
	int64_t duration_s;
};

struct facts_hub {
	uint32_t type, url;
};

struct facts {
	struct buf bytes; /* begins with a NUL, so that 0 is no string */
	struct {
		uint32_t at;
		unsigned rank;
	} strings[FACT_STRINGS];
	struct {
		uint32_t at, len, base;
		enum raw_type type;
		unsigned rank;
	} texts[FACT_TEXTS];
	struct {
		int64_t at;
		unsigned rank;
	} dates[FACT_DATES];
	bool guid_is_link; /* the guid may serve as the address */
	unsigned persons_rank;
	size_t persons_len;
	size_t tags_len;
	size_t hubs_len;
	size_t attachments_len;
	int64_t duration_s; /* of the first attachment; 0: none given */
	/* Only as much of each as its length says is set. */
	struct facts_person persons[RAW_LIST_MAX];
	uint32_t tags[RAW_LIST_MAX];
	struct facts_hub hubs[RAW_LIST_MAX];
	struct facts_attachment attachments[RAW_LIST_MAX];
};

/* The arrays that a raw item points into. */
struct facts_views {
	struct raw_person persons[RAW_LIST_MAX];
	const char *tags[RAW_LIST_MAX];
	struct raw_attachment attachments[RAW_LIST_MAX];
};

void facts_reset(struct facts *);
void facts_clear(struct facts *);
/* The string at an offset; NULL for 0. */
const char *facts_at(const struct facts *, uint32_t offset);
/* The functions below do nothing when the value is empty or the rank not above
 * what is there. */
void facts_set_string(
    struct facts *, enum fact_string, unsigned rank, const char *value);
const char *facts_string(const struct facts *, enum fact_string);
void facts_set_text(
    struct facts *, enum fact_text, unsigned rank, const struct raw_text *);
struct raw_text facts_text(const struct facts *, enum fact_text);
void facts_set_date(struct facts *, enum fact_date, unsigned rank, int64_t at);
/* Persons of a higher rank take the place of those of lower ones. */
void facts_add_person(struct facts *, unsigned rank, const struct raw_person *);
/* Tags, hubs and attachments are kept once each. */
void facts_add_tag(struct facts *, const char *tag);
/* type: as JSON Feed names it, "WebSub" or "rssCloud". */
void facts_add_hub(struct facts *, const char *type, const char *url);
void facts_add_attachment(struct facts *, const struct raw_attachment *);
/* Fills a raw item with views into the record; they end with its next change.
 * feed: whose authors and language are inherited. */
void facts_view(const struct facts *, const struct facts *feed,
    struct facts_views *, struct raw_item *);
/* The persons alone; how many. */
size_t facts_view_persons(
    const struct facts *, struct raw_person out[RAW_LIST_MAX]);

#endif
