/*
 * wirewatch story.
 */
#ifndef CLI_STORY_H
#define CLI_STORY_H

int story_run(int argc, char **argv);

#endif
