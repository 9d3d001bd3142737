/*
 * wirewatch check.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

int check_run(int argc, char **argv);

#endif
