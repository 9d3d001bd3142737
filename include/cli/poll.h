/*
 * wirewatch poll.
 */
#ifndef CLI_POLL_H
#define CLI_POLL_H

int poll_run(int argc, char **argv);

#endif
