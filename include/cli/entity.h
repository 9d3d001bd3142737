/*
 * wirewatch entity.
 */
#ifndef CLI_ENTITY_H
#define CLI_ENTITY_H

int entity_run(int argc, char **argv);

#endif
