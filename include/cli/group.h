/*
 * wirewatch group; see daemon/cli/group.c.
 */
#ifndef CLI_GROUP_H
#define CLI_GROUP_H

int group_run(int argc, char **argv);

#endif
