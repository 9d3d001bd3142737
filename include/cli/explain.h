/*
 * wirewatch explain.
 */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

int explain_run(int argc, char **argv);

#endif
