/*
 * The plain item: life cycle and access by field.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "parse/item.h"

void
item_init(struct item *item)
{
	*item = (struct item){
	    .published_at = ITEM_NO_DATE, .modified_at = ITEM_NO_DATE};
}

static void
free_strings(char **strings, size_t len)
{
	for (size_t i = 0; i < len; i++)
		free(strings[i]);
	free(strings);
}

void
item_clear(struct item *item)
{
	if (item == NULL)
		return;
	free(item->guid);
	free(item->url);
	free(item->title);
	free(item->summary);
	free(item->content);
	free(item->language);
	free_strings(item->authors, item->authors_len);
	free_strings(item->tags, item->tags_len);
	item_init(item);
}

const char *
item_field_name(enum item_field field)
{
	static const char *const names[ITEM_FIELDS] = {
	    [ITEM_TITLE] = "title",
	    [ITEM_SUMMARY] = "summary",
	    [ITEM_CONTENT] = "content",
	};

	return names[field];
}

const char *
item_field_text(const struct item *item, enum item_field field)
{
	const char *text = NULL;

	switch (field) {
	case ITEM_TITLE:
		text = item->title;
		break;
	case ITEM_SUMMARY:
		text = item->summary;
		break;
	case ITEM_CONTENT:
		text = item->content;
		break;
	case ITEM_FIELDS:
		break;
	}
	return text != NULL ? text : "";
}

static void
add_string(char ***strings, size_t *len, const char *string)
{
	*strings = xreallocarray(*strings, *len + 1, sizeof(**strings));
	(*strings)[(*len)++] = xstrdup(string);
}

void
item_add_author(struct item *item, const char *name)
{
	add_string(&item->authors, &item->authors_len, name);
}

void
item_add_tag(struct item *item, const char *tag)
{
	add_string(&item->tags, &item->tags_len, tag);
}
