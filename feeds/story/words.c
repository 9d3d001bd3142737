/*
 * From text to folded words, in two steps: tokens of the text as it stands,
 * then each token folded and cut again where its folded form has a break.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "story/words.h"
#include "text/letter.h"

#define BREAK 0u /* in a folded token: a word ends */
#define APOSTROPHE 0x27u
#define CAPITAL_SIGMA 0x3a3u
#define FINAL_SIGMA 0x3c2u
#define PLAIN_END 0x800u /* code points of at most two bytes */
#define PLAIN_MAX 64     /* letters of a plain word */

/* Reads a text by code points; `code` is the one that it stands on. */
struct reader {
	const char *bytes; /* after code */
	size_t len;
	size_t chars_left;
	uint32_t code; /* UINT32_MAX: invalid bytes, or the end */
	struct letter letter;
	uint32_t last;   /* the code before it; 0: none */
	uint32_t before; /* the code before that */
	bool ended;
};

static inline void
advance(struct reader *in)
{
	uint32_t code;
	size_t n;

	in->before = in->last;
	in->last = in->code;
	in->letter = (struct letter){0, 0};
	in->code = UINT32_MAX;
	in->ended = in->len == 0 || in->chars_left == 0;
	if (in->ended)
		return;
	n = utf8_decode(in->bytes, in->len, &code);
	in->bytes += n;
	in->len -= n;
	in->chars_left--;
	in->code = code;
	if (code != UINT32_MAX)
		in->letter = letter_of(code);
}

static bool
is_apostrophe(uint32_t code)
{
	return code == APOSTROPHE || code == 0x2019;
}

static bool
is_paired(uint32_t code) /* scripts without spaces between words */
{
	return (code >= 0x3040 && code <= 0x30ff) ||
	       (code >= 0x3400 && code <= 0x9fff) ||
	       (code >= 0xac00 && code <= 0xd7af);
}

/* Returns the new length. */
static size_t
push_code(struct words *words, size_t len, uint32_t code)
{
	if (len == words->token_cap) {
		words->token_cap = words->token_cap ? words->token_cap * 2 : 64;
		words->token = xreallocarray(
		    words->token, words->token_cap, sizeof(*words->token));
	}
	words->token[len] = code;
	return len + 1;
}

static void
push_word(struct words *words, const struct word *word)
{
	if (words->len == words->cap) {
		words->cap = words->cap ? words->cap * 2 : 64;
		words->at =
		    xreallocarray(words->at, words->cap, sizeof(*words->at));
	}
	words->at[words->len++] = *word;
	words->text.len += word->len;
}

static uint32_t
digit_flag(uint32_t first)
{
	return letter_of(first).flags & LETTER_DIGIT ? WORD_DIGIT : 0;
}

static void
add_word(struct words *words, const uint32_t *codes, size_t len, uint32_t flags)
{
	struct word word = {words->text.len, 0, (uint32_t)len, 0, flags};
	char *end = buf_reserve(&words->text, len * 4);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += utf8_encode(codes[i], end + n);
		if (i < WORD_STEM)
			word.stem_len = (uint32_t)n;
	}
	word.len = (uint32_t)n;
	word.flags |= digit_flag(codes[0]);
	push_word(words, &word);
}

/* A run of letters with at most one apostrophe, which stands between two. */
static void
add_piece(struct words *words, uint32_t *codes, size_t len, uint32_t flags)
{
	size_t n = 0;
	bool paired = false;

	if (len > 2 && codes[len - 1] == 's' && codes[len - 2] == APOSTROPHE)
		len -= 2;
	for (size_t i = 0; i < len; i++) {
		if (codes[i] == APOSTROPHE)
			continue;
		paired = paired || is_paired(codes[i]);
		codes[n++] = codes[i];
	}
	if (!paired || n == 1) {
		add_word(words, codes, n, flags);
		return;
	}
	for (size_t i = 0; i + 1 < n; i++)
		add_word(words, codes + i, 2, flags);
}

/* Cuts a folded token at its breaks; an apostrophe at an edge goes. */
static void
add_token(struct words *words, size_t len, uint32_t flags)
{
	uint32_t *codes = words->token;
	size_t end, edge;

	for (size_t start = 0; start < len; start = end + 1) {
		for (end = start; end < len && codes[end] != BREAK;)
			end++;
		edge = end;
		if (start < edge && codes[start] == APOSTROPHE)
			start++;
		if (start < edge && codes[edge - 1] == APOSTROPHE)
			edge--;
		if (start < edge)
			add_piece(words, codes + start, edge - start, flags);
	}
}

static size_t
read_letters(struct words *words, struct reader *in, size_t len)
{
	uint32_t wanted = LETTER_WORD | (words->join_marks ? LETTER_MARK : 0);

	while (in->letter.flags & wanted) {
		if (in->letter.flags & LETTER_WORD)
			len = push_code(words, len, in->letter.fold);
		if (in->letter.flags & LETTER_BREVE)
			len = push_code(words, len, BREAK);
		advance(in);
	}
	return len;
}

/* Reads letters, and once an apostrophe and more letters, into words->token;
 * returns its length. */
static size_t
read_token(struct words *words, struct reader *in)
{
	size_t len = read_letters(words, in, 0);
	struct reader next = *in;

	if (is_apostrophe(in->code)) {
		advance(&next);
		if (next.letter.flags & LETTER_WORD) {
			len = push_code(words, len, APOSTROPHE);
			*in = next;
			len = read_letters(words, in, len);
		}
	}
	if (len > 1 && in->last == CAPITAL_SIGMA)
		words->token[len - 1] = FINAL_SIGMA;
	return len;
}

static bool
is_plain(const struct reader *in)
{
	return !(in->letter.flags & (LETTER_BREVE | LETTER_MARK)) &&
	       in->letter.fold < PLAIN_END && in->code != CAPITAL_SIGMA;
}

/* Reads a token that is one word and needs none of the rules of others, as most
 * do: no marks, breves or apostrophes. False: it is another one, and nothing
 * was read. */
static bool
read_plain(struct words *words, struct reader *in, uint32_t flags)
{
	struct word word = {.offset = words->text.len,
	    .flags = flags | digit_flag(in->letter.fold)};
	char *out = buf_reserve(&words->text, 2 * PLAIN_MAX);
	struct reader at = *in;
	uint32_t len = 0, chars = 0, stem_len = 0;

	for (; at.letter.flags & LETTER_WORD; advance(&at)) {
		const uint32_t code = at.letter.fold;

		if (!is_plain(&at) || chars == PLAIN_MAX)
			return false;
		len += (uint32_t)utf8_encode(code, out + len);
		if (++chars <= WORD_STEM)
			stem_len = len;
	}
	if (is_apostrophe(at.code) ||
	    (words->join_marks && at.letter.flags & LETTER_MARK))
		return false;
	word.len = len;
	word.chars = chars;
	word.stem_len = stem_len;
	push_word(words, &word);
	*in = at;
	return true;
}

/* What the place of the token that starts here says about its words. */
static uint32_t
token_flags(const struct reader *in)
{
	bool sentence =
	    in->last == ' ' &&
	    (in->before == '.' || in->before == '!' || in->before == '?');

	if (!(in->letter.flags & LETTER_UPPER))
		return 0;
	return in->last == 0 || sentence ? WORD_UPPER : WORD_UPPER | WORD_INNER;
}

void
words_split(struct words *words, const char *text, size_t len, size_t chars_max,
    size_t words_max)
{
	struct reader in = {.bytes = text, .len = len, .chars_left = chars_max};
	uint32_t flags;

	buf_reset(&words->text);
	words->len = words->tokens = words->upper = 0;
	for (advance(&in); !in.ended && words->len < words_max;) {
		if (!(in.letter.flags & LETTER_WORD)) {
			advance(&in);
			continue;
		}
		flags = token_flags(&in);
		words->tokens++;
		words->upper += (flags & WORD_UPPER) != 0;
		if (!read_plain(words, &in, flags))
			add_token(words, read_token(words, &in), flags);
	}
	if (words->len > words_max)
		words->len = words_max;
}

const char *
words_text(const struct words *words, const struct word *word)
{
	return words->text.data + word->offset;
}

void
words_clear(struct words *words)
{
	buf_clear(&words->text);
	free(words->at);
	free(words->token);
	*words = (struct words){.len = 0};
}
