/*
 * The one place where strangers' text is made fit for our fields, log lines
 * and terminals.
 */
#ifndef TEXT_CLEAN_H
#define TEXT_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

enum clean_form {
	CLEAN_TEXT, /* line breaks (as \n) and tabs stay */
	CLEAN_LINE, /* one line: all white space becomes single blanks, none
		       at the ends */
};

/* Appends the text without what could deceive a reader or a terminal: C0 and
 * C1 controls, DEL, bidi controls, zero-width and other invisible characters
 * (the joiners stay between letters of scripts that need them),
 * non-characters; U+2028 and U+2029 become line breaks; invalid UTF-8 becomes
 * U+FFFD. The result is valid UTF-8. Linear, cleaning twice changes nothing. */
void clean_add(struct buf *, const char *bytes, size_t len, enum clean_form);
/* The same as a new string, which the caller frees; NULL stays NULL. */
char *clean_str(const char *string, enum clean_form);
/* Whether the text is of plain characters, as most are, so that cleaning would
 * leave it as it is; of others only cleaning tells. */
bool clean_is_plain(const char *text, enum clean_form);

#endif
