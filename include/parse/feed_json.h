/*
 * Feeds written as JSON Feed 1.1, whatever their format was.
 */
#ifndef PARSE_FEED_JSON_H
#define PARSE_FEED_JSON_H

struct buf;
struct parser_feed;
struct raw_item;

/* Appends the item as a JSON object to those in items. */
void feed_json_add_item(struct buf *items, const struct raw_item *);
/* Appends the document: the feed's facts and the items gathered before. url:
 * where it came from, used where the feed does not say; may be NULL. */
void feed_json_finish(struct buf *out, const struct parser_feed *,
    const struct buf *items, const char *url);

#endif
