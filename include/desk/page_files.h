/*
 * The files of daemon/desk/page/, made into strings at build time by embed.awk.
 */
#ifndef DESK_PAGE_FILES_H
#define DESK_PAGE_FILES_H

extern const char page_index_html[];
extern const char page_css[];
extern const char page_js[];
extern const char page_alerts_js[];
extern const char page_stories_js[];
extern const char page_events_js[];
extern const char page_icon_svg[];

#endif
