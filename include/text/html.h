/*
 * HTML, as feeds carry it, becomes plain text.
 */
#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include <stddef.h>

struct buf;

/* Appends the text of a piece of HTML: blocks, list entries and table rows on
 * lines of their own, white space collapsed, character references decoded;
 * scripts, styles, comments, `hidden` elements and images' alt texts left
 * out. At most max bytes, cut between characters. The result is clean
 * (text/clean.h). Linear in len, whatever the markup. */
void html_to_text(struct buf *, const char *html, size_t len, size_t max);
/* The same for an article, less what leads to other ones: lines of nothing but
 * links, with the heading above or before them, where that heading says "read
 * also" (text/related.c has the words) or they stand in <nav>, <aside> or an
 * element of a class for such links. */
void html_to_article(struct buf *, const char *html, size_t len, size_t max);
/* The same as html_to_text for text of which nobody says whether it is HTML
 * (RSS titles): only tags of HTML's elements and complete references count as
 * markup, so "a < b" and "<dir>" stay; so does "the <b> tag", which ends
 * nowhere. One line. */
void html_maybe_to_line(struct buf *, const char *text, size_t len);

#endif
