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
