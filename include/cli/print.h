/*
 * Strangers' text on a terminal, and what several commands print alike.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

struct json_t;

/* On stdout, cleaned; NULL prints nothing. */
void print_clean(const char *text);
/* The same, bold where colours may be. */
void print_bold(const char *text);
/* Edits of an item, a line and its differing words each, every line behind the
 * indent. */
void print_revisions(struct json_t *revisions, const char *indent);

#endif
