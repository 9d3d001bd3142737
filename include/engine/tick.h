/*
 * What the engine does each second, and its upkeep in idle time.
 */
#ifndef ENGINE_TICK_H
#define ENGINE_TICK_H

struct engine;

void tick_init(struct engine *);

#endif
