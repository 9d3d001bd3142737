/*
 * ISO 8601: calendar, week and ordinal dates, extended and basic, also with
 * the two-digit years of its older edition.
 */
#include <string.h>

#include "parse/date_form.h"

struct cursor {
	const char *at;
	size_t left;
};

static size_t
digit_run(const struct cursor *c)
{
	size_t n = 0;

	while (n < c->left && c->at[n] >= '0' && c->at[n] <= '9')
		n++;
	return n;
}

static bool
take_char(struct cursor *c, char wanted)
{
	if (c->left == 0 || *c->at != wanted)
		return false;
	c->at++;
	c->left--;
	return true;
}

/* Takes n digits, which must be there. */
static int
take_number(struct cursor *c, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (c->at[i] - '0');
	c->at += n;
	c->left -= n;
	return value;
}

static int64_t
full_year(int two_digits)
{
	return two_digits + (two_digits < 70 ? 2000 : 1900);
}

/* The day of year of a week date; weekday 1 is Monday. The result may lie
 * outside of the year, so that the parts are set from days. */
static void
set_week(struct date_parts *p, int week, int weekday)
{
	int64_t january_4 = date_days(p->year, 1, 4);
	int64_t monday = january_4 - (january_4 + 3) % 7;
	int64_t day = monday + (week - 1) * 7 + weekday - 1;

	if (day < date_days(p->year, 1, 1))
		p->year--;
	else if (day >= date_days(p->year + 1, 1, 1))
		p->year++;
	p->day = (int)(day - date_days(p->year, 1, 1)) + 1;
	p->day_of_year = true;
	p->month = 1;
}

/* After the year: "Www", "Www-D", "WwwD". */
static bool
read_week(struct cursor *c, struct date_parts *p)
{
	int week, weekday = 1;

	if (digit_run(c) < 2)
		return false;
	week = take_number(c, 2);
	if (c->left > 1 && *c->at == '-' && c->at[1] >= '1' && c->at[1] <= '7')
		take_char(c, '-');
	if (digit_run(c) == 1)
		weekday = take_number(c, 1);
	if (week < 1 || week > 53 || weekday < 1 || weekday > 7)
		return false;
	set_week(p, week, weekday);
	return true;
}

/* After a four-digit year. */
static bool
read_after_year(struct cursor *c, struct date_parts *p)
{
	p->month = p->day = 1;
	if (c->left == 0)
		return true;
	if (take_char(c, 'W'))
		return read_week(c, p);
	if (!take_char(c, '-'))
		return false;
	if (take_char(c, 'W'))
		return read_week(c, p);
	switch (digit_run(c)) {
	case 3:
		p->day = take_number(c, 3);
		p->day_of_year = true;
		return true;
	case 4: /* 2003-1231 */
		p->month = take_number(c, 2);
		p->day = take_number(c, 2);
		return true;
	case 2:
	case 1:
		p->month = take_number(c, digit_run(c));
		if (!take_char(c, '-'))
			return true;
		if (digit_run(c) < 1 || digit_run(c) > 2)
			return false;
		p->day = take_number(c, digit_run(c));
		return true;
	default:
		return false;
	}
}

/* Six digits: a year and month where that makes sense, else a two-digit year,
 * month and day. */
static void
read_six(struct cursor *c, struct date_parts *p)
{
	int century = take_number(c, 2), second = take_number(c, 2);
	int third = take_number(c, 2);

	if ((century == 19 || century == 20) && third >= 1 && third <= 12) {
		p->year = century * 100 + second;
		p->month = third;
		p->day = 1;
		return;
	}
	p->year = full_year(century);
	p->month = second;
	p->day = third;
}

static bool
read_short_year(struct cursor *c, struct date_parts *p)
{
	p->year = full_year(take_number(c, 2));
	p->month = p->day = 1;
	if (c->left == 0)
		return true;
	if (!take_char(c, '-') || digit_run(c) != 2)
		return false;
	p->month = take_number(c, 2);
	if (!take_char(c, '-'))
		return true;
	if (digit_run(c) != 2)
		return false;
	p->day = take_number(c, 2);
	return true;
}

static bool
read_day(struct cursor *c, struct date_parts *p)
{
	bool dash = take_char(c, '-'); /* of a year without century */
	size_t n = digit_run(c);

	if (n == 2 && (dash || (c->left > 2 && c->at[2] == '-')))
		return read_short_year(c, p);
	if (dash && n == 4) {
		p->year = full_year(take_number(c, 2));
		p->month = take_number(c, 2);
		p->day = 1;
		return true;
	}
	if (dash)
		return false;
	switch (n) {
	case 4:
		p->year = take_number(c, 4);
		return read_after_year(c, p);
	case 5:
		p->year = full_year(take_number(c, 2));
		p->day = take_number(c, 3);
		p->day_of_year = true;
		p->month = 1;
		return true;
	case 6:
		read_six(c, p);
		return true;
	case 7:
		p->year = take_number(c, 4);
		p->day = take_number(c, 3);
		p->day_of_year = true;
		p->month = 1;
		return true;
	case 8:
	case 12:
	case 14:
		p->year = take_number(c, 4);
		p->month = take_number(c, 2);
		p->day = take_number(c, 2);
		return true;
	default:
		return false;
	}
}

/* A fraction of the part before it, which has unit_s seconds. */
static void
read_fraction(struct cursor *c, int unit_s, struct date_parts *p)
{
	int64_t us = 0;
	int scale = 100000;

	if (!take_char(c, '.') && !take_char(c, ','))
		return;
	for (; digit_run(c) > 0; scale /= 10)
		us += take_number(c, 1) * scale;
	us *= unit_s;
	p->minute += (int)(us / 60000000);
	p->second += (int)(us / 1000000 % 60);
	p->microsecond = (int)(us % 1000000);
}

/* "hh", "hhmm", "hhmmss", "hh:mm", "hh:mm:ss", and a fraction of the last. */
static bool
read_time(struct cursor *c, struct date_parts *p)
{
	size_t n = digit_run(c);
	int unit_s = n == 2 ? 3600 : n == 4 ? 60 : 1;

	if (n != 2 && n != 4 && n != 6)
		return n == 1 && c->left > 1 && c->at[1] == ':' &&
		       (p->hour = take_number(c, 1), take_char(c, ':')) &&
		       digit_run(c) == 2 &&
		       (p->minute = take_number(c, 2), true);
	p->hour = take_number(c, 2);
	if (n > 2)
		p->minute = take_number(c, 2);
	if (n > 4)
		p->second = take_number(c, 2);
	if (n == 2 && take_char(c, ':')) {
		if (digit_run(c) != 2)
			return false;
		p->minute = take_number(c, 2);
		unit_s = 60;
		if (take_char(c, ':')) {
			if (digit_run(c) != 2)
				return false;
			p->second = take_number(c, 2);
			unit_s = 1;
		}
	}
	read_fraction(c, unit_s, p);
	return true;
}

/* "Z", "+hh", "+hhmm", "+hh:mm". */
static bool
read_zone(struct cursor *c, struct date_parts *p)
{
	int sign = c->left > 0 && *c->at == '-' ? -1 : 1;
	int hours, minutes = 0;

	if (c->left == 0)
		return true;
	p->has_zone = true;
	if (take_char(c, 'Z') || take_char(c, 'z'))
		return true;
	if ((!take_char(c, '+') && !take_char(c, '-')) || digit_run(c) < 2)
		return false;
	hours = take_number(c, 2);
	take_char(c, ':');
	if (digit_run(c) == 2)
		minutes = take_number(c, 2);
	if (minutes > 59)
		return false;
	p->zone_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
date_read_iso(const char *text, size_t len, struct date_parts *p)
{
	struct cursor c = {text, len};

	if (!read_day(&c, p))
		return false;
	if (c.left == 0)
		return true;
	if (digit_run(&c) == 0 && !take_char(&c, 'T') && !take_char(&c, 't') &&
	    !take_char(&c, ' '))
		return false;
	while (take_char(&c, ' '))
		;
	if (!read_time(&c, p))
		return false;
	while (take_char(&c, ' '))
		;
	return read_zone(&c, p) && c.left == 0;
}
