/*
 * wirewatch search.
 */
#ifndef CLI_SEARCH_H
#define CLI_SEARCH_H

int search_run(int argc, char **argv);

#endif
