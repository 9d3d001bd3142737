/*
 * Dates as rows of words and numbers, in whatever order and language: RFC 822
 * and its relatives, asctime, "16. Dezember 2023", "2023年12月16日 14時30分".
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "parse/date.h"
#include "parse/date_form.h"
#include "parse/date_words.h"
#include "parse/date_zone.h"

#define NUMBERS_MAX 3

struct number {
	int value;
	size_t digits;
	char before; /* the separator in front: - / . or blank */
};

#define STRANGE_WORDS_MAX 2 /* that a date may have and mean nothing here */

struct reader {
	const char *at;
	size_t left;
	struct date_parts *parts;
	struct number numbers[NUMBERS_MAX]; /* of the day, not yet placed */
	size_t numbers_len;
	bool has_year, has_month, has_day, has_time;
	bool may_be_weekday; /* the month was "mar", which is Tuesday too */
	bool year_first;     /* the year came before any other number */
	bool zone_word;      /* a named zone came */
	unsigned strange;    /* words of unknown meaning */
	int half;            /* -1: none, 0: am, 1: pm */
	char separator;      /* seen last */
	char zone[DATE_WORD_MAX + 1]; /* name, or "" */
};

/* What may follow a number in Chinese, Japanese and Korean, and where the
 * number then goes. */
enum unit { NO_UNIT, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND };

static const struct {
	const char *text;
	enum unit unit;
} units[] = {{"年", YEAR}, {"년", YEAR}, {"月", MONTH}, {"월", MONTH},
    {"日", DAY}, {"号", DAY}, {"號", DAY}, {"일", DAY}, {"時", HOUR},
    {"时", HOUR}, {"點", HOUR}, {"点", HOUR}, {"시", HOUR}, {"分", MINUTE},
    {"분", MINUTE}, {"秒", SECOND}, {"초", SECOND}};

static void
skip(struct reader *r, size_t n)
{
	r->at += n;
	r->left -= n;
}

static bool
is_digit(const struct reader *r, size_t i)
{
	return i < r->left && r->at[i] >= '0' && r->at[i] <= '9';
}

static bool
begins(const struct reader *r, const char *text)
{
	size_t len = strlen(text);

	return r->left >= len && memcmp(r->at, text, len) == 0;
}

static int
take_number(struct reader *r, size_t *digits)
{
	int value = 0;
	size_t n = 0;

	for (; is_digit(r, n); n++)
		if (value < 1000000)
			value = value * 10 + (r->at[n] - '0');
	skip(r, n);
	*digits = n;
	return value;
}

static enum unit
take_unit(struct reader *r)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (begins(r, units[i].text)) {
			skip(r, strlen(units[i].text));
			return units[i].unit;
		}
	return NO_UNIT;
}

static void
place_unit(struct reader *r, enum unit unit, int value)
{
	struct date_parts *p = r->parts;

	switch (unit) {
	case YEAR:
		p->year = value;
		r->has_year = true;
		break;
	case MONTH:
		p->month = value;
		r->has_month = true;
		break;
	case DAY:
		p->day = value;
		r->has_day = true;
		break;
	case HOUR:
		p->hour = value;
		r->has_time = true;
		break;
	case MINUTE:
		p->minute = value;
		break;
	case SECOND:
		p->second = value;
		break;
	case NO_UNIT:
		break;
	}
}

static void
take_fraction(struct reader *r)
{
	int scale = 100000;

	if (r->left < 2 || (*r->at != '.' && *r->at != ',') || !is_digit(r, 1))
		return;
	skip(r, 1);
	for (; is_digit(r, 0); scale /= 10) {
		r->parts->microsecond += (*r->at - '0') * scale;
		skip(r, 1);
	}
}

/* After the hour: ":mm", ":mm:ss" and a fraction. */
static void
take_clock(struct reader *r, int hour, char colon)
{
	size_t digits;

	r->parts->hour = hour;
	r->has_time = true;
	skip(r, 1);
	while (r->left > 0 && *r->at == ' ')
		skip(r, 1);
	r->parts->minute = take_number(r, &digits);
	if (r->left > 1 && *r->at == colon && is_digit(r, 1)) {
		skip(r, 1);
		r->parts->second = take_number(r, &digits);
		take_fraction(r);
	}
}

/* Whether the number just read begins a time of day: 14:30, 14h30, and, after
 * the day, 14.30. */
static bool
is_clock(const struct reader *r, size_t digits)
{
	if (digits > 2 || r->left == 0 || r->has_time)
		return false;
	if (*r->at == ':')
		return is_digit(r, 1) || (r->left > 2 && r->at[1] == ' ');
	if (*r->at == 'h' || *r->at == 'H')
		return is_digit(r, 1);
	return *r->at == '.' && r->has_year && is_digit(r, 1) &&
	       (r->has_day || r->numbers_len > 0);
}

static void
skip_ordinal(struct reader *r)
{
	static const char *const endings[] = {
	    "st", "nd", "rd", "th", "er", "\xC2\xBA", "\xC2\xAA"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t n = strlen(endings[i]);

		if (begins(r, endings[i]) &&
		    (r->left == n || !isalpha((unsigned char)r->at[n]))) {
			skip(r, n);
			return;
		}
	}
}

static int
full_year(int year, size_t digits)
{
	if (digits > 2)
		return digits == 3 ? year + 1900 : year;
	return year + (year < 70 ? 2000 : 1900);
}

/* "+0300", "+03:00", "-5", "GMT+3": hours and minutes east of UTC. */
static bool
take_offset(struct reader *r)
{
	int sign = *r->at == '-' ? -1 : 1, hours, minutes = 0;
	size_t digits;

	skip(r, 1);
	hours = take_number(r, &digits);
	if (digits >= 3) {
		minutes = hours % 100;
		hours /= 100;
	} else if (r->left > 1 && *r->at == ':') {
		skip(r, 1);
		minutes = take_number(r, &digits);
	}
	if (hours > 23 || minutes > 59)
		return false;
	r->parts->has_zone = true;
	r->parts->zone_s = sign * (hours * 3600 + minutes * 60);
	r->zone[0] = '\0';
	return true;
}

static void
add_number(struct reader *r, int value, size_t digits)
{
	if (digits >= 3 || value > 31) {
		if (!r->has_year) {
			r->parts->year = full_year(value, digits);
			r->has_year = true;
			r->year_first = r->numbers_len == 0 && !r->has_month;
		}
		return;
	}
	if (r->numbers_len < NUMBERS_MAX)
		r->numbers[r->numbers_len++] =
		    (struct number){value, digits, r->separator};
}

/* "10pm", and a four-digit time when the year is known. */
static bool
take_bare_hour(struct reader *r, int value, size_t digits)
{
	char word[DATE_WORD_MAX + 1];
	size_t n = 0;

	while (n < r->left && isalpha((unsigned char)r->at[n]))
		n++;
	date_fold(r->at, n, word);
	if (digits <= 2 && !r->has_time && date_half_of(word) >= 0) {
		r->parts->hour = value;
		return r->has_time = true;
	}
	if (digits == 4 && r->has_year && r->has_month && !r->has_time &&
	    value < 2400 && value % 100 < 60) {
		r->parts->hour = value / 100;
		r->parts->minute = value % 100;
		return r->has_time = true;
	}
	return false;
}

static bool
read_number(struct reader *r)
{
	size_t digits;
	int value = take_number(r, &digits);
	enum unit unit;

	if (digits > 4)
		return false;
	if (is_clock(r, digits)) {
		take_clock(r, value, *r->at);
		return true;
	}
	unit = take_unit(r);
	if (unit != NO_UNIT)
		place_unit(r, unit, value);
	else if (!take_bare_hour(r, value, digits)) {
		skip_ordinal(r);
		add_number(r, value, digits);
	}
	return true;
}

static size_t
word_len(const struct reader *r)
{
	size_t n = 0;

	while (
	    n < r->left &&
	    (isalpha((unsigned char)r->at[n]) || (r->at[n] & 0x80) != 0 ||
		(n > 0 && strchr("/_", r->at[n]) != NULL && n + 1 < r->left &&
		    isalpha((unsigned char)r->at[n + 1]))))
		n++;
	return n;
}

/* A word after the time names the zone; before any number it is a weekday or
 * the like; else it must be known. */
static bool
place_word(struct reader *r, const char *word)
{
	int offset;

	if (date_half_of(word) >= 0) {
		r->half = date_half_of(word);
		return true;
	}
	if (r->has_time && date_zone_of(word, 0, &offset)) {
		if (!r->parts->has_zone)
			memcpy(r->zone, word, strlen(word) + 1);
		r->zone_word = true;
		return true;
	}
	return date_is_filler(word) || r->has_time ||
	       (r->numbers_len == 0 && !r->has_year) ||
	       r->strange++ < STRANGE_WORDS_MAX;
}

/* "a.m.", "p.m." */
static bool
is_dotted_half(const struct reader *r)
{
	return r->left >= 3 && r->has_time && strchr("aApP", *r->at) != NULL &&
	       r->at[1] == '.' && tolower((unsigned char)r->at[2]) == 'm';
}

static bool
read_word(struct reader *r)
{
	char word[DATE_WORD_MAX + 1];
	size_t n = word_len(r);
	int month;

	if (n == 1 && is_dotted_half(r)) {
		r->half = tolower((unsigned char)*r->at) == 'p';
		skip(r, 3);
		return true;
	}
	date_fold(r->at, n, word);
	month = date_month_of(word);
	skip(r, n);
	if (month != 0 && (!r->has_month || r->may_be_weekday)) {
		r->may_be_weekday = !r->has_month && r->numbers_len == 0 &&
				    strcmp(word, "mar") == 0;
		r->parts->month = month;
		r->has_month = true;
		return true;
	}
	return place_word(r, word);
}

/* A sign with digits after the time, or after a zone's name, is an offset. */
static bool
is_offset(const struct reader *r)
{
	return (*r->at == '+' || *r->at == '-') && is_digit(r, 1) &&
	       r->has_time && !r->parts->has_zone &&
	       (r->has_year || r->has_month || r->numbers_len > 1 ||
		   r->zone_word);
}

static void
skip_parenthesis(struct reader *r)
{
	while (r->left > 0 && *r->at != ')')
		skip(r, 1);
}

static bool
read_token(struct reader *r)
{
	unsigned char c = (unsigned char)*r->at;

	if (is_digit(r, 0))
		return read_number(r);
	if (isalpha(c) || c >= 0x80)
		return read_word(r);
	if (is_offset(r))
		return take_offset(r);
	if (c == '(') {
		skip_parenthesis(r);
		return true;
	}
	if (strchr("-/.", c) != NULL || isspace(c))
		r->separator = isspace(c) ? ' ' : (char)c;
	else if (strchr(",;:|)+@'\"", c) == NULL)
		return false;
	skip(r, 1);
	return true;
}

static void
set_day_month(struct reader *r, int day, int month)
{
	if (!r->has_month)
		r->parts->month = month;
	r->parts->day = day;
	r->has_month = r->has_day = true;
}

/* Numbers without a month's name: year first is year-month-day; with slashes
 * month-day unless that cannot be; else day-month. */
static void
place_pair(struct reader *r)
{
	const struct number *n = r->numbers;

	if (r->year_first)
		set_day_month(r, n[1].value, n[0].value);
	else if (n[1].before == '/' && n[0].value <= 12)
		set_day_month(r, n[1].value, n[0].value);
	else if (n[1].value > 12)
		set_day_month(r, n[1].value, n[0].value);
	else
		set_day_month(r, n[0].value, n[1].value);
}

/* Puts the plain numbers where they belong. */
static bool
place_numbers(struct reader *r)
{
	const struct number *n = r->numbers;
	size_t len = r->numbers_len;

	if (r->has_month && len > 0 && !r->has_day) {
		set_day_month(r, n[0].value, 0);
		if (len > 1 && !r->has_year) {
			r->parts->year = full_year(n[1].value, n[1].digits);
			r->has_year = true;
		}
	} else if (!r->has_month && len >= 2) {
		place_pair(r);
		if (len > 2 && !r->has_year) {
			r->parts->year = full_year(n[2].value, n[2].digits);
			r->has_year = true;
		}
	}
	if (r->has_month && r->has_year && !r->has_day) {
		r->parts->day = 1;
		r->has_day = true;
	}
	return r->has_month && r->has_day;
}

/* The year in which the day last came, seen from now. */
static bool
guess_year(struct reader *r, const struct date_options *options)
{
	struct date_parts *p = r->parts;
	int64_t days;

	if (options == NULL || options->now_at == 0)
		return false;
	days = options->now_at / 1000000 / 86400 + 1;
	p->year = 1970 + days / 365;
	while (date_days(p->year, p->month, p->day) > days)
		p->year--;
	return true;
}

static bool
apply_half(struct reader *r)
{
	struct date_parts *p = r->parts;

	if (r->half < 0)
		return true;
	if (p->hour > 12)
		return r->half == 1 || p->hour <= 24;
	if (p->hour == 12)
		p->hour = r->half == 1 ? 12 : 0;
	else if (r->half == 1)
		p->hour += 12;
	return true;
}

bool
date_read_words(const char *text, size_t len,
    const struct date_options *options, struct date_parts *p)
{
	struct reader r = {.at = text, .left = len, .parts = p, .half = -1};
	int64_t local_s;

	while (r.left > 0)
		if (!read_token(&r))
			return false;
	if (!place_numbers(&r) || (!r.has_year && !guess_year(&r, options)) ||
	    !apply_half(&r))
		return false;
	if (r.zone[0] != '\0' && p->month >= 1 && p->month <= 12) {
		local_s = date_days(p->year, p->month, p->day) * 86400 +
			  p->hour * 3600;
		p->has_zone = date_zone_of(r.zone, local_s, &p->zone_s);
	}
	return true;
}
