/*
 * wirewatch stories.
 */
#ifndef CLI_STORIES_H
#define CLI_STORIES_H

int stories_run(int argc, char **argv);

#endif
