/*
 * Dates as feeds write them, in any of their forms and languages.
 */
#ifndef PARSE_DATE_H
#define PARSE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_TEXT_MAX 256  /* bytes; a longer text is no date */
#define DATE_FORMAT_LEN 32 /* room for what date_format writes */

struct date_options {
	int zone_s;     /* offset from UTC of dates that name no zone */
	int64_t now_at; /* epoch us, for dates without a year; 0: none */
};

/* Reads RFC 822, 850, 1123, 2822 and 3339, ISO 8601, asctime, epoch seconds
 * and milliseconds, and the forms of the languages that outlets write in.
 * False, and at untouched, when the text is no date. at: epoch us. Never looks
 * at the machine's zone. */
bool date_parse(
    const char *text, size_t len, const struct date_options *, int64_t *at);
/* Writes RFC 3339 in UTC with `Z`, with a fraction only where there is one. */
void date_format(int64_t at, char out[DATE_FORMAT_LEN]);

#endif
