/*
 * Keys by which two items are known for copies of one another: the address less
 * what varies between its spellings, the headline less publisher and bulletin
 * marks, and the headline with any one word left out. A number is never left
 * out, so "kills 12" and "kills 15" stay apart.
 */
#ifndef STORY_KEYS_H
#define STORY_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define KEYS_TITLE_WORDS_MIN 3 /* shorter headlines are no key */
#define KEYS_SHORT_WORDS_MIN 6 /* for keys with a word left out */
#define KEYS_SHORT_MAX 64      /* of them; later words always stay */
#define KEYS_TEXT_WORDS 12     /* that a text must have, and begins with */

#define KEYS_PATH_BITS 40 /* of an address's key; those above: its host */

/* Hashes that never change, fit to be stored; 0 stands for no key. */
struct keys {
	uint64_t url; /* keys of one host lie side by side */
	uint64_t title;
	/* The headline's first and last three words: one of these two is equal
	 * where a word differs, so that a table of them finds copies. */
	uint64_t head;
	uint64_t tail;
	uint64_t shortened[KEYS_SHORT_MAX];
	size_t shortened_len;
};

/* url and title (UTF-8) may be NULL. */
void keys_make(const char *url, const char *title, struct keys *);
/* The same but for the keys with a word left out, which take the most time and
 * are not stored. */
void keys_make_stored(const char *url, const char *title, struct keys *);

/* The lowest key of addresses at the host of a canonical address, as
 * keys_put_url() writes it; the highest has all KEYS_PATH_BITS set. */
uint64_t keys_of_host(const char *canonical);

/* Of the first words of a text: what starts with the same ones is one text,
 * whatever its headline. 0: too short, or NULL. */
uint64_t keys_text(const char *text);

/* Whether the items are copies: same address, same headline, or headlines that
 * differ in one word added, left out or replaced. */
bool keys_match(const struct keys *, const struct keys *);

/* Appends the address without scheme, www and its kin, default port, trackers,
 * fragment, /amp and closing slash. Appends nothing for an address without path
 * and query, which many items share. */
void keys_put_url(struct buf *, const char *url);

/* The part of a headline that says what happened: bytes from the returned
 * pointer, *len of them. Bulletin marks before it (BREAKING:, UPDATE 2-) and a
 * publisher or "(video)" behind it are left out. */
const char *keys_headline(const char *title, size_t *len);

#endif
