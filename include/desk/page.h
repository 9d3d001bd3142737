/*
 * The page at `/` and its parts, and the newest alerts as plain text.
 */
#ifndef DESK_PAGE_H
#define DESK_PAGE_H

struct api_call;

void page_get_index(const struct api_call *);
void page_get_style(const struct api_call *);
void page_get_script(const struct api_call *);
void page_get_alerts(const struct api_call *);
void page_get_stories(const struct api_call *);
void page_get_events(const struct api_call *);
void page_get_icon(const struct api_call *);
/* /alerts.txt: the newest 100 alerts, a line each, newest first. */
void page_get_text(const struct api_call *);

#endif
