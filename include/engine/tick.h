/*
 * What the engine does each second, and its upkeep in idle time.
 */
#ifndef ENGINE_TICK_H
#define ENGINE_TICK_H

struct engine;

void tick_init(struct engine *);
/* A stop or --once: waits for what is under way, then says or does the rest;
 * called by the tick and once at the start of a stop. */
void tick_check_end(struct engine *);

#endif
