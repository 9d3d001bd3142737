/*
 * wirewatch match.
 */
#ifndef CLI_MATCH_H
#define CLI_MATCH_H

int match_run(int argc, char **argv);

#endif
