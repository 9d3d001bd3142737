/*
 * wirewatch tail.
 */
#ifndef CLI_TAIL_H
#define CLI_TAIL_H

int tail_run(int argc, char **argv);

#endif
