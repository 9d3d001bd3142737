/*
 * Whether two texts are versions of one item: by their words, however these
 * are marked up, written large or spaced.
 */
#ifndef STORY_VARIANT_H
#define STORY_VARIANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VARIANT_WORDS_MAX 3000 /* of a text that are looked at */
#define VARIANT_LONG 20        /* words that no two articles share by chance */

/* The words of an item as hashes. */
struct variant_text {
	uint64_t *words;  /* of the headline, then of the body */
	uint64_t *sorted; /* the same by value, flags in the lowest bits */
	uint64_t *stems;  /* of longer words and numbers, by value, each once */
	size_t title_len; /* words of the headline */
	size_t len;       /* words in all */
	size_t stems_len;
};

struct variant {
	bool same;    /* word by word, bulletin marks and publisher aside */
	bool light;   /* at most a tenth of the words differs, among these no
			 names and numbers; or one word of the headline that
			 is no number */
	bool related; /* a third of the longer words is common */
	bool title;   /* differs; as the next ones */
	bool body;
	bool figures;
};

/* Arguments may be NULL. */
void variant_text_init(struct variant_text *, const char *title,
    const char *summary, const char *content);
void variant_text_clear(struct variant_text *);
struct variant variant_compare(
    const struct variant_text *, const struct variant_text *);

#endif
