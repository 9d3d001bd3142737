/*
 * Routes and the types of sinks. Runs in the engine.
 */
#include "engine/route.h"

#define TYPE(type) (1u << (type))
#define PUSH_TYPES                                                \
	(TYPE(ALERT_STORY_NEW) | TYPE(ALERT_STORY_GROWN) |        \
	    TYPE(ALERT_STORY_UPDATE) | TYPE(ALERT_STORY_EDITED) | \
	    TYPE(ALERT_DIGEST))

static bool
takes_type(const struct config_sink *sink, enum alert_type type)
{
	uint32_t types = sink->types;

	if (types == 0 && sink->type == SINK_LOG)
		return true;
	return ((types != 0 ? types : PUSH_TYPES) & TYPE(type)) != 0;
}

static bool
matches(const struct config_route *route, enum level level,
    const struct strings *rules)
{
	if (route->levels != 0 && !(route->levels & (1u << level)))
		return false;
	if (route->rules.len == 0)
		return true;
	for (size_t i = 0; i < rules->len; i++)
		if (strings_has(&route->rules, rules->at[i]))
			return true;
	return false;
}

static bool
is_routed(const struct config *config, const char *sink, enum level level,
    const struct strings *rules)
{
	bool named = false;

	for (size_t i = 0; i < config->routes_len; i++) {
		const struct config_route *route = &config->routes[i];

		if (!strings_has(&route->to, sink))
			continue;
		named = true;
		if (matches(route, level, rules))
			return true;
	}
	return !named;
}

void
route_add_sinks(const struct config *config, enum alert_type type,
    enum level level, const struct strings *rules, struct strings *sinks)
{
	for (size_t i = 0; i < config->sinks_len; i++) {
		const struct config_sink *sink = &config->sinks[i];

		if (takes_type(sink, type) &&
		    is_routed(config, sink->id, level, rules))
			strings_add_once(sinks, sink->id);
	}
}
