/*
 * The matcher as others see it: a set over a block, and scans of texts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "match/compile.h"
#include "match/languages.h"
#include "match/match.h"
#include "match/nospace.h"
#include "match/regex.h"
#include "match/scan.h"

#define SMALL_WORDS_MIN 20 /* words of a text that is told to be small */
#define SMALL_PERCENT 2    /* of them with a capital at most */

struct match_set {
	struct set_view view;
	struct regexes *regexes;
	void *owned; /* the block, when it is ours */
};

struct match_set *
match_set_open(const void *bytes, size_t len)
{
	struct match_set *set = xcalloc(1, sizeof(*set));

	if (!set_view_init(&set->view, bytes, len)) {
		free(set);
		return NULL;
	}
	set->regexes = regexes_new(&set->view);
	return set;
}

struct match_set *
match_set_new(const struct match_entity *entities, size_t len)
{
	size_t size;
	void *block = compile_entities(entities, len, &size);
	struct match_set *set = match_set_open(block, size);

	if (set == NULL)
		abort();
	set->owned = block;
	return set;
}

const void *
match_set_bytes(const struct match_set *set, size_t *len)
{
	*len = set->view.header->size;
	return set->view.header;
}

void
match_set_free(struct match_set *set)
{
	if (set == NULL)
		return;
	regexes_free(set->regexes);
	free(set->owned);
	free(set);
}

const char *
match_set_entity_id(const struct match_set *set, uint32_t entity)
{
	return set->view.strings + set->view.entities[entity].id;
}

static void
add_found(
    struct scan *s, uint32_t name, size_t offset, size_t len, const char *rule)
{
	const struct set_name *found = &s->view->names[name];
	struct scan_hit hit = {(uint32_t)offset, (uint32_t)len, found->entity,
	    found->number, SCAN_NO_WORD, SCAN_NO_WORD, rule,
	    found->conditional};

	scan_add_hit(s, found->kind, &hit);
}

static void
on_plain(void *arg, uint32_t name, size_t offset, size_t len)
{
	add_found(arg, name, offset, len, "substring");
}

static void
on_regex(void *arg, uint32_t name, size_t offset, size_t len)
{
	add_found(arg, name, offset, len, "regex");
}

static void
forget_hits(struct scan *s)
{
	for (size_t i = 0; i < sizeof(s->hits) / sizeof(*s->hits); i++)
		buf_reset(&s->hits[i]);
}

static void
find(const struct match_set *set, struct scan *s)
{
	size_t len = (size_t)(s->end - s->text);

	scan_words(s);
	/* A text without capitals: once more, asking for none. */
	if (s->words >= SMALL_WORDS_MIN &&
	    s->capitals * 100 < s->words * SMALL_PERCENT) {
		forget_hits(s);
		s->any_case = true;
		scan_words(s);
	}
	nospace_scan(s->view, s->text, len, on_plain, s);
	regexes_scan(set->regexes, s->text, len, on_regex, s);
	settle_hits(s);
}

/* Tells mentions and misses, merged by offset. */
static void
tell(struct scan *s, match_on_mention on_mention, void *arg)
{
	const struct scan_hit *hit[2] = {(const void *)s->hits[SET_NAME].data,
	    (const void *)s->hits[SCAN_MISSES].data};
	size_t left[2] = {s->hits[SET_NAME].len / sizeof(**hit),
	    s->hits[SCAN_MISSES].len / sizeof(**hit)};

	while (left[0] + left[1] > 0) {
		int k = left[0] == 0 ||
			(left[1] > 0 && hit[1]->offset < hit[0]->offset);
		struct match_mention mention = {hit[k]->entity, hit[k]->number,
		    hit[k]->offset, hit[k]->len, hit[k]->rule, k == 1};

		on_mention(arg, &mention);
		hit[k]++;
		left[k]--;
	}
}

static void
scan(const struct match_set *set, struct scan *s, const char *text, size_t len,
    const char *language)
{
	s->view = &set->view;
	s->text = text;
	s->end = text + (len < MATCH_TEXT_MAX ? len : MATCH_TEXT_MAX);
	s->languages = languages_of_text(language);
	s->any_case = false;
	s->line = NULL;
	for (size_t i = 0; i < sizeof(s->hits) / sizeof(*s->hits); i++)
		buf_init(&s->hits[i]);
	find(set, s);
}

static void
scan_clear(struct scan *s)
{
	for (size_t i = 0; i < sizeof(s->hits) / sizeof(*s->hits); i++)
		buf_clear(&s->hits[i]);
}

void
match_scan(const struct match_set *set, const char *text, size_t len,
    const char *language, match_on_mention on_mention, void *arg)
{
	struct scan s;

	s.explain = false;
	scan(set, &s, text, len, language);
	tell(&s, on_mention, arg);
	scan_clear(&s);
}

void
match_explain(const struct match_set *set, const char *text, size_t len,
    const char *language, match_on_mention on_mention, void *arg)
{
	struct scan s;

	s.explain = true;
	scan(set, &s, text, len, language);
	tell(&s, on_mention, arg);
	scan_clear(&s);
}
