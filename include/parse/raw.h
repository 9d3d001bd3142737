/*
 * An item as the parser finds it: fields as the feed gives them, before any
 * text is converted. All are views that end with the callback: valid UTF-8,
 * not cleaned. Texts have their length beside them; strings end with NUL.
 */
#ifndef PARSE_RAW_H
#define PARSE_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RAW_TEXT_MAX (1024 * 1024) /* bytes of a text; the rest is cut */
#define RAW_LIST_MAX 64            /* authors, tags, attachments each */

enum raw_type {
	RAW_PLAIN, /* text: `<` means itself */
	RAW_HTML,  /* markup, also that of XHTML content written out again */
	RAW_EITHER /* nobody says: RSS titles */
};

struct raw_text {
	const char *bytes; /* NULL when the item has none */
	size_t len;
	enum raw_type type;
	const char *base; /* absolute; of the links in it, or NULL */
};

struct raw_person {
	const char *name; /* NULL where not given, as all */
	const char *url;
	const char *email;
	const char *avatar;
};

struct raw_attachment {
	const char *url;  /* absolute, never NULL */
	const char *type; /* MIME, or NULL */
	const char *title;
	int64_t size;       /* bytes; -1: not given */
	int64_t duration_s; /* -1: not given */
};

struct raw_item {
	const char *guid;         /* id as given */
	const char *url;          /* absolute; the article */
	const char *external_url; /* absolute; what the article is about */
	const char *image;        /* absolute */
	struct raw_text title;
	struct raw_text summary;
	struct raw_text content;
	struct raw_text
	    content_text;     /* beside content, where a feed has both */
	int64_t published_at; /* epoch us or ITEM_NO_DATE */
	int64_t modified_at;
	const struct raw_person *authors; /* the item's, else the feed's */
	size_t authors_len;
	const char *const *tags;
	size_t tags_len;
	const struct raw_attachment *attachments;
	size_t attachments_len;
	const char *language; /* item's, else feed's, else NULL */
	bool cut; /* the document ended within it: fields may be missing */
};

#endif
