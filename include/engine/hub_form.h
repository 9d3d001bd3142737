/*
 * Forms that are posted to hubs and clouds. Pure.
 */
#ifndef ENGINE_HUB_FORM_H
#define ENGINE_HUB_FORM_H

#include "frame/websub.h"

struct websub_record;

/* What to post to the record's hub, urlencoded: by WebSub section 5.1, or to a
 * cloud by the walkthrough of rssCloud, which knows no mode but to subscribe.
 * The record has its callback. The caller frees. */
char *hub_form_make(const struct websub_record *, enum websub_mode);
/* The address to post to. */
const char *hub_form_url(const struct websub_record *);

#endif
