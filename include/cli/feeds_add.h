/*
 * wirewatch feeds add, wirewatch feeds remove.
 */
#ifndef CLI_FEEDS_ADD_H
#define CLI_FEEDS_ADD_H

int feeds_add_run(int argc, char **argv);
int feeds_remove_run(int argc, char **argv);

#endif
