/*
 * The rules about capitals and acronyms: Macron is a name, macron a sign; WHO
 * is an organisation, who a word.
 */
#include <string.h>

#include "match/fold_data.h"
#include "match/match.h"
#include "match/scan.h"

#define LONG_NAME 12     /* folded letters; such a name may be written small */
#define ACRONYM_STRICT 3 /* characters; longer ones need one capital (Nato) */
#define LINE_WORD_MIN 4  /* characters of the words that tell of a line */
#define LINE_PERCENT 80  /* of them in capitals: a line in capitals */

static const struct set_name_token *
token_of(const struct scan *s, const struct set_name *name, unsigned i)
{
	return &s->view->name_tokens[name->tokens + i];
}

static const struct fold_word *
word_of(const struct scan *s, unsigned i)
{
	return &s->ahead[s->path[i]].word;
}

/* A name of one word needs its capital, a longer one any of its capitals, a
 * long one none. */
static bool
has_capitals(const struct scan *s, const struct set_name *name)
{
	uint32_t asked = name->capitals;

	if (asked == 0 || (name->tokens_len > 1 && name->letters >= LONG_NAME))
		return true;
	for (; asked != 0; asked &= asked - 1)
		if (word_of(s, (unsigned)__builtin_ctz(asked))->capital)
			return true;
	return false;
}

/* Finds the end of the first `chars` characters of a word. */
static const char *
after_chars(const struct fold_word *word, unsigned chars)
{
	const char *p = word->start;
	uint32_t code = 0;

	while (chars-- > 0 && p < word->end)
		p += fold_decode(p, word->end, &code);
	return p;
}

/* An acronym's letters are capitals and what follows them is small; one of
 * four or five letters may be written like a name. */
static bool
is_acronym(const struct fold_word *word, unsigned chars)
{
	struct fold_shape shape;
	const char *end = after_chars(word, chars);

	fold_shape(word->start,
	    chars > ACRONYM_STRICT ? after_chars(word, 1) : end, &shape);
	if (!shape.upper)
		return false;
	if (chars > ACRONYM_STRICT || end == word->end)
		return true;
	fold_shape(end, word->end, &shape);
	return shape.lower;
}

static bool
line_is_capitals(const char *line, const char *end)
{
	unsigned words = 0, capitals = 0;
	struct fold_shape shape;
	struct fold_word word;

	while (fold_next(&line, end, &word)) {
		fold_shape(word.start, word.end, &shape);
		if (shape.chars < LINE_WORD_MIN)
			continue;
		words++;
		capitals += shape.upper;
	}
	return words >= 2 && capitals * 100 > words * LINE_PERCENT;
}

/* Whether the line that the candidate stands in is written in capitals. */
static bool
in_capitals(struct scan *s)
{
	const char *at = s->ahead[0].word.start, *line;

	if (s->line != NULL && at >= s->line && at < s->line_end)
		return s->line_capitals;
	line = memrchr(s->text, '\n', (size_t)(at - s->text));
	s->line = line != NULL ? line + 1 : s->text;
	s->line_end = memchr(at, '\n', (size_t)(s->end - at));
	if (s->line_end == NULL)
		s->line_end = s->end;
	s->line_capitals = line_is_capitals(s->line, s->line_end);
	return s->line_capitals;
}

static bool
has_acronyms(const struct scan *s, const struct set_name *name)
{
	for (unsigned i = 0; i < name->tokens_len; i++) {
		unsigned chars = token_of(s, name, i)->acronym;

		if (chars > 0 && !is_acronym(word_of(s, i), chars))
			return false;
	}
	return true;
}

/* case: true: letters that the form shares with the name are written alike. */
static bool
is_written_alike(const struct scan *s, const struct set_name *name)
{
	for (unsigned i = 0; i < name->tokens_len; i++) {
		const struct set_name_token *token = token_of(s, name, i);
		const struct fold_word *word = word_of(s, i);
		const char *p = s->view->strings + token->text;
		const char *end = p + token->text_len, *q = word->start;
		uint32_t a = 0, b = 0;

		while (p < end && q < word->end) {
			p += fold_decode(p, end, &a);
			q += fold_decode(q, word->end, &b);
			if ((fold_class(a) ^ fold_class(b)) & FOLD_UPPER)
				return false;
		}
	}
	return true;
}

const char *
accept_refuse(struct scan *s, const struct set_name *name)
{
	if (name->letter_case == MATCH_CASE_EXACT && !is_written_alike(s, name))
		return "capitals differ from the name's";
	if (name->letter_case == MATCH_CASE_AUTO && !s->any_case &&
	    !has_capitals(s, name))
		return "written small";
	if (name->acronyms && !has_acronyms(s, name))
		return "not written like the acronym";
	if (name->small_word && in_capitals(s))
		return "a common word in a line of capitals";
	return NULL;
}
