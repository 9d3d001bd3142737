/*
 * Which sinks an alert goes to. Pure.
 */
#ifndef ENGINE_ROUTE_H
#define ENGINE_ROUTE_H

#include "frame/config.h"

/*
 * Adds the ids of the sinks to take an alert, each once. A sink that no route
 * names takes every alert; one that routes name takes what one of these
 * matches. `types` of a sink narrow that; without these, a log takes all types
 * and another sink those of stories.
 */
void route_add_sinks(const struct config *, enum alert_type, enum level,
    const struct strings *rules, struct strings *sinks);

#endif
