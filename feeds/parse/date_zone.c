/*
 * Named zones of dates, with their summer times.
 */
#include <string.h>

#include "parse/date_form.h"
#include "parse/date_zone.h"

#define DAY_S 86400

enum summer { NEVER, EUROPE, AMERICA };

struct zone {
	const char *name;
	int minutes; /* standard time's offset from UTC */
	enum summer summer;
};

static const struct zone zones[] = {{"ut", 0, NEVER}, {"utc", 0, NEVER},
    {"gmt", 0, NEVER}, {"z", 0, NEVER}, {"wet", 0, NEVER}, {"west", 60, NEVER},
    {"bst", 60, NEVER}, {"cet", 60, NEVER}, {"cest", 120, NEVER},
    {"met", 60, NEVER}, {"mest", 120, NEVER}, {"mez", 60, NEVER},
    {"mesz", 120, NEVER}, {"eet", 120, NEVER}, {"eest", 180, NEVER},
    {"msk", 180, NEVER}, {"msd", 240, NEVER}, {"мск", 180, NEVER},
    {"trt", 180, NEVER}, {"samt", 240, NEVER}, {"yekt", 300, NEVER},
    {"omst", 360, NEVER}, {"novt", 420, NEVER}, {"krat", 420, NEVER},
    {"irkt", 480, NEVER}, {"yakt", 540, NEVER}, {"vlat", 600, NEVER},
    {"magt", 660, NEVER}, {"pett", 720, NEVER}, {"gst", 240, NEVER},
    {"pkt", 300, NEVER}, {"ist", 330, NEVER}, {"npt", 345, NEVER},
    {"ict", 420, NEVER}, {"wib", 420, NEVER}, {"sgt", 480, NEVER},
    {"hkt", 480, NEVER}, {"awst", 480, NEVER}, {"pht", 480, NEVER},
    {"jst", 540, NEVER}, {"kst", 540, NEVER}, {"acst", 570, NEVER},
    {"acdt", 630, NEVER}, {"aest", 600, NEVER}, {"aedt", 660, NEVER},
    {"nzst", 720, NEVER}, {"nzdt", 780, NEVER}, {"sast", 120, NEVER},
    {"cat", 120, NEVER}, {"eat", 180, NEVER}, {"wat", 60, NEVER},
    {"art", -180, NEVER}, {"brt", -180, NEVER}, {"nst", -210, NEVER},
    {"ndt", -150, NEVER}, {"ast", -240, NEVER}, {"adt", -180, NEVER},
    {"est", -300, NEVER}, {"edt", -240, NEVER}, {"cst", -360, NEVER},
    {"cdt", -300, NEVER}, {"mst", -420, NEVER}, {"mdt", -360, NEVER},
    {"pst", -480, NEVER}, {"pdt", -420, NEVER}, {"akst", -540, NEVER},
    {"akdt", -480, NEVER}, {"hst", -600, NEVER}, {"at", -240, AMERICA},
    {"et", -300, AMERICA}, {"ct", -360, AMERICA}, {"mt", -420, AMERICA},
    {"pt", -480, AMERICA}, {"europe/london", 0, EUROPE},
    {"europe/dublin", 0, EUROPE}, {"europe/lisbon", 0, EUROPE},
    {"europe/berlin", 60, EUROPE}, {"europe/paris", 60, EUROPE},
    {"europe/madrid", 60, EUROPE}, {"europe/rome", 60, EUROPE},
    {"europe/vienna", 60, EUROPE}, {"europe/zurich", 60, EUROPE},
    {"europe/brussels", 60, EUROPE}, {"europe/amsterdam", 60, EUROPE},
    {"europe/prague", 60, EUROPE}, {"europe/warsaw", 60, EUROPE},
    {"europe/budapest", 60, EUROPE}, {"europe/stockholm", 60, EUROPE},
    {"europe/oslo", 60, EUROPE}, {"europe/copenhagen", 60, EUROPE},
    {"europe/belgrade", 60, EUROPE}, {"europe/athens", 120, EUROPE},
    {"europe/helsinki", 120, EUROPE}, {"europe/kiev", 120, EUROPE},
    {"europe/kyiv", 120, EUROPE}, {"europe/bucharest", 120, EUROPE},
    {"europe/sofia", 120, EUROPE}, {"europe/riga", 120, EUROPE},
    {"europe/vilnius", 120, EUROPE}, {"europe/tallinn", 120, EUROPE},
    {"europe/chisinau", 120, EUROPE}, {"europe/moscow", 180, NEVER},
    {"europe/minsk", 180, NEVER}, {"europe/istanbul", 180, NEVER},
    {"asia/dubai", 240, NEVER}, {"asia/kolkata", 330, NEVER},
    {"asia/calcutta", 330, NEVER}, {"asia/shanghai", 480, NEVER},
    {"asia/hong_kong", 480, NEVER}, {"asia/singapore", 480, NEVER},
    {"asia/tokyo", 540, NEVER}, {"asia/seoul", 540, NEVER},
    {"australia/brisbane", 600, NEVER}, {"america/new_york", -300, AMERICA},
    {"america/toronto", -300, AMERICA}, {"america/chicago", -360, AMERICA},
    {"america/denver", -420, AMERICA}, {"america/phoenix", -420, NEVER},
    {"america/sao_paulo", -180, NEVER}, {"america/los_angeles", -480, AMERICA},
    {"us/eastern", -300, AMERICA}, {"us/central", -360, AMERICA},
    {"us/mountain", -420, AMERICA}, {"us/pacific", -480, AMERICA},
    {"etc/utc", 0, NEVER}, {"etc/gmt", 0, NEVER}};

/* The day, as days from the epoch, of the nth Sunday of a month; nth 0: the
 * last one. */
static int64_t
sunday_of(int64_t year, int month, int nth)
{
	int64_t day;

	if (nth == 0) { /* back from the first of the next month */
		day = date_days(year, month, 31);
		return day - (day + 4) % 7;
	}
	day = date_days(year, month, 1);
	return day + (7 - (day + 4) % 7) % 7 + 7 * (nth - 1);
}

/* Whether summer time holds at a local standard time, by the rules since 1996
 * (Europe) and 2007 (America). */
static bool
is_summer(enum summer rule, int64_t local_s, int standard_s)
{
	int64_t year = 1970 + local_s / (365 * DAY_S + DAY_S / 4);

	if (date_days(year + 1, 1, 1) * DAY_S <= local_s)
		year++;
	if (rule == EUROPE)
		return local_s - standard_s >=
			   sunday_of(year, 3, 0) * DAY_S + 3600 &&
		       local_s - standard_s <
			   sunday_of(year, 10, 0) * DAY_S + 3600;
	if (rule == AMERICA)
		return local_s >= sunday_of(year, 3, 2) * DAY_S + 2 * 3600 &&
		       local_s < sunday_of(year, 11, 1) * DAY_S + 2 * 3600;
	return false;
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
	if (word[0] != '\0' && word[1] == '\0' && word[0] >= 'a' &&
	    word[0] <= 'z' && word[0] != 'j') {
		*offset_s = military_hours(word[0]) * 3600;
		return true;
	}
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		const struct zone *zone = &zones[i];
		int standard_s = zone->minutes * 60;

		if (strcmp(word, zone->name) != 0)
			continue;
		*offset_s =
		    standard_s +
		    (is_summer(zone->summer, local_s, standard_s) ? 3600 : 0);
		return true;
	}
	return false;
}
