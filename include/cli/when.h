/*
 * Dates of the API as people read them: how long ago, how soon; and as they
 * write them.
 */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

/* date: RFC 3339 with Z, or NULL: "-". Both write at most 15 bytes. */
void when_ago(const char *date, char out[16]);
void when_in(const char *date, char out[16]);
/* "2024-03-22 19:00:05" in the machine's zone; "-" for NULL. */
void when_local(const char *date, char out[32]);
/* The moment that a text tells in the machine's zone, as the API takes it:
 * "09:00" of today, "2024-03-22" (its midnight), "2024-03-22 19:00", either
 * with seconds, too, "today", "yesterday", "now". The text itself when it is
 * none of these: an age, a date with its zone, or a mistake. */
const char *when_asked(const char *text, char out[32]);

#endif
