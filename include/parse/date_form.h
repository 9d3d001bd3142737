/*
 * The parts of a date and the readers of its forms; internal to date.c and its
 * helpers.
 */
#ifndef PARSE_DATE_FORM_H
#define PARSE_DATE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct date_options;

struct date_parts {
	int64_t year;
	int month; /* 1 to 12 */
	int day;   /* of the month, from 1; with day_of_year, of the year */
	bool day_of_year;
	int hour, minute, second; /* 24:00:00 and a second of 60 may be */
	int microsecond;
	bool has_zone;
	int zone_s;
};

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
int64_t date_days(int64_t year, int month, int day);
/* ISO 8601 in its basic, week, ordinal and two-digit forms. */
bool date_read_iso(const char *text, size_t len, struct date_parts *);
/* Any row of numbers, words and zones that makes sense as a date. */
bool date_read_words(const char *text, size_t len, const struct date_options *,
    struct date_parts *);

#endif
