/*
 * wirewatch parse.
 */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

int parse_run(int argc, char **argv);

#endif
