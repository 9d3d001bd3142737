/*
 * What a document is that is no feed.
 */
#ifndef PARSE_STRANGER_H
#define PARSE_STRANGER_H

#include <stdbool.h>

struct buf;
struct document;

/* Whether pages of this title stand in the way of programs. */
bool stranger_is_wall(const char *title);
/* Appends what it is, for people. start: its first characters, without blanks
 * before them. */
void stranger_describe(
    struct buf *, const struct document *, const struct buf *start);

#endif
