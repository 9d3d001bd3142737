/*
 * The alerts of a story or an item, and where each of them went, for people.
 */
#ifndef CLI_TOLD_PRINT_H
#define CLI_TOLD_PRINT_H

struct json_t;

/* alerts: "alerts" of /api/v1/stories/ID or /api/v1/explain. Prints a line for
 * each, and one below it for each delivery that is not done. */
void told_print(struct json_t *alerts);
/* The colour of a level as an SGR code; NULL: none. */
const char *level_color(const char *level);

#endif
