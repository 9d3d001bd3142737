/*
 * The engine role; see daemon/engine/engine.c.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

/* Runs the role as the index-th of its kind; returns the exit status. */
int engine_main(unsigned index);

#endif
