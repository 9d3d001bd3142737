/*
 * /api/v1/explain: why an item alerted, or did not.
 */
#ifndef DESK_API_EXPLAIN_H
#define DESK_API_EXPLAIN_H

struct api_call;

/* Takes item=ID, or url=ADDRESS; of an address that no item has, the feeds
 * that would bring it. */
void api_get_explain(const struct api_call *);

#endif
