/*
 * The plain item: life cycle and access by field.
 */
#include <stdlib.h>

#include "parse/item.h"

void
item_init(struct item *item)
{
	*item = (struct item){
	    .published_at = ITEM_NO_DATE, .modified_at = ITEM_NO_DATE};
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
	strings_clear(&item->authors);
	strings_clear(&item->tags);
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
