/*
 * wirewatch feeds.
 */
#ifndef CLI_FEEDS_H
#define CLI_FEEDS_H

int feeds_run(int argc, char **argv);

#endif
