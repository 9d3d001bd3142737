/*
 * An alert as one line for people: in syslog, and on a terminal.
 */
#ifndef FRAME_ALERT_LINE_H
#define FRAME_ALERT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALERT_LINE_MAX 4096 /* bytes; longer texts are cut inside the line */

struct buf;

struct alert_line_options {
	bool color;     /* the terminal's, mentions in the headline bold */
	bool time;      /* begin with the local time of the alert */
	int64_t now_at; /* epoch us, for the age and to leave out today's date;
			 * 0: the time of the alert */
	/* NULL, or the id of the item that the line before was about, which
	 * becomes this one's. What a story tells of the same item is then a
	 * short line of its own. */
	int64_t *last_item;
};

/*
 * Appends, without a line end:
 *
 *	12:04:31 urgent TASS: headline [Emmanuel Macron, ...] 35 s URL
 *	2026-11-21 12:04:31 urgent TASS: headline [...] 24 h URL
 *	12:04:31 urgent story.grown RT: headline [...] 35 s URL (third ...)
 *	         story 17: third outlet: RT (+6 min) after TASS, ...
 *
 * the last where the line before was about the same item.
 * json: one alert as DESIGN section 6 has it, len bytes; parts that it lacks
 * are left out. All text is cleaned. Returns the alert's level (enum level of
 * frame/config.h), or -1 when it is not a JSON object: nothing is added.
 */
int alert_line_add(struct buf *, const char *json, size_t len,
    const struct alert_line_options *);

#endif
