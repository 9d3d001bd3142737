/*
 * wirewatch fetch.
 */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

int fetch_run(int argc, char **argv);

#endif
