/*
 * Finds what an article's HTML brings beside the article: "read also" lists of
 * links to other ones. Says line by line what is to be left out of the text.
 */
#ifndef TEXT_RELATED_H
#define TEXT_RELATED_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct html_token;

/* The line being written and what the lines before it lead to expect. All
 * zeros at the start of a text. Views into the HTML that is read. */
struct related {
	size_t start;        /* of the line, in the text */
	size_t plain_end;    /* behind its last letter outside links, or 0 */
	size_t linked;       /* bytes in links */
	size_t heading;      /* where a heading stands that links may follow */
	bool has_heading;    /* it does */
	bool in_list;        /* links that stood below a heading are gone */
	bool in_title;       /* in h1 to h6 */
	size_t link_len;     /* bytes of text in the open link */
	unsigned blocks;     /* open within the link */
	bool in_link;        /* in <a href> */
	const char *box;     /* name of an open element for links: <nav> ... */
	size_t box_name_len; /* 0: none is open */
	unsigned box_depth;  /* elements of its name open */
};

/* Takes words that were just added to the end of the text, one at a time. */
void related_take_words(
    struct related *, const struct buf *text, const char *words, size_t len);
/* Whether further words of the line, until a tag comes, may be taken at once.
 */
bool related_wants_no_words(const struct related *);
/* Takes a tag before it acts on the text; flags as html_element_flags gives
 * them. One that ends a line may cut the text: line, heading and all. */
void related_take_tag(struct related *, struct buf *text,
    const struct html_token *, unsigned flags);
/* Takes the end of a line, also of the last one. */
void related_end_line(struct related *, struct buf *text);

#endif
