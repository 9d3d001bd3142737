/*
 * Gathering of the fields of a feed or an item.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/strings.h"
#include "parse/item.h"
#include "parse/facts.h"

#define FACT_BYTES_MAX (4 * 1024 * 1024) /* of all strings and texts */

void
facts_reset(struct facts *r)
{
	struct buf bytes = r->bytes;

	buf_reset(&bytes);
	memset(r, 0, offsetof(struct facts, persons));
	r->bytes = bytes;
	for (size_t i = 0; i < FACT_DATES; i++)
		r->dates[i].at = ITEM_NO_DATE;
	buf_add_char(&r->bytes, '\0');
}

void
facts_clear(struct facts *r)
{
	if (r != NULL)
		buf_clear(&r->bytes);
}

static uint32_t
keep_bytes(struct facts *r, const char *bytes, size_t len)
{
	size_t at = r->bytes.len;

	if (len == 0 || at + len > FACT_BYTES_MAX)
		return 0;
	buf_add(&r->bytes, bytes, len);
	buf_add_char(&r->bytes, '\0');
	return (uint32_t)at;
}

/* Keeps a copy of a string; its offset, 0 when it is NULL or empty. */
static uint32_t
keep(struct facts *r, const char *string)
{
	return string != NULL ? keep_bytes(r, string, strlen(string)) : 0;
}

const char *
facts_at(const struct facts *r, uint32_t offset)
{
	return offset != 0 ? r->bytes.data + offset : NULL;
}

void
facts_set_string(
    struct facts *r, enum fact_string field, unsigned rank, const char *value)
{
	if (value == NULL || *value == '\0' || rank <= r->strings[field].rank)
		return;
	r->strings[field].at = keep(r, value);
	r->strings[field].rank = rank;
}

const char *
facts_string(const struct facts *r, enum fact_string field)
{
	return facts_at(r, r->strings[field].at);
}

void
facts_set_text(struct facts *r, enum fact_text field, unsigned rank,
    const struct raw_text *text)
{
	if (text->len == 0 || rank <= r->texts[field].rank)
		return;
	r->texts[field].at = keep_bytes(r, text->bytes, text->len);
	if (r->texts[field].at == 0)
		return;
	r->texts[field].len = (uint32_t)text->len;
	r->texts[field].type = text->type;
	r->texts[field].base = keep(r, text->base);
	r->texts[field].rank = rank;
}

struct raw_text
facts_text(const struct facts *r, enum fact_text field)
{
	return (struct raw_text){.bytes = facts_at(r, r->texts[field].at),
	    .len = r->texts[field].len,
	    .type = r->texts[field].type,
	    .base = facts_at(r, r->texts[field].base)};
}

void
facts_set_date(struct facts *r, enum fact_date field, unsigned rank, int64_t at)
{
	if (at == ITEM_NO_DATE || rank <= r->dates[field].rank)
		return;
	r->dates[field].at = at;
	r->dates[field].rank = rank;
}

void
facts_add_person(
    struct facts *r, unsigned rank, const struct raw_person *person)
{
	if ((person->name == NULL && person->url == NULL &&
		person->email == NULL && person->avatar == NULL) ||
	    rank < r->persons_rank)
		return;
	if (rank > r->persons_rank)
		r->persons_len = 0;
	r->persons_rank = rank;
	for (size_t i = 0; i < r->persons_len; i++)
		if (strings_are_equal(
			facts_at(r, r->persons[i].name), person->name) &&
		    strings_are_equal(
			facts_at(r, r->persons[i].email), person->email) &&
		    (person->name != NULL || person->email != NULL))
			return;
	if (r->persons_len == RAW_LIST_MAX)
		return;
	r->persons[r->persons_len++] =
	    (struct facts_person){.name = keep(r, person->name),
		.url = keep(r, person->url),
		.email = keep(r, person->email),
		.avatar = keep(r, person->avatar)};
}

void
facts_add_tag(struct facts *r, const char *tag)
{
	if (tag == NULL || *tag == '\0' || r->tags_len == RAW_LIST_MAX)
		return;
	for (size_t i = 0; i < r->tags_len; i++)
		if (strings_are_equal(facts_at(r, r->tags[i]), tag))
			return;
	r->tags[r->tags_len] = keep(r, tag);
	r->tags_len += r->tags[r->tags_len] != 0;
}

void
facts_add_hub(struct facts *r, const char *type, const char *url)
{
	if (url == NULL || *url == '\0' || r->hubs_len == RAW_LIST_MAX)
		return;
	for (size_t i = 0; i < r->hubs_len; i++)
		if (strings_are_equal(facts_at(r, r->hubs[i].url), url))
			return;
	r->hubs[r->hubs_len] =
	    (struct facts_hub){.type = keep(r, type), .url = keep(r, url)};
	r->hubs_len += r->hubs[r->hubs_len].url != 0;
}

/* Adds what is told of an attachment the second time. */
static void
complete_attachment(struct facts *r, struct facts_attachment *known,
    const struct raw_attachment *a)
{
	if (known->type == 0)
		known->type = keep(r, a->type);
	if (known->title == 0)
		known->title = keep(r, a->title);
	if (known->size < 0)
		known->size = a->size;
	if (known->duration_s < 0)
		known->duration_s = a->duration_s;
}

void
facts_add_attachment(struct facts *r, const struct raw_attachment *a)
{
	if (a->url == NULL || r->attachments_len == RAW_LIST_MAX)
		return;
	for (size_t i = 0; i < r->attachments_len; i++)
		if (strings_are_equal(
			facts_at(r, r->attachments[i].url), a->url)) {
			complete_attachment(r, &r->attachments[i], a);
			return;
		}
	r->attachments[r->attachments_len] =
	    (struct facts_attachment){.url = keep(r, a->url),
		.type = keep(r, a->type),
		.title = keep(r, a->title),
		.size = a->size,
		.duration_s = a->duration_s};
	r->attachments_len += r->attachments[r->attachments_len].url != 0;
}

size_t
facts_view_persons(const struct facts *r, struct raw_person out[RAW_LIST_MAX])
{
	for (size_t i = 0; i < r->persons_len; i++)
		out[i] =
		    (struct raw_person){.name = facts_at(r, r->persons[i].name),
			.url = facts_at(r, r->persons[i].url),
			.email = facts_at(r, r->persons[i].email),
			.avatar = facts_at(r, r->persons[i].avatar)};
	return r->persons_len;
}

static void
view_lists(const struct facts *r, struct facts_views *views)
{
	for (size_t i = 0; i < r->tags_len; i++)
		views->tags[i] = facts_at(r, r->tags[i]);
	for (size_t i = 0; i < r->attachments_len; i++)
		views->attachments[i] = (struct raw_attachment){
		    .url = facts_at(r, r->attachments[i].url),
		    .type = facts_at(r, r->attachments[i].type),
		    .title = facts_at(r, r->attachments[i].title),
		    .size = r->attachments[i].size,
		    .duration_s = r->attachments[i].duration_s};
	if (r->duration_s > 0 && r->attachments_len > 0 &&
	    views->attachments[0].duration_s < 0)
		views->attachments[0].duration_s = r->duration_s;
}

static const char *
either(const char *first, const char *second)
{
	return first != NULL ? first : second;
}

void
facts_view(const struct facts *r, const struct facts *feed,
    struct facts_views *views, struct raw_item *item)
{
	bool inherits = r->persons_len == 0 && feed->persons_rank > RANK_LEAST;
	const struct facts *authors = inherits ? feed : r;
	int64_t published = r->dates[FACT_PUBLISHED].at;
	int64_t modified = r->dates[FACT_MODIFIED].at;

	view_lists(r, views);
	*item = (struct raw_item){
	    .guid = facts_string(r, FACT_GUID),
	    .url = facts_string(r, FACT_URL),
	    .external_url = facts_string(r, FACT_EXTERNAL),
	    .image = facts_string(r, FACT_IMAGE),
	    .title = facts_text(r, FACT_TITLE),
	    .summary = facts_text(r, FACT_SUMMARY),
	    .content = facts_text(r, FACT_CONTENT),
	    .content_text = facts_text(r, FACT_CONTENT_TEXT),
	    .published_at = published != ITEM_NO_DATE ? published : modified,
	    .modified_at = modified,
	    .authors = views->persons,
	    .authors_len = facts_view_persons(authors, views->persons),
	    .tags = views->tags,
	    .tags_len = r->tags_len,
	    .attachments = views->attachments,
	    .attachments_len = r->attachments_len,
	    .language = either(facts_string(r, FACT_LANGUAGE),
		facts_string(feed, FACT_LANGUAGE)),
	};
}
