/*
 * Dates: the two frequent forms read at once, all others by the readers of
 * date_iso.c and date_text.c; calendar arithmetic; writing.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/second.h"
#include "parse/date.h"
#include "parse/date_form.h"

#define DAY_S 86400
#define YEAR_MIN 1000

int64_t
date_days(int64_t year, int month, int day)
{
	int64_t era, of_era, of_year;

	/* The year begins in March, so that the leap day is its last. */
	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in(int64_t year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Programs write 0001-01-01 or -0001-11-30 for want of a date. */
static bool
parts_are_valid(const struct date_parts *p)
{
	if (p->year < YEAR_MIN || p->year > 9999 || p->month < 1 ||
	    p->month > 12)
		return false;
	if (p->day < 1 ||
	    p->day > (p->day_of_year ? 365 + is_leap(p->year)
				     : days_in(p->year, p->month)))
		return false;
	if (p->hour < 0 || p->minute < 0 || p->second < 0 || p->minute > 59 ||
	    p->second > 60)
		return false;
	if (p->hour == 24)
		return p->minute == 0 && p->second == 0;
	return p->hour < 24 && p->zone_s > -DAY_S && p->zone_s < DAY_S;
}

/* False when a part is out of its range. */
static bool
compose(
    const struct date_parts *p, const struct date_options *options, int64_t *at)
{
	int64_t days, seconds;

	if (!parts_are_valid(p))
		return false;
	days = p->day_of_year ? date_days(p->year, 1, 1) + p->day - 1
			      : date_days(p->year, p->month, p->day);
	seconds = days * DAY_S + p->hour * 3600 + p->minute * 60 + p->second;
	seconds -= p->has_zone       ? p->zone_s
		   : options != NULL ? options->zone_s
				     : 0;
	*at = seconds * SECOND_US + p->microsecond;
	return true;
}

/* Reads exactly n digits. */
static bool
digits(const char *s, int n, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*value = *value * 10 + (s[i] - '0');
	}
	return true;
}

/* "+hhmm", "+hh:mm", "Z", "GMT", "UTC", "UT" to the end of the text. */
static bool
fast_zone(const char *s, size_t len, struct date_parts *p)
{
	int hours, minutes;
	size_t colon = len == 6 && s[3] == ':';

	p->has_zone = true;
	p->zone_s = 0;
	if ((len == 1 && *s == 'Z') ||
	    (len == 3 &&
		(memcmp(s, "GMT", 3) == 0 || memcmp(s, "UTC", 3) == 0)))
		return true;
	if (len != 5 + colon || (*s != '+' && *s != '-') ||
	    !digits(s + 1, 2, &hours) || !digits(s + 3 + colon, 2, &minutes) ||
	    minutes > 59)
		return false;
	p->zone_s = (hours * 3600 + minutes * 60) * (*s == '-' ? -1 : 1);
	return true;
}

/* "hh:mm:ss" */
static bool
fast_time(const char *s, struct date_parts *p)
{
	return digits(s, 2, &p->hour) && s[2] == ':' &&
	       digits(s + 3, 2, &p->minute) && s[5] == ':' &&
	       digits(s + 6, 2, &p->second);
}

/* "2003-12-31T10:14:55Z" and with a numeric zone. */
static bool
read_rfc3339(const char *s, size_t len, struct date_parts *p)
{
	int year;

	if (len < 20 || len > 25 || !digits(s, 4, &year) || s[4] != '-' ||
	    !digits(s + 5, 2, &p->month) || s[7] != '-' ||
	    !digits(s + 8, 2, &p->day) || s[10] != 'T')
		return false;
	p->year = year;
	return fast_time(s + 11, p) && fast_zone(s + 19, len - 19, p);
}

static int
english_month(const char *s)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (memcmp(s, names + 3 * i, 3) == 0)
			return i + 1;
	return 0;
}

/* "Thu, 01 Jan 2004 19:48:21 GMT" and with a numeric zone. */
static bool
read_rfc1123(const char *s, size_t len, struct date_parts *p)
{
	int year;

	if (len < 29 || len > 31 || s[3] != ',' || s[4] != ' ' ||
	    !digits(s + 5, 2, &p->day) || s[7] != ' ' || s[11] != ' ' ||
	    !digits(s + 12, 4, &year) || s[16] != ' ' || s[25] != ' ')
		return false;
	p->year = year;
	p->month = english_month(s + 8);
	return p->month != 0 && fast_time(s + 17, p) &&
	       fast_zone(s + 26, len - 26, p);
}

/* Ten or so digits are seconds since 1970, thirteen or so milliseconds. */
static bool
read_epoch(const char *s, size_t len, int64_t *at)
{
	int64_t value = 0;

	if (len < 9 || len > 16)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		value = value * 10 + (s[i] - '0');
	}
	if (len == 14 && value / 10000000000000 < 3)
		return false; /* YYYYMMDDhhmmss */
	if (len <= 11)
		*at = value * SECOND_US;
	else
		*at = len <= 14 ? value * 1000 : value;
	return true;
}

/* Java's and RFC 9557's "[Europe/Paris]" is a word of its own, or goes where
 * an offset is before it. */
static size_t
without_brackets(const char *text, size_t len, char *out)
{
	const char *open = memchr(text, '[', len);
	size_t n = open != NULL ? (size_t)(open - text) : len;

	memcpy(out, text, len);
	if (open == NULL || text[len - 1] != ']')
		return len;
	if (n > 6 && (out[n - 1] == 'Z' || strchr("+-", out[n - 6]) != NULL))
		return n;
	out[n] = out[len - 1] = ' ';
	return len - 1;
}

bool
date_parse(const char *text, size_t len, const struct date_options *options,
    int64_t *at)
{
	struct date_parts parts = {0};
	char plain[DATE_TEXT_MAX];

	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len == 0 || len > DATE_TEXT_MAX)
		return false;
	if (read_rfc3339(text, len, &parts) || read_rfc1123(text, len, &parts))
		return compose(&parts, options, at);
	if (read_epoch(text, len, at))
		return true;
	len = without_brackets(text, len, plain);
	text = plain;
	parts = (struct date_parts){0};
	if (date_read_iso(text, len, &parts) && compose(&parts, options, at))
		return true;
	parts = (struct date_parts){0};
	return date_read_words(text, len, options, &parts) &&
	       compose(&parts, options, at);
}

/* The calendar day of a count of days since 1970. */
static void
split_days(int64_t days, int *year, int *month, int *day)
{
	int64_t era, of_era, year_of_era, of_year, shifted;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	year_of_era =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year =
	    of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted = (5 * of_year + 2) / 153;
	*day = (int)(of_year - (153 * shifted + 2) / 5) + 1;
	*month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

void
date_format(int64_t at, char out[DATE_FORMAT_LEN])
{
	int64_t us = at % SECOND_US, seconds = at / SECOND_US, days;
	int year, month, day, n;

	if (us < 0) {
		us += SECOND_US;
		seconds--;
	}
	days = seconds / DAY_S;
	seconds %= DAY_S;
	if (seconds < 0) {
		seconds += DAY_S;
		days--;
	}
	split_days(days, &year, &month, &day);
	n = snprintf(out, DATE_FORMAT_LEN, "%04d-%02d-%02dT%02d:%02d:%02d",
	    year, month, day, (int)(seconds / 3600), (int)(seconds / 60 % 60),
	    (int)(seconds % 60));
	if (us % 1000 != 0)
		snprintf(
		    out + n, DATE_FORMAT_LEN - (size_t)n, ".%06dZ", (int)us);
	else if (us != 0)
		snprintf(out + n, DATE_FORMAT_LEN - (size_t)n, ".%03dZ",
		    (int)(us / 1000));
	else
		snprintf(out + n, DATE_FORMAT_LEN - (size_t)n, "Z");
}
