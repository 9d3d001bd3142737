/*
 * Ages and dates for people.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/table.h"
#include "cli/when.h"
#include "parse/date.h"

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Epoch seconds; false when there is no date. */
static bool
read_date(const char *date, double *seconds)
{
	struct date_options options = {0};
	int64_t at;

	if (date == NULL || !date_parse(date, strlen(date), &options, &at))
		return false;
	*seconds = (double)at / 1e6;
	return true;
}

void
when_ago(const char *date, char out[16])
{
	double seconds;

	if (read_date(date, &seconds))
		span_text(seconds_now() - seconds, out);
	else
		strcpy(out, "-");
}

void
when_in(const char *date, char out[16])
{
	double seconds;

	if (!read_date(date, &seconds))
		strcpy(out, "-");
	else if (seconds <= seconds_now())
		strcpy(out, "now");
	else
		span_text(seconds - seconds_now(), out);
}

/* Fills in what the text tells, to its end, by one of the forms. */
static bool
read_form(const char *text, struct tm *tm)
{
	static const char *const forms[] = {"%H:%M", "%H:%M:%S", "%Y-%m-%d",
	    "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
	    "%Y-%m-%dT%H:%M:%S"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm try = *tm;
		const char *end = strptime(text, forms[i], &try);

		if (end == NULL || *end != '\0')
			continue;
		*tm = try;
		return true;
	}
	return false;
}

const char *
when_asked(const char *text, char out[32])
{
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return text;
	if (strcmp(text, "now") != 0) {
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		tm.tm_isdst = -1;
	}
	if (strcmp(text, "yesterday") == 0)
		tm.tm_mday--;
	else if (strcmp(text, "today") != 0 && strcmp(text, "now") != 0 &&
		 !read_form(text, &tm))
		return text;
	now = mktime(&tm);
	if (gmtime_r(&now, &tm) == NULL)
		return text;
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

void
when_local(const char *date, char out[32])
{
	double seconds;
	time_t whole;
	struct tm tm;

	strcpy(out, "-");
	if (!read_date(date, &seconds))
		return;
	whole = (time_t)seconds;
	if (localtime_r(&whole, &tm) != NULL)
		strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm);
}
