/*
 * Two masks for each 64 bytes, letters and hard bytes, then words by counting
 * bits. A word with a hard byte goes to fold_next. Without SSE2 all do.
 */
#include <string.h>

#include "match/reader.h"

#ifdef __SSE2__
#include <emmintrin.h>

#define LANE 16     /* bytes of a vector */
#define EASY_MAX 32 /* bytes of an easy word */

static __m128i
load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static void
store(uint16_t *p, __m128i letters)
{
	_mm_storeu_si128((__m128i *)(void *)p, letters);
}

/* Bytes from first to last; both below 0x80. */
static __m128i
bytes_between(__m128i bytes, char first, char last)
{
	return _mm_and_si128(
	    _mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(first - 1))),
	    _mm_cmpgt_epi8(_mm_set1_epi8((char)(last + 1)), bytes));
}

static __m128i
codes_between(__m128i codes, short first, short last)
{
	return _mm_and_si128(
	    _mm_cmpgt_epi16(codes, _mm_set1_epi16((short)(first - 1))),
	    _mm_cmpgt_epi16(_mm_set1_epi16((short)(last + 1)), codes));
}

/* Letters and digits of ASCII and all bytes beyond ASCII; hard are the first
 * bytes of all characters but U+0400 to U+047F. */
static void
classify(const char *p, uint64_t *letters, uint64_t *hard)
{
	__m128i bytes = load(p);
	__m128i small = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
	__m128i ascii = _mm_or_si128(
	    bytes_between(small, 'a', 'z'), bytes_between(bytes, '0', '9'));
	__m128i cyrillic =
	    _mm_cmpeq_epi8(_mm_and_si128(bytes, _mm_set1_epi8((char)0xfe)),
		_mm_set1_epi8((char)0xd0));
	__m128i lead =
	    _mm_cmpeq_epi8(_mm_and_si128(bytes, _mm_set1_epi8((char)0xc0)),
		_mm_set1_epi8((char)0xc0));

	*letters = (uint64_t)(uint32_t)(_mm_movemask_epi8(ascii) |
					_mm_movemask_epi8(bytes));
	*hard = (uint64_t)(uint32_t)_mm_movemask_epi8(
	    _mm_andnot_si128(cyrillic, lead));
}

/* Looks at the 64 bytes from p on. */
static void
look_at(struct reader *r, const char *p)
{
	size_t left = (size_t)(r->end - p);
	uint64_t letters, hard;

	r->block = r->bytes = p;
	r->letters = r->hard = 0;
	if (left < sizeof(r->tail)) {
		memset(r->tail, 0, sizeof(r->tail));
		memcpy(r->tail, p, left);
		r->bytes = r->tail;
	}
	for (int i = 0; i < READER_BLOCK; i += LANE) {
		classify(r->bytes + i, &letters, &hard);
		r->letters |= letters << i;
		r->hard |= hard << i;
	}
}

/* Folds len bytes of ASCII, EASY_MAX at most; false when there are others
 * among them. No branch depends on len: it could not be foretold. */
static bool
fold_ascii(const char *p, unsigned len, struct fold_word *word)
{
	const __m128i zero = _mm_setzero_si128(), blank = _mm_set1_epi8(0x20);
	uint64_t beyond = 0;

	for (unsigned i = 0; i < EASY_MAX; i += LANE) {
		__m128i bytes = load(p + i);
		__m128i small = _mm_or_si128(bytes, blank);

		beyond |= (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << i;
		store(word->letter + i, _mm_unpacklo_epi8(small, zero));
		store(word->letter + i + 8, _mm_unpackhi_epi8(small, zero));
	}
	word->len = len;
	word->capital =
	    ((unsigned char)(*p - 'A') < 26) | ((unsigned char)(*p - '0') < 10);
	return (beyond & ((1ULL << len) - 1)) == 0;
}

/* Folds eight letters from U+0410 to U+045C; a mask of two bits for each that
 * is none. */
static unsigned
fold_eight(const char *p, uint16_t *letters)
{
	__m128i text = load(p);
	__m128i lead =
	    _mm_slli_epi16(_mm_and_si128(text, _mm_set1_epi16(0x1f)), 6);
	__m128i code = _mm_or_si128(
	    lead, _mm_and_si128(_mm_srli_epi16(text, 8), _mm_set1_epi16(0x3f)));
	__m128i is_pair =
	    _mm_cmpeq_epi16(_mm_and_si128(text, _mm_set1_epi16((short)0xc0fe)),
		_mm_set1_epi16((short)0x80d0));
	__m128i large = codes_between(code, 0x410, 0x42f);
	__m128i yo = _mm_cmpeq_epi16(code, _mm_set1_epi16(0x451));
	__m128i bad = _mm_cmpeq_epi16(code, _mm_set1_epi16(0x450));
	__m128i good = _mm_andnot_si128(
	    bad, _mm_and_si128(is_pair, codes_between(code, 0x410, 0x45c)));

	code = _mm_add_epi16(code, _mm_and_si128(large, _mm_set1_epi16(0x20)));
	code = _mm_sub_epi16(code, _mm_and_si128(yo, _mm_set1_epi16(0x1c)));
	store(letters, code);
	return ~(unsigned)_mm_movemask_epi8(good) & 0xffff;
}

static bool
fold_cyrillic(const char *p, unsigned len, struct fold_word *word)
{
	uint64_t bad = 0;

	for (unsigned i = 0; i < EASY_MAX; i += LANE)
		bad |= (uint64_t)fold_eight(p + i, word->letter + i / 2) << i;
	word->len = len / 2;
	word->capital = (*p == '\xd0') & ((unsigned char)p[1] < 0xb0);
	return (bad & ((1ULL << len) - 1)) == 0 && p[len] != '\'' &&
	       p[len] != '`';
}

/* The word of len bytes at `at` in the block, if it is an easy one. */
static bool
read_easily(
    const struct reader *r, unsigned at, unsigned len, struct fold_word *word)
{
	const char *p = r->bytes + at;

	if (len > EASY_MAX || (r->hard >> at & ((1ULL << len) - 1)) != 0)
		return false;
	if ((signed char)*p >= 0 ? !fold_ascii(p, len, word)
				 : !fold_cyrillic(p, len, word))
		return false;
	memset(&word->letter[word->len], 0, 4 * sizeof(*word->letter));
	word->start = r->block + at;
	word->end = word->start + len;
	if (fold_may_be_numeral(word))
		fold_numeral(word);
	return true;
}

void
reader_init(struct reader *r, const char *text, const char *end)
{
	r->end = end;
	look_at(r, text);
}

/* Leaves a word at p, which is no easy one, to fold_next. Apart from
 * reader_next, which then needs no frame. */
static __attribute__((noinline)) bool
read_plainly(struct reader *r, const char *p, struct fold_word *word)
{
	size_t passed;

	if (!fold_next(&p, r->end, word))
		return false;
	passed = (size_t)(p - r->block);
	if (passed < READER_BLOCK)
		r->letters &= ~0ULL << passed;
	else
		look_at(r, p);
	return true;
}

/* Bytes of the run of letters at `at` in the block. */
static unsigned
run_at(const struct reader *r, unsigned at)
{
	return (unsigned)__builtin_ctzll(~(r->letters >> at >> 1)) + 1;
}

bool
reader_next(struct reader *r, struct fold_word *word)
{
	unsigned at, len;

	for (;;) {
		while (r->letters == 0) {
			if (r->end - r->block <= READER_BLOCK)
				return false;
			look_at(r, r->block + READER_BLOCK);
		}
		at = (unsigned)__builtin_ctzll(r->letters);
		len = run_at(r, at);
		if (at + len < READER_BLOCK || at == 0)
			break;
		look_at(r, r->block + at); /* it may go on */
	}
	if (!read_easily(r, at, len, word))
		return read_plainly(r, r->block + at, word);
	r->letters &= ~0ULL << at << len;
	return true;
}

#else

void
reader_init(struct reader *r, const char *text, const char *end)
{
	r->block = text;
	r->end = end;
}

bool
reader_next(struct reader *r, struct fold_word *word)
{
	return fold_next(&r->block, r->end, word);
}

#endif
