/*
 * Zones by their IANA names, each with its rule of summer time; made from the
 * zoneinfo of the machine that it was written on.
 */
#ifndef PARSE_DATE_ZONE_TABLE_H
#define PARSE_DATE_ZONE_TABLE_H

#include <stddef.h>

/* When the clock is changed each year. */
struct date_change {
	signed char month; /* 1 to 12; 0: never */
	signed char week;  /* which one of the weekday in the month; 0: last */
	signed char weekday; /* 0: Sunday */
	short minute;        /* of the day in standard time, maybe before it */
};

struct date_summer {
	struct date_change begin, end;
};

struct date_zone {
	short minutes; /* standard time's offset from UTC */
	unsigned char summer;
	const char *names; /* folded, each with a blank after it */
};

extern const struct date_summer date_summers[]; /* the first: none */
extern const struct date_zone date_zones[];
extern const size_t date_zones_len;

#endif
