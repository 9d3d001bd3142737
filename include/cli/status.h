/*
 * wirewatch status.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

int status_run(int argc, char **argv);

#endif
