/*
 * The way of a word: a bit of a filter by its first six letters, a probe for
 * each ending that it has, then the trie of names along the words behind it.
 */
#include <string.h>

#include "match/endings.h"
#include "match/fold_data.h"
#include "match/reader.h"
#include "match/scan.h"

#define INITIALS_MAX 2

void
scan_add_hit(struct scan *s, unsigned list, const struct scan_hit *hit)
{
	buf_add(&s->hits[list], hit, sizeof(*hit));
}

static bool
takes_ending(const struct scan *s, uint32_t class, uint32_t ending)
{
	const struct set_view *view = s->view;
	size_t at = (size_t) class * view->header->endings + ending;

	return view->masks[view->classes[at]] & s->languages;
}

static void
add_token(struct scan_word *w, uint32_t token, bool base)
{
	for (unsigned i = 0; i < w->tokens_len; i++)
		if (w->tokens[i] == token)
			return;
	if (w->tokens_len == SCAN_TOKENS_MAX)
		return;
	w->base |= (uint32_t)base << w->tokens_len;
	w->tokens[w->tokens_len++] = token;
}

/* Adds the tokens that have a form of this stem and ending. */
static void
probe(const struct scan *s, struct scan_word *w, uint64_t hash, unsigned len,
    uint32_t ending)
{
	const struct set_view *view = s->view;
	uint64_t i = hash >> view->header->stem_shift;
	const struct set_stem *stem;

	for (; (stem = &view->stems[i])->len != 0;
	     i = (i + 1) & view->stem_places)
		if (stem->check == (uint32_t)hash && stem->len == len &&
		    memcmp(view->letters + stem->letters, w->word.letter,
			len * sizeof(*view->letters)) == 0 &&
		    takes_ending(s, stem->class, ending))
			add_token(w, stem->token,
			    stem->whole && ending == ENDINGS_NONE);
}

/* The place in the trie of endings one letter further; NULL: no such one. */
static const struct set_letter *
step_ending(const struct set_view *view, unsigned node, uint16_t letter)
{
	uint32_t i = set_letter_place(node, letter);

	for (;; i++) {
		const struct set_letter *place =
		    &view->ending_letters[i & view->letter_places];

		if (place->next == 0)
			return NULL;
		if (place->node == node && place->letter == letter)
			return place;
	}
}

/* Finds the tokens of which the word is a form: one probe for each ending.
 * first: only those matter that names begin with, else only others. */
static void
look_up(const struct scan *s, struct scan_word *w, bool first)
{
	const struct set_view *view = s->view;
	const uint64_t *filter = view->stem_filter[first];
	unsigned shift = view->header->stem_filter_shift;
	uint64_t hash[FOLD_WORD_MAX + 1];
	unsigned len = w->word.len, node = 0;

	w->looked_up = true;
	w->tokens_len = 0;
	w->base = 0;
	if (len > FOLD_WORD_MAX)
		return;
	hash[0] = SET_SEED;
	for (unsigned i = 0; i < len; i++)
		hash[i + 1] = set_hash(hash[i], w->word.letter[i]);
	if (set_filter_has(filter, shift, hash[len]))
		probe(s, w, hash[len], len, ENDINGS_NONE);
	for (unsigned i = len; i-- > 1;) {
		const struct set_letter *place =
		    step_ending(view, node, w->word.letter[i]);

		if (place == NULL)
			return;
		if (place->ending != 0 &&
		    (view->ending_masks[place->ending] & s->languages) &&
		    set_filter_has(filter, shift, hash[i]))
			probe(s, w, hash[i], i, place->ending);
		node = place->next;
	}
}

/* An ending set off by an apostrophe or hyphen: Jean-Claude'a Junckera. */
static bool
is_loose_ending(const struct fold_word *before, const struct fold_word *word)
{
	static const char endings[] =
	    "a u em om owi ovi iem ie y i e ego emu ym go mu m im ja ju jem "
	    "je ev jev ov va vo s а у ом ем е ы и ов ам ами ах ові і ві та то "
	    "те ът я ят и";
	struct fold_shape shape;
	uint32_t code = 0;
	unsigned n = fold_decode(before->end, word->start, &code);

	if (n == 0 || before->end + n != word->start)
		return false;
	if (code != '\'' && code != '`' && code != '-' && code != 0x2019 &&
	    code != 0x2bc && code != 0x2010 && code != 0x2011)
		return false;
	fold_shape(word->start, word->end, &shape);
	return shape.lower && fold_is_listed(word, endings);
}

/* The word number k from the candidate on; NULL when there is none or no name
 * may reach over to it. */
static struct scan_word *
word_ahead(struct scan *s, unsigned k)
{
	struct scan_word *w = &s->ahead[k];
	const struct fold_word *before;
	const char *p;
	bool blank;

	if (k < s->ahead_len)
		return w;
	if (k >= SCAN_AHEAD_MAX)
		return NULL;
	before = &s->ahead[k - 1].word;
	p = before->end;
	if (!fold_next(&p, s->end, &w->word))
		return NULL;
	blank = *before->end == ' ' && w->word.start - before->end == 1;
	if (!blank && !fold_is_glue(before, w->word.start))
		return NULL;
	w->loose_ending = !blank && is_loose_ending(before, &w->word);
	w->looked_up = false;
	s->ahead_len = k + 1;
	return w;
}

static bool
ends_with(const struct fold_word *word, const uint16_t *ending, unsigned len)
{
	return word->len > len && memcmp(word->letter + word->len - len, ending,
				      len * sizeof(*ending)) == 0;
}

/* Strips one of these letters from the end, if there is one. */
static void
strip_letter(struct fold_word *word, const uint16_t *letters, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		if (word->len > 1 &&
		    word->letter[word->len - 1] == letters[i]) {
			word->len--;
			return;
		}
}

/* Сергеевич, Ивановна in any case: -ич or -овна, -евна, -ична, -івна, -ївна
 * with endings. */
static bool
is_patronymic(const struct fold_word *given)
{
	static const uint16_t ich[] = {0x438, 0x447}, vn[] = {0x432, 0x43d},
			      chn[] = {0x447, 0x43d},
			      male[] = {0x430, 0x443, 0x435, 0x456},
			      female[] = {0x430, 0x44b, 0x435, 0x443, 0x438,
				  0x456},
			      oy[] = {0x43e, 0x439}, oyu[] = {0x43e, 0x44e},
			      om[] = {0x43e, 0x43c}, em[] = {0x435, 0x43c},
			      evi[] = {0x435, 0x432, 0x456};
	struct fold_word word = *given;
	uint16_t before;

	if (word.len < 5 || word.len > FOLD_WORD_MAX)
		return false;
	if (ends_with(&word, ich, 2))
		return true;
	if (ends_with(&word, oy, 2) || ends_with(&word, oyu, 2) ||
	    ends_with(&word, om, 2) || ends_with(&word, em, 2))
		word.len -= 2;
	else if (ends_with(&word, evi, 3))
		word.len -= 3;
	else
		strip_letter(&word, female, 6);
	if (ends_with(&word, ich, 2))
		return true;
	word = *given;
	strip_letter(&word, male, 4);
	if (ends_with(&word, ich, 2))
		return true;
	word = *given;
	if (ends_with(&word, oy, 2) || ends_with(&word, oyu, 2))
		word.len -= 2;
	else
		strip_letter(&word, female, 6);
	if (word.len == given->len || word.len < 4)
		return false;
	before = word.letter[word.len - 3];
	if (ends_with(&word, vn, 2))
		return before == 0x43e || before == 0x435 || before == 0x456 ||
		       before == 0x457;
	return ends_with(&word, chn, 2) && before == 0x438;
}

/* A place on the way through the trie of names. */
struct step {
	uint32_t node;
	unsigned next;  /* the word to look at */
	unsigned depth; /* tokens matched */
	unsigned initials;
	bool base; /* by words that are these tokens */
};

static void walk(struct scan *, struct step);

static void
end_name(struct scan *s, const struct set_name *name, const struct step *at)
{
	const struct fold_word *first = &s->ahead[0].word;
	unsigned last = s->path[at->depth - 1];
	struct scan_hit hit = {
	    .offset = (uint32_t)(first->start - s->text),
	    .len = (uint32_t)(s->ahead[last].word.end - first->start),
	    .entity = name->entity,
	    .number = name->number,
	    .first_word = s->first_word,
	    .last_word = s->first_word + last,
	    .rule = accept_refuse(s, name),
	    .conditional = name->conditional,
	};

	if (hit.rule == NULL) {
		hit.rule = at->initials > 0 ? "initials between"
			   : !at->base      ? "inflected form"
			   : name->acronyms && name->tokens_len == 1
			       ? "acronym"
			       : "base form";
		scan_add_hit(s, name->kind, &hit);
	} else if (s->explain && name->kind == SET_NAME) {
		scan_add_hit(s, SCAN_MISSES, &hit);
	}
}

/* Whether the node was reached before from this candidate at this word: a
 * text that repeats a name and its endings leads there in many ways. */
static bool
was_here(struct scan *s, const struct step *at)
{
	uint64_t visit = (uint64_t)at->node << 32 | (uint64_t)at->next << 1 |
			 (at->initials > 0);

	for (unsigned i = 0; i < s->visits_len; i++)
		if (s->visits[i] == visit)
			return true;
	if (s->visits_len == SCAN_VISITS_MAX)
		return true;
	s->visits[s->visits_len++] = visit;
	return false;
}

/* Arrives at a node: its names end here; perhaps others go on. */
static void
arrive(struct scan *s, struct step at)
{
	const struct set_node *node = &s->view->nodes[at.node];

	if (was_here(s, &at))
		return;
	for (uint32_t i = 0; i < node->names_len; i++) {
		const struct set_name *name = &s->view->names[node->names + i];

		if (at.initials == 0 || name->person)
			end_name(s, name, &at);
	}
	if (node->inner && at.initials == 0)
		walk(s, at);
}

static uint32_t
find_node(const struct set_view *view, uint32_t before, uint32_t token)
{
	uint32_t i = set_node_place(before, token);

	for (;; i++) {
		const struct set_node *node =
		    &view->nodes[i & view->node_places];

		if (node->token == SET_NONE)
			return SET_NONE;
		if (node->before == before && node->token == token)
			return i & view->node_places;
	}
}

/* Goes on from a node with the next word: to those of its tokens, or over it
 * when it is an ending, an initial, a patronymic. */
static void
walk(struct scan *s, struct step at)
{
	struct scan_word *w;
	struct step step = at;
	bool matched = false;

	if (at.depth == SET_NAME_TOKENS_MAX)
		return;
	w = word_ahead(s, at.next);
	if (w == NULL)
		return;
	if (!w->looked_up)
		look_up(s, w, false);
	for (unsigned i = 0; i < w->tokens_len; i++) {
		step.node = find_node(s->view, at.node, w->tokens[i]);
		if (step.node == SET_NONE)
			continue;
		s->path[at.depth] = (uint8_t)at.next;
		step.depth = at.depth + 1;
		step.next = at.next + 1;
		step.base = at.base && (w->base >> i & 1);
		matched = true;
		arrive(s, step);
	}
	step = at;
	step.next++;
	if (at.next == s->path[at.depth - 1] + 1u && w->loose_ending) {
		walk(s, step);
	} else if (at.initials < INITIALS_MAX && w->word.capital &&
		   s->view->nodes[at.node].person && !matched &&
		   (w->word.len == 1 || is_patronymic(&w->word))) {
		step.initials++;
		walk(s, step);
	}
}

static void
try_candidate(struct scan *s, const char *p, uint32_t number)
{
	struct scan_word *w = &s->ahead[0];

	s->first_word = number;
	s->ahead_len = 1;
	s->visits_len = 0;
	s->path[0] = 0;
	fold_next(&p, s->end, &w->word);
	look_up(s, w, true);
	for (unsigned i = 0; i < w->tokens_len; i++) {
		struct step step = {
		    .node = find_node(s->view, SET_NONE, w->tokens[i]),
		    .next = 1,
		    .depth = 1,
		    .base = w->base >> i & 1,
		};

		if (step.node != SET_NONE)
			arrive(s, step);
	}
}

/* Lists which of the words a name may begin with. No branch: most words are
 * none, and the filter's memory may be far. */
static unsigned
find_candidates(struct scan *s, const struct reader_word *words, unsigned count,
    uint8_t *found)
{
	const uint64_t *any = s->view->filter[0], *small = s->view->filter[1];
	unsigned shift = s->view->header->filter_shift, len = 0;
	uint32_t capitals = 0;

	if (s->explain || s->any_case)
		small = any;
	for (unsigned i = 0; i < count; i++) {
		found[len] = (uint8_t)i;
		len += set_filter_has(words[i].capital ? any : small, shift,
		    set_head_hash(words[i].head));
		capitals += words[i].capital;
	}
	s->capitals += capitals;
	return len;
}

void
scan_words(struct scan *s)
{
	struct reader_word words[READER_WORDS];
	uint8_t found[READER_WORDS];
	struct reader reader;
	unsigned count;

	s->words = s->capitals = 0;
	reader_init(&reader, s->text, s->end);
	for (; (count = reader_next(&reader, words)) > 0; s->words += count) {
		unsigned len = find_candidates(s, words, count, found);

		for (unsigned i = 0; i < len; i++)
			try_candidate(
			    s, words[found[i]].start, s->words + found[i]);
	}
}
