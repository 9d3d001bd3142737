/*
 * Zones of dates by name.
 */
#ifndef PARSE_DATE_ZONE_H
#define PARSE_DATE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

/* The offset from UTC in seconds of a named zone ("est", "msk", "et",
 * "europe/moscow") at a local time in epoch seconds; false: no such zone. */
bool date_zone_of(const char *word, int64_t local_s, int *offset_s);

#endif
