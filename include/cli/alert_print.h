/*
 * Printing alerts on stdout, as lines for people or as JSON for programs.
 */
#ifndef CLI_ALERT_PRINT_H
#define CLI_ALERT_PRINT_H

#include <stdbool.h>
#include <stddef.h>

struct json_t;

/* json: one alert, len bytes. With raw it is printed as it came; else as a
 * readable line, in colours where they may be. Flushes. */
void alert_print(const char *json, size_t len, bool raw);
void alert_print_value(struct json_t *alert, bool raw);

#endif
