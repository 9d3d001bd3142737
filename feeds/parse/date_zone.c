/*
 * Named zones of dates, with their summer times.
 */
#include <string.h>

#include "base/strings.h"
#include "parse/date_form.h"
#include "parse/date_zone.h"
#include "parse/date_zone_table.h"

#define DAY_MINUTES (24 * 60)

/* Abbreviations, each of one offset. */
static const struct {
	const char *name;
	int minutes;
} abbreviations[] = {{"ut", 0}, {"utc", 0}, {"gmt", 0}, {"z", 0}, {"wet", 0},
    {"west", 60}, {"bst", 60}, {"cet", 60}, {"cest", 120}, {"met", 60},
    {"mest", 120}, {"mez", 60}, {"mesz", 120}, {"eet", 120}, {"eest", 180},
    {"msk", 180}, {"msd", 240}, {"мск", 180}, {"trt", 180}, {"samt", 240},
    {"yekt", 300}, {"omst", 360}, {"novt", 420}, {"krat", 420}, {"irkt", 480},
    {"yakt", 540}, {"vlat", 600}, {"magt", 660}, {"pett", 720}, {"gst", 240},
    {"pkt", 300}, {"ist", 330}, {"npt", 345}, {"ict", 420}, {"wib", 420},
    {"sgt", 480}, {"hkt", 480}, {"awst", 480}, {"pht", 480}, {"jst", 540},
    {"kst", 540}, {"acst", 570}, {"acdt", 630}, {"aest", 600}, {"aedt", 660},
    {"nzst", 720}, {"nzdt", 780}, {"sast", 120}, {"cat", 120}, {"eat", 180},
    {"wat", 60}, {"art", -180}, {"brt", -180}, {"nst", -210}, {"ndt", -150},
    {"ast", -240}, {"adt", -180}, {"est", -300}, {"edt", -240}, {"cst", -360},
    {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420},
    {"akst", -540}, {"akdt", -480}, {"hst", -600}};

/* The day, as days from the epoch, of the nth of a weekday in a month; week 0:
 * the last one. */
static int64_t
weekday_of(int64_t year, const struct date_change *change)
{
	int64_t first;

	if (change->week == 0) { /* counted from the first of the next month */
		first = change->month < 12
			    ? date_days(year, change->month + 1, 1)
			    : date_days(year + 1, 1, 1);
		first -= 7;
	} else
		first =
		    date_days(year, change->month, 1) + 7 * (change->week - 1);
	/* The epoch was a Thursday. */
	return first + (change->weekday + 7 - (first + 4) % 7) % 7;
}

static int64_t
minute_of(int64_t year, const struct date_change *change)
{
	return weekday_of(year, change) * DAY_MINUTES + change->minute;
}

/* Whether summer time holds at a local standard time in minutes. */
static bool
is_summer(const struct date_summer *summer, int64_t local)
{
	int64_t year = 1970 + local / (365 * DAY_MINUTES + DAY_MINUTES / 4);
	int64_t begin, end;

	if (summer->begin.month == 0)
		return false;
	if (date_days(year + 1, 1, 1) * DAY_MINUTES <= local)
		year++;
	begin = minute_of(year, &summer->begin);
	end = minute_of(year, &summer->end);
	if (begin < end)
		return local >= begin && local < end;
	return local >= begin || local < end; /* south of the equator */
}

/* The letters of RFC 822 section 5.1: A to M without J run west, N to Y east.
 */
static int
military_hours(char letter)
{
	if (letter >= 'a' && letter <= 'i')
		return -(letter - 'a' + 1);
	if (letter >= 'k' && letter <= 'm')
		return -(letter - 'k' + 10);
	return letter >= 'n' && letter <= 'y' ? letter - 'n' + 1 : 0;
}

bool
date_zone_of(const char *word, int64_t local_s, int *offset_s)
{
	size_t n = sizeof(abbreviations) / sizeof(abbreviations[0]);

	if (word[0] != '\0' && word[1] == '\0' && word[0] >= 'a' &&
	    word[0] <= 'z' && word[0] != 'j') {
		*offset_s = military_hours(word[0]) * 3600;
		return true;
	}
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, abbreviations[i].name) == 0) {
			*offset_s = abbreviations[i].minutes * 60;
			return true;
		}
	for (size_t i = 0; i < date_zones_len; i++) {
		const struct date_zone *zone = &date_zones[i];

		if (!strings_is_listed(zone->names, word))
			continue;
		*offset_s = zone->minutes * 60;
		if (is_summer(&date_summers[zone->summer], local_s / 60))
			*offset_s += 3600;
		return true;
	}
	return false;
}
